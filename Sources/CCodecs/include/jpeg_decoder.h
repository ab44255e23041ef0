/// One JPEG image from memory, by libjpeg-turbo with the settings Pillow uses: accurate integer DCT, fancy
/// upsampling, no scaling.
///
/// The order of calls is open, start, read_rows until all rows are there, finish; close at any point. Each
/// returns a status; after any other than SYNOPTIC_CODEC_OK only close may follow, except that read_rows and
/// finish report damage which libjpeg went on from (`warnings` > 0), when reading on is possible.
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
} synoptic_jpeg_header;

/// A rectangle of an image in pixels.
typedef struct synoptic_region {
  uint32_t left;
  uint32_t top;
  uint32_t width;
  uint32_t height;
} synoptic_region;

/// Reads the header. `bytes` must stay where it is until close.
/// Gives NULL only when there is no memory; the report tells whether the decoder may be used.
synoptic_jpeg_decoder *synoptic_jpeg_open(
    const uint8_t *bytes, size_t count, synoptic_jpeg_header *header, synoptic_codec_report *report);

/// Chooses the pixels to be decoded and how many bytes each takes: 3 (RGB) or 4 (RGBX, X undefined).
///
/// `region` is widened to what libjpeg can give without changing a pixel's value: whole columns of blocks,
/// and a margin that chroma upsampling needs. The scan limit also bounds scans times pixels.
synoptic_codec_status synoptic_jpeg_start(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, uint32_t bytes_per_pixel, uint32_t maximum_scans,
    uint64_t maximum_scanned_pixels, synoptic_codec_report *report);

/// The next `rows` rows of the region, `stride` bytes apart.
synoptic_codec_status synoptic_jpeg_read_rows(
    synoptic_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows,
    synoptic_codec_report *report);

/// Reads what follows the region up to the end of the image, so that damage there is found too.
synoptic_codec_status synoptic_jpeg_finish(synoptic_jpeg_decoder *decoder, synoptic_codec_report *report);

void synoptic_jpeg_close(synoptic_jpeg_decoder *decoder);

#endif
