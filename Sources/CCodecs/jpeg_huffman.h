/// Huffman decoding of baseline JPEG scans, in the place of libjpeg's own decoder: the same coefficients in half
/// the time.
///
/// libjpeg is made of modules behind tables of functions (jpegint.h, and libjpeg's structure.txt), and this is
/// one of its entropy decoders. It knows sound streams only. At the first sign of anything else it gives up,
/// and the image is decoded anew by libjpeg alone: what damage is, and what is said of it, stays libjpeg's
/// business.
///
/// Source: ITU-T T.81, annex F.2.
#ifndef SYNOPTIC_JPEG_HUFFMAN_H
#define SYNOPTIC_JPEG_HUFFMAN_H

#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

/// Takes over the only scan of an image that jpeg_start_decompress has just prepared.
///
/// `give_up` is called instead of returning from libjpeg, and must not return.
/// - Returns: false where libjpeg's decoder has to stay: for a progressive or arithmetic image, one in several
/// scans, or with another library than libjpeg-turbo.
bool synoptic_huffman_attach(j_decompress_ptr codec, void (*give_up)(j_decompress_ptr));

/// Whether the end marker comes behind what was decoded so far: the file is not cut off.
bool synoptic_huffman_sees_end(j_decompress_ptr codec);

#endif
