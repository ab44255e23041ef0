/// One PNG image from memory, by libpng: every colour type, depth and interlacing, as 8-bit RGBX over a background.
///
/// 16-bit samples keep their high byte, grey ones too, where Pillow's convert("RGB") would make white of all from 256 on;
/// a transparent colour or palette entry becomes alpha; gamma and colour
/// profiles are ignored. The order of calls is open, start, read_rows until all rows are there, finish; close at any
/// point.
#ifndef SYNOPTIC_PNG_DECODER_H
#define SYNOPTIC_PNG_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_report.h"

typedef struct synoptic_png_decoder synoptic_png_decoder;

typedef struct synoptic_png_header {
  uint32_t width;
  uint32_t height;
  /// All rows must be read in one call.
  bool is_interlaced;
} synoptic_png_header;

typedef struct synoptic_png_options {
  /// Red, green and blue of what shines through.
  uint8_t background[3];
  /// Rows that cannot be had become background, and checksums are not looked at. Where an interlaced image was read up to
  /// some pass, its pixels cover those of the passes that cannot be had.
  bool accepts_damage;
  synoptic_codec_limits limits;
} synoptic_png_options;

/// Reads the header. `bytes` must stay where it is until close.
/// Gives NULL only when there is no memory; the report tells whether the decoder may be used.
synoptic_png_decoder *synoptic_png_open(
    const uint8_t *bytes, size_t count, synoptic_png_header *header, synoptic_codec_report *report);

void synoptic_png_start(
    synoptic_png_decoder *decoder, const synoptic_png_options *options, synoptic_codec_report *report);

/// The next `rows` rows, `stride` bytes apart (at least 4 times the width).
///
/// Alpha is straight; a channel is (c * a + background * (255 - a)) / 255, rounded to the nearest.
void synoptic_png_read_rows(
    synoptic_png_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows,
    synoptic_codec_report *report);

/// Reads to the end of the stream, so that damage behind the last row is found too.
void synoptic_png_finish(synoptic_png_decoder *decoder, synoptic_codec_report *report);

void synoptic_png_close(synoptic_png_decoder *decoder);

#endif
