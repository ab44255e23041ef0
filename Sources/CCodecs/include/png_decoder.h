/// One PNG image from memory, by libpng: every colour type, depth and interlacing, as 8-bit RGBA.
///
/// 16-bit samples keep their high byte; a transparent colour or palette entry becomes alpha; gamma and colour
/// profiles are ignored. The order of calls is open, read, close.
#ifndef SYNOPTIC_PNG_DECODER_H
#define SYNOPTIC_PNG_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_report.h"

typedef struct synoptic_png_decoder synoptic_png_decoder;

typedef struct synoptic_png_header {
  uint32_t width;
  uint32_t height;
} synoptic_png_header;

/// Reads the header. `bytes` must stay where it is until close.
/// Gives NULL only when there is no memory; the report tells whether the decoder may be used.
synoptic_png_decoder *synoptic_png_open(
    const uint8_t *bytes, size_t count, synoptic_png_header *header, synoptic_codec_report *report);

/// Decodes the whole image as RGBX over a white background, `stride` bytes a row (at least 4 times the
/// width).
///
/// Alpha is straight; a channel is (c * a + 255 * (255 - a)) / 255, rounded to the nearest.
synoptic_codec_status synoptic_png_read(
    synoptic_png_decoder *decoder, uint8_t *pixels, size_t stride, synoptic_codec_report *report);

void synoptic_png_close(synoptic_png_decoder *decoder);

#endif
