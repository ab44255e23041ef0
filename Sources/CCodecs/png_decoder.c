#include "png_decoder.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "codec_clock.h"

struct synoptic_png_decoder {
  png_structp codec;
  png_infop info;
  jmp_buf escape;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  bool ended;
  synoptic_png_header header;
  synoptic_png_options options;
  codec_clock clock;
  /// Of an interlaced image: whole ones, and `rows_read` is of the pass that is being read.
  uint32_t passes_read;
  uint32_t rows_read;
  synoptic_codec_report *report;
};

static void record(synoptic_png_decoder *decoder, synoptic_codec_status status, const char *message) {
  synoptic_codec_report *report = decoder->report;
  if (report->status != SYNOPTIC_CODEC_OK) return;
  report->status = status;
  report->good_rows = decoder->rows_read;
  report->passes = decoder->header.is_interlaced ? PNG_INTERLACE_ADAM7_PASSES : 0;
  report->good_passes = decoder->passes_read;
  report->good_bytes = decoder->position;
  snprintf(report->message, sizeof report->message, "%s", message);
}

static _Noreturn void stop(synoptic_png_decoder *decoder, synoptic_codec_status status, const char *message) {
  record(decoder, status, message);
  decoder->report->has_stopped = true;
  longjmp(decoder->escape, 1);
}

static void on_error(png_structp codec, png_const_charp message) {
  synoptic_png_decoder *decoder = png_get_error_ptr(codec);
  synoptic_codec_status status = decoder->ended ? SYNOPTIC_CODEC_TRUNCATED : SYNOPTIC_CODEC_CORRUPT;
  if (strstr(message, "memory") != NULL) status = SYNOPTIC_CODEC_OUT_OF_MEMORY;
  stop(decoder, status, message);
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
    decoder->position = decoder->count;
    png_error(codec, "the file ends inside a chunk");
  }
  memcpy(target, decoder->bytes + decoder->position, length);
  decoder->position += length;
}

static void on_row(png_structp codec, png_uint_32 row, int pass) {
  synoptic_png_decoder *decoder = png_get_error_ptr(codec);
  (void)pass;
  // Those of an interlaced image are counted where its passes are read: libpng tells of rows with pixels only.
  if (!decoder->header.is_interlaced) decoder->rows_read = row;
  if (codec_clock_is_over(&decoder->clock)) {
    char message[64];
    snprintf(
        message, sizeof message, "%g seconds of processor time", decoder->options.limits.maximum_seconds);
    stop(decoder, SYNOPTIC_CODEC_OUT_OF_TIME, message);
  }
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

static void report_no_memory(synoptic_codec_report *report) {
  report->status = SYNOPTIC_CODEC_OUT_OF_MEMORY;
  report->has_stopped = true;
  snprintf(report->message, sizeof report->message, "no memory for the decoder");
}

synoptic_png_decoder *synoptic_png_open(
    const uint8_t *bytes, size_t count, synoptic_png_header *header, synoptic_codec_report *report) {
  memset(report, 0, sizeof *report);
  memset(header, 0, sizeof *header);
  synoptic_png_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) {
    report_no_memory(report);
    return NULL;
  }
  decoder->bytes = bytes;
  decoder->count = count;
  decoder->report = report;
  if (setjmp(decoder->escape) != 0) return decoder;
  decoder->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
  if (decoder->codec != NULL) decoder->info = png_create_info_struct(decoder->codec);
  if (decoder->info == NULL) {
    report_no_memory(report);
    return decoder;
  }
  png_set_read_fn(decoder->codec, decoder, read_bytes);
  png_set_read_status_fn(decoder->codec, on_row);
  ignore_ancillary(decoder->codec);
  png_read_info(decoder->codec, decoder->info);
  header->width = png_get_image_width(decoder->codec, decoder->info);
  header->height = png_get_image_height(decoder->codec, decoder->info);
  header->is_interlaced = png_get_interlace_type(decoder->codec, decoder->info) != PNG_INTERLACE_NONE;
  decoder->header = *header;
  return decoder;
}

void synoptic_png_start(
    synoptic_png_decoder *decoder, const synoptic_png_options *options, synoptic_codec_report *report) {
  decoder->report = report;
  decoder->options = *options;
  decoder->clock = codec_clock_start(options->limits.maximum_seconds);
  if (setjmp(decoder->escape) != 0) return;
  if (options->accepts_damage) {
    png_set_crc_action(decoder->codec, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    // Bytes asked for at once are lost together where the file ends.
    png_set_compression_buffer_size(decoder->codec, 64);
  }
  choose_output(decoder->codec, decoder->info);
  if (png_get_rowbytes(decoder->codec, decoder->info) != 4 * (size_t)decoder->header.width) {
    stop(decoder, SYNOPTIC_CODEC_UNSUPPORTED, "an unusual pixel layout");
  }
}

static void composite(uint8_t *row, uint32_t width, const uint8_t background[3]) {
  for (uint32_t x = 0; x < width; ++x) {
    uint8_t *pixel = row + 4 * (size_t)x;
    unsigned alpha = pixel[3];
    if (alpha == 255) continue;
    for (int channel = 0; channel < 3; ++channel) {
      unsigned sum = pixel[channel] * alpha + background[channel] * (255 - alpha) + 128;
      pixel[channel] = (uint8_t)(((sum >> 8) + sum) >> 8);
    }
    pixel[3] = 255;
  }
}

/// Of a damaged image each pass leaves a whole one, coarser than the next would: every pixel covers those that later passes
/// would bring. A sound one becomes the same faster when pixels are put in their own places only.
static void read_passes(synoptic_png_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows) {
  bool covers = decoder->options.accepts_damage;
  for (uint32_t pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass) {
    for (uint32_t y = 0; y < rows; ++y) {
      uint8_t *row = pixels + y * stride;
      decoder->rows_read = y;
      png_read_row(decoder->codec, covers ? NULL : row, covers ? row : NULL);
    }
    decoder->passes_read = pass + 1;
  }
  decoder->rows_read = rows;
}

void synoptic_png_read_rows(
    synoptic_png_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows,
    synoptic_codec_report *report) {
  decoder->report = report;
  uint32_t width = decoder->header.width;
  // What the library does not get to stays transparent.
  if (decoder->header.is_interlaced || decoder->options.accepts_damage) {
    for (uint32_t y = 0; y < rows; ++y) memset(pixels + y * stride, 0, 4 * (size_t)width);
  }
  if (report->has_stopped) {
    // Accepted before: all that follows is background.
  } else if (setjmp(decoder->escape) == 0) {
    if (decoder->header.is_interlaced) {
      read_passes(decoder, pixels, stride, rows);
    } else {
      for (uint32_t y = 0; y < rows; ++y) png_read_row(decoder->codec, pixels + y * stride, NULL);
    }
  } else if (!decoder->options.accepts_damage) {
    return;
  }
  for (uint32_t y = 0; y < rows; ++y) composite(pixels + y * stride, width, decoder->options.background);
}

void synoptic_png_finish(synoptic_png_decoder *decoder, synoptic_codec_report *report) {
  decoder->report = report;
  if (report->has_stopped || setjmp(decoder->escape) != 0) return;
  png_read_end(decoder->codec, NULL);
}

void synoptic_png_close(synoptic_png_decoder *decoder) {
  if (decoder == NULL) return;
  if (decoder->codec != NULL) png_destroy_read_struct(&decoder->codec, &decoder->info, NULL);
  free(decoder);
}
