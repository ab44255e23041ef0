/// What the parts of the JPEG decoder share.
#ifndef SYNOPTIC_JPEG_DECODER_STATE_H
#define SYNOPTIC_JPEG_DECODER_STATE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

#include "codec_clock.h"
#include "jpeg_decoder.h"

/// Whether the library is one whose modules can be reached and replaced.
#if defined(LIBJPEG_TURBO_VERSION) && JPEG_LIB_VERSION < 70 && __has_include(<jpegint.h>)
#define SYNOPTIC_JPEG_HAS_MODULES 1
#else
#define SYNOPTIC_JPEG_HAS_MODULES 0
#endif

/// What a longjmp to `escape` means.
enum { escape_stopped = 1, escape_to_library = 2 };

struct synoptic_jpeg_decoder {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  const uint8_t *bytes;
  size_t count;
  bool created;
  synoptic_jpeg_options options;
  codec_clock clock;
  /// As asked for, and as it is given.
  synoptic_region wanted, region;
  /// Whether our Huffman decoder is not to be used, or was given up.
  bool uses_library;
  bool uses_huffman;
  /// Rows are skipped lazily: a decoder that is only opened costs its header.
  bool skipped_to_region;
  uint32_t rows_done;
  /// One row as libjpeg gives it: of CMYK, or one that nobody wants.
  uint8_t *row;
  bool is_cmyk;
  /// Whether components are given as they are stored, strips of them.
  bool gives_planes;
  synoptic_codec_report *report;
};

/// Starts decoding by `options` and `gives_planes`.
void jpeg_decoder_start(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options);

/// Comes to the region's first row, where the decoder is not there yet.
void jpeg_decoder_skip_to_region(synoptic_jpeg_decoder *decoder);

/// Begins anew without our Huffman decoder, and comes to the same row again.
void jpeg_decoder_start_again(synoptic_jpeg_decoder *decoder);

/// Restricts planes to the wanted columns, and tells which rectangle it will be.
void jpeg_planes_crop(synoptic_jpeg_decoder *decoder);

/// Passes over the next strips until so many rows of the image are behind.
void jpeg_planes_skip(synoptic_jpeg_decoder *decoder, JDIMENSION rows);

#endif
