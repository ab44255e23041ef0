#include "jpeg_decoder.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

struct synoptic_jpeg_decoder {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  bool created;
  bool started;
  synoptic_region region;
  uint32_t bytes_per_pixel;
  uint32_t maximum_scans;
  uint64_t maximum_scanned_pixels;
  bool scan_limit_hit;
  /// Rows are skipped lazily: a decoder that is only opened costs its header.
  bool skipped_to_region;
  /// One row as libjpeg gives it: of CMYK, or one that nobody wants.
  uint8_t *row;
  bool is_cmyk;
  synoptic_codec_report *report;
};

static synoptic_codec_status status_of_message(int code) {
  switch (code) {
    case JWRN_JPEG_EOF:
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
      return SYNOPTIC_CODEC_TRUNCATED;
    case JERR_OUT_OF_MEMORY:
      return SYNOPTIC_CODEC_OUT_OF_MEMORY;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
      return SYNOPTIC_CODEC_UNSUPPORTED;
    default:
      return SYNOPTIC_CODEC_CORRUPT;
  }
}

/// Rows of the image that had been entropy-decoded, in this scan, when the damage showed.
static uint32_t rows_so_far(const struct jpeg_decompress_struct *codec) {
  if (codec->global_state == 0 || codec->image_height == 0) return 0;
  uint64_t rows = (uint64_t)codec->input_iMCU_row * (uint64_t)codec->max_v_samp_factor * DCTSIZE;
  return rows > codec->image_height ? codec->image_height : (uint32_t)rows;
}

/// The first damage is the cause; what libjpeg says later is mostly its consequence.
static void record(synoptic_jpeg_decoder *decoder, j_common_ptr codec) {
  synoptic_codec_report *report = decoder->report;
  if (report->status != SYNOPTIC_CODEC_OK) return;
  char message[JMSG_LENGTH_MAX];
  (*codec->err->format_message)(codec, message);
  snprintf(report->message, sizeof report->message, "%s", message);
  report->status = status_of_message(codec->err->msg_code);
  report->good_rows = rows_so_far(&decoder->codec);
}

static void on_error(j_common_ptr codec) {
  synoptic_jpeg_decoder *decoder = codec->client_data;
  record(decoder, codec);
  longjmp(decoder->escape, 1);
}

static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;  // Traces.
  if (codec->err->msg_code == JWRN_JFIF_MAJOR) return;  // A newer JFIF revision is not damage.
  synoptic_jpeg_decoder *decoder = codec->client_data;
  record(decoder, codec);
  decoder->report->warnings += 1;
}

static void discard_output(j_common_ptr codec) { (void)codec; }

/// A progressive file may hold any number of scans of the whole image in a few bytes each.
static void on_progress(j_common_ptr codec) {
  synoptic_jpeg_decoder *decoder = codec->client_data;
  uint64_t scans = decoder->codec.input_scan_number > 0 ? (uint64_t)decoder->codec.input_scan_number : 0;
  uint64_t pixels = (uint64_t)decoder->codec.image_width * decoder->codec.image_height;
  bool too_long = scans > 16 && scans * pixels > decoder->maximum_scanned_pixels;
  if (scans <= decoder->maximum_scans && !too_long) return;
  synoptic_codec_report *report = decoder->report;
  report->status = SYNOPTIC_CODEC_TOO_MANY_SCANS;
  report->good_rows = 0;
  snprintf(report->message, sizeof report->message, "scan %llu of a progressive image",
           (unsigned long long)scans);
  longjmp(decoder->escape, 1);
}

static void reset(synoptic_codec_report *report) {
  report->status = SYNOPTIC_CODEC_OK;
  report->good_rows = 0;
  report->warnings = 0;
  report->message[0] = '\0';
}

static synoptic_codec_status out_of_memory(synoptic_codec_report *report) {
  report->status = SYNOPTIC_CODEC_OUT_OF_MEMORY;
  snprintf(report->message, sizeof report->message, "no memory for the decoder");
  return report->status;
}

synoptic_jpeg_decoder *synoptic_jpeg_open(
    const uint8_t *bytes, size_t count, synoptic_jpeg_header *header, synoptic_codec_report *report) {
  reset(report);
  memset(header, 0, sizeof *header);
  synoptic_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) {
    out_of_memory(report);
    return NULL;
  }
  decoder->report = report;
  decoder->codec.err = jpeg_std_error(&decoder->errors);
  decoder->codec.client_data = decoder;
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  decoder->errors.output_message = discard_output;
  if (setjmp(decoder->escape) != 0) return decoder;
  jpeg_create_decompress(&decoder->codec);
  decoder->created = true;
  // Creating clears all but the error manager and the client's pointer.
  decoder->codec.client_data = decoder;
  jpeg_mem_src(&decoder->codec, bytes, (unsigned long)count);
  jpeg_read_header(&decoder->codec, TRUE);
  header->width = decoder->codec.image_width;
  header->height = decoder->codec.image_height;
  header->components = (uint32_t)decoder->codec.num_components;
  return decoder;
}

/// Whether leaving out columns and rows is sure not to change those that are kept: the usual samplings only.
static bool can_crop(const struct jpeg_decompress_struct *codec) {
  if (codec->num_components != 1 && codec->num_components != 3) return false;
  if (codec->max_h_samp_factor > 2 || codec->max_v_samp_factor > 2) return false;
  return true;
}

static void choose_output(struct jpeg_decompress_struct *codec, uint32_t bytes_per_pixel) {
  codec->dct_method = JDCT_ISLOW;
  codec->do_fancy_upsampling = TRUE;
  if (codec->num_components == 4) {
    codec->out_color_space = JCS_CMYK;
  } else {
    codec->out_color_space = bytes_per_pixel == 4 ? JCS_EXT_RGBX : JCS_EXT_RGB;
  }
}

synoptic_codec_status synoptic_jpeg_start(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, uint32_t bytes_per_pixel, uint32_t maximum_scans,
    uint64_t maximum_scanned_pixels, synoptic_codec_report *report) {
  decoder->report = report;
  reset(report);
  struct jpeg_decompress_struct *codec = &decoder->codec;
  decoder->bytes_per_pixel = bytes_per_pixel;
  decoder->maximum_scans = maximum_scans;
  decoder->maximum_scanned_pixels = maximum_scanned_pixels;
  decoder->progress.progress_monitor = on_progress;
  codec->progress = &decoder->progress;
  if (setjmp(decoder->escape) != 0) return report->status;
  if (codec->num_components == 2 || codec->num_components > 4) {
    report->status = SYNOPTIC_CODEC_UNSUPPORTED;
    snprintf(report->message, sizeof report->message, "%d colour components", codec->num_components);
    return report->status;
  }
  choose_output(codec, bytes_per_pixel);
  jpeg_start_decompress(codec);
  decoder->started = true;
  decoder->is_cmyk = codec->num_components == 4;
  decoder->row = malloc((size_t)codec->output_width * 4);
  if (decoder->row == NULL) return out_of_memory(report);
  uint32_t width = codec->output_width;
  if (!can_crop(codec)) {
    *region = (synoptic_region){0, 0, width, codec->output_height};
  } else if (region->left > 0 || region->width < width) {
    // Upsampling treats the first and last column as the image's edge: keep those away from what is asked
    // for.
    enum { margin = 4 };
    JDIMENSION left = region->left > margin ? region->left - margin : 0;
    uint32_t right = region->left + region->width;
    JDIMENSION kept = (right + margin < width ? right + margin : width) - left;
    if (kept < width) {
      jpeg_crop_scanline(codec, &left, &kept);
      region->left = left;
      region->width = codec->output_width;
    } else {
      region->left = 0;
      region->width = width;
    }
  }
  decoder->region = *region;
  return report->status;
}

/// CMYK as Pillow reads and converts it: the file's values are taken to be inverted, as Adobe writes them.
static void write_cmyk(const uint8_t *row, uint8_t *pixels, uint32_t width, uint32_t bytes_per_pixel) {
  for (uint32_t x = 0; x < width; ++x) {
    int light = row[4 * x + 3];
    for (int channel = 0; channel < 3; ++channel) {
      int product = (255 - row[4 * x + channel]) * light + 128;
      int ink = ((product >> 8) + product) >> 8;
      int value = light - ink;
      pixels[channel] = (uint8_t)(value < 0 ? 0 : value);
    }
    pixels += bytes_per_pixel;
  }
}

synoptic_codec_status synoptic_jpeg_read_rows(
    synoptic_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows,
    synoptic_codec_report *report) {
  decoder->report = report;
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (setjmp(decoder->escape) != 0) return report->status;
  if (!decoder->skipped_to_region) {
    decoder->skipped_to_region = true;
    if (decoder->region.top > 0) jpeg_skip_scanlines(codec, decoder->region.top);
  }
  JDIMENSION end = codec->output_scanline + rows;
  if (end > codec->output_height) end = codec->output_height;
  JDIMENSION first = codec->output_scanline;
  while (codec->output_scanline < end) {
    uint8_t *row = pixels + (size_t)(codec->output_scanline - first) * stride;
    if (decoder->is_cmyk) {
      JSAMPROW target = decoder->row;
      if (jpeg_read_scanlines(codec, &target, 1) == 0) break;
      write_cmyk(decoder->row, row, decoder->region.width, decoder->bytes_per_pixel);
      continue;
    }
    enum { batch = 16 };
    JSAMPROW targets[batch];
    JDIMENSION count = end - codec->output_scanline < batch ? end - codec->output_scanline : batch;
    for (JDIMENSION i = 0; i < count; ++i) targets[i] = row + i * stride;
    if (jpeg_read_scanlines(codec, targets, count) == 0) break;
  }
  return report->status;
}

synoptic_codec_status synoptic_jpeg_finish(synoptic_jpeg_decoder *decoder, synoptic_codec_report *report) {
  decoder->report = report;
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (setjmp(decoder->escape) != 0) return report->status;
  // Skipping to the very end would leave the rest of the stream, and damage in it, unread: the last row is
  // read.
  JDIMENSION left = codec->output_height - codec->output_scanline;
  if (left > 1) jpeg_skip_scanlines(codec, left - 1);
  JSAMPROW target = decoder->row;
  if (left > 0) jpeg_read_scanlines(codec, &target, 1);
  jpeg_finish_decompress(codec);
  return report->status;
}

void synoptic_jpeg_close(synoptic_jpeg_decoder *decoder) {
  if (decoder == NULL) return;
  // Destroying frees memory only: no error leaves it.
  if (decoder->created) jpeg_destroy_decompress(&decoder->codec);
  free(decoder->row);
  free(decoder);
}
