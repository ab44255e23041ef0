/// One JPEG image from memory, by libjpeg-turbo: with the settings Pillow uses (accurate integer DCT, fancy
/// upsampling, no scaling), or with faster ones.
///
/// The order of calls is open, start, read_rows until all rows are there, finish; close at any point. Each fills
/// the report; after `has_stopped` only close may follow. Damage that libjpeg went on from is told by `status`
/// and `warnings`, and reading on is possible.
#ifndef SYNOPTIC_JPEG_DECODER_H
#define SYNOPTIC_JPEG_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_report.h"

typedef struct synoptic_jpeg_decoder synoptic_jpeg_decoder;

typedef struct synoptic_jpeg_header {
  uint32_t width;
  uint32_t height;
  /// 1 grey, 3 colour, 4 CMYK.
  uint32_t components;
  /// Of a progressive image, say: then each row is there, more or less, after the first.
  bool has_several_scans;
} synoptic_jpeg_header;

/// A rectangle of an image in pixels.
typedef struct synoptic_region {
  uint32_t left;
  uint32_t top;
  uint32_t width;
  uint32_t height;
} synoptic_region;

typedef struct synoptic_jpeg_options {
  /// 3 (RGB) or 4 (RGBX, X undefined).
  uint32_t bytes_per_pixel;
  /// The size in eighths of the image's: 8, 4, 2 or 1. Width and height are rounded up.
  uint32_t eighths;
  /// An approximate inverse DCT, and rows behind the region not decoded: of those only the end is looked for.
  bool is_fast;
  /// Nothing but libjpeg's own code, by which tests judge the rest.
  bool is_plain;
  synoptic_codec_limits limits;
} synoptic_jpeg_options;

/// Reads the header. `bytes` must stay where it is until close.
/// Gives NULL only when there is no memory; the report tells whether the decoder may be used.
synoptic_jpeg_decoder *synoptic_jpeg_open(
    const uint8_t *bytes, size_t count, synoptic_jpeg_header *header, synoptic_codec_report *report);

/// Chooses the pixels to be decoded.
///
/// `region`, of the scaled image, is widened to what libjpeg can give without changing a pixel's value: whole
/// columns of blocks, and a margin that chroma upsampling needs.
void synoptic_jpeg_start(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options,
    synoptic_codec_report *report);

/// The next `rows` rows of the region, `stride` bytes apart.
void synoptic_jpeg_read_rows(
    synoptic_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows,
    synoptic_codec_report *report);

/// Reads what follows the region up to the end of the image, so that damage there is found too.
void synoptic_jpeg_finish(synoptic_jpeg_decoder *decoder, synoptic_codec_report *report);

void synoptic_jpeg_close(synoptic_jpeg_decoder *decoder);

#endif
