#include "jpeg_decoder.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "jpeg_decoder_state.h"
#include "jpeg_huffman.h"

static synoptic_codec_status status_of_message(int code) {
  switch (code) {
    case JWRN_JPEG_EOF:
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
      return SYNOPTIC_CODEC_TRUNCATED;
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
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

/// Bytes of the stream that the library had taken.
static uint64_t bytes_so_far(const synoptic_jpeg_decoder *decoder) {
  if (decoder->codec.src == NULL) return 0;
  const uint8_t *next = decoder->codec.src->next_input_byte;
  // At the end of the stream the library reads an end marker of its own.
  bool is_inside = next >= decoder->bytes && next <= decoder->bytes + decoder->count;
  return is_inside ? (uint64_t)(next - decoder->bytes) : decoder->count;
}

/// The first damage is the cause; what comes later is mostly its consequence.
static void record(synoptic_jpeg_decoder *decoder, synoptic_codec_status status, const char *message) {
  synoptic_codec_report *report = decoder->report;
  if (report->status != SYNOPTIC_CODEC_OK) return;
  snprintf(report->message, sizeof report->message, "%s", message);
  report->status = status;
  report->good_rows = rows_so_far(&decoder->codec);
  // Within a unit the library does not say how far it is: at the end, it is at the end.
  report->good_bytes = status == SYNOPTIC_CODEC_TRUNCATED ? decoder->count : bytes_so_far(decoder);
}

static void record_message(synoptic_jpeg_decoder *decoder, j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  (*codec->err->format_message)(codec, message);
  record(decoder, status_of_message(codec->err->msg_code), message);
}

/// Leaves libjpeg with what has stopped it, also where damage that it went on from was reported before.
static _Noreturn void stop(synoptic_jpeg_decoder *decoder, synoptic_codec_status status, const char *message) {
  decoder->report->status = SYNOPTIC_CODEC_OK;
  record(decoder, status, message);
  decoder->report->has_stopped = true;
  longjmp(decoder->escape, escape_stopped);
}

static void on_error(j_common_ptr codec) {
  synoptic_jpeg_decoder *decoder = codec->client_data;
  record_message(decoder, codec);
  decoder->report->has_stopped = true;
  longjmp(decoder->escape, escape_stopped);
}

static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;  // Traces.
  if (codec->err->msg_code == JWRN_JFIF_MAJOR) return;  // A newer JFIF revision is not damage.
  synoptic_jpeg_decoder *decoder = codec->client_data;
  // Bytes between the header's segments belong to none of them: no pixel depends on them.
  if (codec->err->msg_code == JWRN_EXTRANEOUS_DATA && decoder->codec.input_scan_number == 0) return;
  record_message(decoder, codec);
  decoder->report->warnings += 1;
}

static void discard_output(j_common_ptr codec) { (void)codec; }

static void on_huffman_given_up(j_decompress_ptr codec) {
  synoptic_jpeg_decoder *decoder = codec->client_data;
  longjmp(decoder->escape, escape_to_library);
}

/// A progressive file may hold any number of scans of the whole image in a few bytes each.
static void on_progress(j_common_ptr codec) {
  synoptic_jpeg_decoder *decoder = codec->client_data;
  const synoptic_codec_limits *limits = &decoder->options.limits;
  uint64_t scans = decoder->codec.input_scan_number > 0 ? (uint64_t)decoder->codec.input_scan_number : 0;
  uint64_t pixels = (uint64_t)decoder->codec.image_width * decoder->codec.image_height;
  bool too_long = scans > 16 && scans * pixels > limits->maximum_scanned_pixels;
  if (scans > limits->maximum_scans || too_long) {
    char message[64];
    snprintf(
        message, sizeof message, "scan %llu of a progressive image", (unsigned long long)scans);
    stop(decoder, SYNOPTIC_CODEC_TOO_MANY_SCANS, message);
  }
  if (codec_clock_is_over(&decoder->clock)) {
    char message[64];
    snprintf(message, sizeof message, "%g seconds of processor time", limits->maximum_seconds);
    stop(decoder, SYNOPTIC_CODEC_OUT_OF_TIME, message);
  }
}

static void report_no_memory(synoptic_codec_report *report) {
  report->status = SYNOPTIC_CODEC_OUT_OF_MEMORY;
  report->has_stopped = true;
  snprintf(report->message, sizeof report->message, "no memory for the decoder");
}

synoptic_jpeg_decoder *synoptic_jpeg_open(
    const uint8_t *bytes, size_t count, synoptic_jpeg_header *header, synoptic_codec_report *report) {
  memset(report, 0, sizeof *report);
  memset(header, 0, sizeof *header);
  synoptic_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) {
    report_no_memory(report);
    return NULL;
  }
  decoder->report = report;
  decoder->bytes = bytes;
  decoder->count = count;
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
  header->has_several_scans = jpeg_has_multiple_scans(&decoder->codec);
  return decoder;
}

/// Whether leaving out columns and rows is sure not to change those that are kept: the usual samplings only.
static bool can_crop(const struct jpeg_decompress_struct *codec) {
  if (codec->num_components != 1 && codec->num_components != 3) return false;
  if (codec->max_h_samp_factor > 2 || codec->max_v_samp_factor > 2) return false;
  return true;
}

static void choose_output(synoptic_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  const synoptic_jpeg_options *options = &decoder->options;
  codec->dct_method = options->is_fast ? JDCT_IFAST : JDCT_ISLOW;
  // Also where speed counts: merged upsampling, the other way, reads too far when rows are skipped (2.1.5).
  codec->do_fancy_upsampling = TRUE;
  codec->scale_num = options->eighths;
  codec->scale_denom = 8;
  codec->raw_data_out = decoder->gives_planes;
  if (codec->num_components == 4) {
    codec->out_color_space = JCS_CMYK;
  } else {
    codec->out_color_space = options->bytes_per_pixel == 4 ? JCS_EXT_RGBX : JCS_EXT_RGB;
  }
}

/// Restricts the output to the wanted columns, and tells which rectangle it will be.
static void crop(synoptic_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (decoder->gives_planes) {
    jpeg_planes_crop(decoder);
    return;
  }
  uint32_t width = codec->output_width;
  decoder->region = decoder->wanted;
  if (!can_crop(codec)) {
    decoder->region = (synoptic_region){0, 0, width, codec->output_height};
    return;
  }
  // Upsampling treats the first and last column as the image's edge: keep those away from what is asked for.
  enum { margin = 4 };
  JDIMENSION left = decoder->wanted.left > margin ? decoder->wanted.left - margin : 0;
  uint32_t right = decoder->wanted.left + decoder->wanted.width;
  JDIMENSION kept = (right + margin < width ? right + margin : width) - left;
  if (kept < width) {
    jpeg_crop_scanline(codec, &left, &kept);
    decoder->region.left = left;
    decoder->region.width = codec->output_width;
  } else {
    decoder->region.left = 0;
    decoder->region.width = width;
  }
}

static void start(synoptic_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  choose_output(decoder);
  jpeg_start_decompress(codec);
  decoder->is_cmyk = codec->num_components == 4;
  // Attached before columns are left out: that changes nothing for it.
  decoder->uses_huffman = !decoder->uses_library && synoptic_huffman_attach(codec, on_huffman_given_up);
  crop(decoder);
  decoder->skipped_to_region = false;
}

void jpeg_decoder_skip_to_region(synoptic_jpeg_decoder *decoder) {
  if (decoder->skipped_to_region) return;
  decoder->skipped_to_region = true;
  if (decoder->gives_planes) {
    jpeg_planes_skip(decoder, decoder->region.top);
    return;
  }
  if (decoder->region.top > 0) jpeg_skip_scanlines(&decoder->codec, decoder->region.top);
}

void jpeg_decoder_start_again(synoptic_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  jpeg_abort_decompress(codec);
  codec->input_iMCU_row = 0;
  decoder->uses_library = true;
  // What was said so far will be said again.
  memset(decoder->report, 0, sizeof *decoder->report);
  jpeg_mem_src(codec, decoder->bytes, (unsigned long)decoder->count);
  jpeg_read_header(codec, TRUE);
  start(decoder);
  jpeg_decoder_skip_to_region(decoder);
  if (decoder->gives_planes) {
    jpeg_planes_skip(decoder, decoder->region.top + decoder->rows_done);
    return;
  }
  for (uint32_t row = 0; row < decoder->rows_done; ++row) {
    JSAMPROW target = decoder->row;
    jpeg_read_scanlines(codec, &target, 1);
  }
}

void synoptic_jpeg_start(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options,
    synoptic_codec_report *report) {
  decoder->report = report;
  decoder->gives_planes = false;
  jpeg_decoder_start(decoder, region, options);
}

void jpeg_decoder_start(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  decoder->options = *options;
  decoder->uses_library = options->is_plain;
  decoder->wanted = *region;
  decoder->clock = codec_clock_start(options->limits.maximum_seconds);
  decoder->progress.progress_monitor = on_progress;
  codec->progress = &decoder->progress;
  uint64_t memory = options->limits.maximum_memory;
  codec->mem->max_memory_to_use = memory > INT64_MAX ? INT64_MAX : (long)memory;
  if (setjmp(decoder->escape) != 0) return;
  if (codec->num_components == 2 || codec->num_components > 4) {
    char message[64];
    snprintf(message, sizeof message, "%d colour components", codec->num_components);
    stop(decoder, SYNOPTIC_CODEC_UNSUPPORTED, message);
  }
  decoder->row = malloc((size_t)codec->image_width * 4 + 64);
  if (decoder->row == NULL) stop(decoder, SYNOPTIC_CODEC_OUT_OF_MEMORY, "no memory for a row");
  start(decoder);
  *region = decoder->region;
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

static void read_rows(synoptic_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  jpeg_decoder_skip_to_region(decoder);
  JDIMENSION first = codec->output_scanline;
  JDIMENSION end = rows < codec->output_height - first ? first + rows : codec->output_height;
  while (codec->output_scanline < end) {
    uint8_t *row = pixels + (size_t)(codec->output_scanline - first) * stride;
    if (decoder->is_cmyk) {
      JSAMPROW target = decoder->row;
      if (jpeg_read_scanlines(codec, &target, 1) == 0) break;
      write_cmyk(decoder->row, row, decoder->region.width, decoder->options.bytes_per_pixel);
      continue;
    }
    enum { batch = 16 };
    JSAMPROW targets[batch];
    JDIMENSION count = end - codec->output_scanline < batch ? end - codec->output_scanline : batch;
    for (JDIMENSION i = 0; i < count; ++i) targets[i] = row + i * stride;
    if (jpeg_read_scanlines(codec, targets, count) == 0) break;
  }
}

void synoptic_jpeg_read_rows(
    synoptic_jpeg_decoder *decoder, uint8_t *pixels, size_t stride, uint32_t rows,
    synoptic_codec_report *report) {
  decoder->report = report;
  switch (setjmp(decoder->escape)) {
    case 0: break;
    case escape_to_library: jpeg_decoder_start_again(decoder); break;
    default: return;
  }
  read_rows(decoder, pixels, stride, rows);
  decoder->rows_done += rows;
}

static void finish(synoptic_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  jpeg_decoder_skip_to_region(decoder);
  if (decoder->options.is_fast && decoder->uses_huffman && !decoder->uses_library) {
    if (synoptic_huffman_sees_end(codec)) return;
    on_huffman_given_up(codec);
  }
  if (decoder->gives_planes) {
    jpeg_planes_skip(decoder, codec->output_height);
  } else {
    // Skipping to the very end would leave the rest of the stream, and damage in it, unread: the last row is
    // read.
    JDIMENSION left = codec->output_height - codec->output_scanline;
    if (left > 1) jpeg_skip_scanlines(codec, left - 1);
    JSAMPROW target = decoder->row;
    if (left > 0) jpeg_read_scanlines(codec, &target, 1);
  }
  jpeg_finish_decompress(codec);
}

void synoptic_jpeg_finish(synoptic_jpeg_decoder *decoder, synoptic_codec_report *report) {
  decoder->report = report;
  switch (setjmp(decoder->escape)) {
    case 0: break;
    case escape_to_library: jpeg_decoder_start_again(decoder); break;
    default: return;
  }
  finish(decoder);
}

void synoptic_jpeg_close(synoptic_jpeg_decoder *decoder) {
  if (decoder == NULL) return;
  // Destroying frees memory only: no error leaves it.
  if (decoder->created) jpeg_destroy_decompress(&decoder->codec);
  free(decoder->row);
  free(decoder);
}
