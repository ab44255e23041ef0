#include "png_decoder.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

struct synoptic_png_decoder {
  png_structp codec;
  png_infop info;
  jmp_buf escape;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  bool ended;
  uint32_t width;
  uint32_t height;
  uint32_t rows_read;
  png_bytep *rows;
  synoptic_codec_report *report;
};

static void record(synoptic_codec_report *report, synoptic_codec_status status, const char *message) {
  report->status = status;
  snprintf(report->message, sizeof report->message, "%s", message);
}

static void on_error(png_structp codec, png_const_charp message) {
  synoptic_png_decoder *decoder = png_get_error_ptr(codec);
  synoptic_codec_status status = decoder->ended ? SYNOPTIC_CODEC_TRUNCATED : SYNOPTIC_CODEC_CORRUPT;
  if (strstr(message, "memory") != NULL) status = SYNOPTIC_CODEC_OUT_OF_MEMORY;
  decoder->report->good_rows = decoder->rows_read;
  record(decoder->report, status, message);
  longjmp(decoder->escape, 1);
}

/// libpng warns of odd ancillary chunks only: no pixel depends on them.
static void on_warning(png_structp codec, png_const_charp message) {
  (void)codec;
  (void)message;
}

static void read_bytes(png_structp codec, png_bytep target, size_t length) {
  synoptic_png_decoder *decoder = png_get_io_ptr(codec);
  if (length > decoder->count - decoder->position) {
    decoder->ended = true;
    png_error(codec, "the file ends inside a chunk");
  }
  memcpy(target, decoder->bytes + decoder->position, length);
  decoder->position += length;
}

static void on_row(png_structp codec, png_uint_32 row, int pass) {
  synoptic_png_decoder *decoder = png_get_error_ptr(codec);
  (void)pass;
  decoder->rows_read = row;
}

static void choose_output(png_structp codec, png_infop info) {
  int type = png_get_color_type(codec, info);
  png_set_expand(codec);  // Palette to RGB, 1 to 4 bits to 8, a transparent colour to alpha.
  png_set_strip_16(codec);
  if ((type & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(codec);
  png_set_add_alpha(codec, 255, PNG_FILLER_AFTER);
  png_set_interlace_handling(codec);
  png_read_update_info(codec, info);
}

/// Text, profiles and times are skipped unread: they may unpack to much more than the image.
static void ignore_ancillary(png_structp codec) {
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
  static const png_byte ignored[] = "iCCP\0zTXt\0iTXt\0tEXt\0eXIf\0sPLT\0hIST\0tIME\0pCAL\0sCAL";
  png_set_keep_unknown_chunks(codec, PNG_HANDLE_CHUNK_NEVER, ignored, (int)(sizeof ignored / 5));
#endif
  png_set_user_limits(codec, 0x7fffffff, 0x7fffffff);
}

synoptic_png_decoder *synoptic_png_open(
    const uint8_t *bytes, size_t count, synoptic_png_header *header, synoptic_codec_report *report) {
  memset(report, 0, sizeof *report);
  memset(header, 0, sizeof *header);
  synoptic_png_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) {
    record(report, SYNOPTIC_CODEC_OUT_OF_MEMORY, "no memory for the decoder");
    return NULL;
  }
  decoder->bytes = bytes;
  decoder->count = count;
  decoder->report = report;
  if (setjmp(decoder->escape) != 0) return decoder;
  decoder->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
  if (decoder->codec != NULL) decoder->info = png_create_info_struct(decoder->codec);
  if (decoder->info == NULL) {
    record(report, SYNOPTIC_CODEC_OUT_OF_MEMORY, "no memory for the decoder");
    return decoder;
  }
  png_set_read_fn(decoder->codec, decoder, read_bytes);
  png_set_read_status_fn(decoder->codec, on_row);
  ignore_ancillary(decoder->codec);
  png_read_info(decoder->codec, decoder->info);
  decoder->width = header->width = png_get_image_width(decoder->codec, decoder->info);
  decoder->height = header->height = png_get_image_height(decoder->codec, decoder->info);
  return decoder;
}

static void composite_on_white(uint8_t *row, uint32_t width) {
  for (uint32_t x = 0; x < width; ++x) {
    uint8_t *pixel = row + 4 * (size_t)x;
    unsigned alpha = pixel[3];
    if (alpha == 255) continue;
    for (int channel = 0; channel < 3; ++channel) {
      unsigned sum = pixel[channel] * alpha + 255 * (255 - alpha) + 128;
      pixel[channel] = (uint8_t)(((sum >> 8) + sum) >> 8);
    }
    pixel[3] = 255;
  }
}

synoptic_codec_status synoptic_png_read(
    synoptic_png_decoder *decoder, uint8_t *pixels, size_t stride, synoptic_codec_report *report) {
  memset(report, 0, sizeof *report);
  decoder->report = report;
  if (setjmp(decoder->escape) != 0) return report->status;
  choose_output(decoder->codec, decoder->info);
  if (png_get_rowbytes(decoder->codec, decoder->info) != 4 * (size_t)decoder->width) {
    record(report, SYNOPTIC_CODEC_UNSUPPORTED, "an unusual pixel layout");
    return report->status;
  }
  decoder->rows = calloc(decoder->height, sizeof *decoder->rows);
  if (decoder->rows == NULL) {
    record(report, SYNOPTIC_CODEC_OUT_OF_MEMORY, "no memory for the row table");
    return report->status;
  }
  for (uint32_t y = 0; y < decoder->height; ++y) decoder->rows[y] = pixels + (size_t)y * stride;
  png_read_image(decoder->codec, decoder->rows);
  decoder->rows_read = decoder->height;
  png_read_end(decoder->codec, NULL);
  for (uint32_t y = 0; y < decoder->height; ++y) composite_on_white(decoder->rows[y], decoder->width);
  return report->status;
}

void synoptic_png_close(synoptic_png_decoder *decoder) {
  if (decoder == NULL) return;
  if (decoder->codec != NULL) png_destroy_read_struct(&decoder->codec, &decoder->info, NULL);
  free(decoder->rows);
  free(decoder);
}
