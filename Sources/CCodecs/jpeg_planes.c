#include "jpeg_planes.h"

#include "jpeg_decoder_state.h"

#if SYNOPTIC_JPEG_HAS_MODULES

#define JPEG_INTERNALS
#include <jpegint.h>

enum { maximum_strip_rows = MAX_SAMP_FACTOR * DCTSIZE };

/// Whether each of chroma's samples stands for one or two of luma's, which has all of the image's.
static bool is_usual_sampling(int luma, int blue, int red) {
  return blue == red && (luma == blue || luma == 2 * blue);
}

bool synoptic_jpeg_find_planes(synoptic_jpeg_decoder *decoder, uint32_t eighths, synoptic_jpeg_planes *planes) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (codec->num_components != 3 || codec->jpeg_color_space != JCS_YCbCr) return false;
  const jpeg_component_info *luma = &codec->comp_info[0], *blue = &codec->comp_info[1], *red = &codec->comp_info[2];
  if (!is_usual_sampling(luma->h_samp_factor, blue->h_samp_factor, red->h_samp_factor)) return false;
  if (!is_usual_sampling(luma->v_samp_factor, blue->v_samp_factor, red->v_samp_factor)) return false;
  synoptic_codec_report report = {0};
  decoder->report = &report;
  if (setjmp(decoder->escape) != 0) return false;
  codec->scale_num = eighths;
  codec->scale_denom = 8;
  jpeg_calc_output_dimensions(codec);
  // A smaller size may be had by transforming luma alone to fewer samples.
  int of_luma = luma->DCT_scaled_size, of_chroma = blue->DCT_scaled_size;
  planes->columns_a_sample = (uint32_t)(luma->h_samp_factor * of_luma / (blue->h_samp_factor * of_chroma));
  planes->rows_a_sample = (uint32_t)(luma->v_samp_factor * of_luma / (blue->v_samp_factor * of_chroma));
  planes->strip_rows = (uint32_t)(codec->max_v_samp_factor * codec->min_DCT_scaled_size);
  return planes->columns_a_sample > 0 && planes->rows_a_sample > 0;
}

void synoptic_jpeg_start_planes(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options,
    synoptic_codec_report *report) {
  decoder->report = report;
  decoder->gives_planes = true;
  jpeg_decoder_start(decoder, region, options);
}

static JDIMENSION strip_rows(const struct jpeg_decompress_struct *codec) {
  return (JDIMENSION)(codec->max_v_samp_factor * codec->min_DCT_scaled_size);
}

void jpeg_planes_crop(synoptic_jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  uint32_t unit = (uint32_t)(codec->max_h_samp_factor * codec->min_DCT_scaled_size);
  const synoptic_region *wanted = &decoder->wanted;
  uint32_t first = wanted->left / unit, last = (wanted->left + wanted->width - 1) / unit;
  codec->master->first_iMCU_col = first;
  codec->master->last_iMCU_col = last;
  for (int i = 0; i < codec->num_components; ++i) {
    JDIMENSION blocks = (JDIMENSION)codec->comp_info[i].h_samp_factor;
    JDIMENSION end = (last + 1) * blocks < codec->comp_info[i].width_in_blocks
                         ? (last + 1) * blocks
                         : codec->comp_info[i].width_in_blocks;
    codec->master->first_MCU_col[i] = first * blocks;
    codec->master->last_MCU_col[i] = end - 1;
  }
  uint32_t top = wanted->top / strip_rows(codec) * strip_rows(codec);
  decoder->region = (synoptic_region){
      first * unit, top, (last + 1 - first) * unit, wanted->top + wanted->height - top};
}

/// Reads a strip, of which only what lies in the wanted columns is transformed and written.
static void read_strip(synoptic_jpeg_decoder *decoder, uint8_t *const planes[3], size_t stride) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  JSAMPROW rows[3][maximum_strip_rows];
  JSAMPARRAY components[3] = {rows[0], rows[1], rows[2]};
  for (int i = 0; i < 3; ++i) {
    int count = codec->comp_info[i].v_samp_factor * codec->comp_info[i].DCT_scaled_size;
    for (int row = 0; row < count; ++row) rows[i][row] = planes[i] + (size_t)row * stride;
  }
  jpeg_read_raw_data(codec, components, maximum_strip_rows);
}

void jpeg_planes_skip(synoptic_jpeg_decoder *decoder, JDIMENSION rows) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  // From a column to the one before it: nothing is transformed, and nothing written.
  codec->master->first_iMCU_col = 1;
  codec->master->last_iMCU_col = 0;
  for (int i = 0; i < codec->num_components; ++i) {
    codec->master->first_MCU_col[i] = 1;
    codec->master->last_MCU_col[i] = 0;
  }
  uint8_t *const nothing[3] = {decoder->row, decoder->row, decoder->row};
  while (codec->output_scanline < rows) read_strip(decoder, nothing, 0);
  jpeg_planes_crop(decoder);
}

void synoptic_jpeg_read_strip(
    synoptic_jpeg_decoder *decoder, uint8_t *const planes[3], size_t stride, synoptic_codec_report *report) {
  decoder->report = report;
  switch (setjmp(decoder->escape)) {
    case 0: break;
    case escape_to_library: jpeg_decoder_start_again(decoder); break;
    default: return;
  }
  jpeg_decoder_skip_to_region(decoder);
  read_strip(decoder, planes, stride);
  decoder->rows_done += strip_rows(&decoder->codec);
}

#else

bool synoptic_jpeg_find_planes(synoptic_jpeg_decoder *decoder, uint32_t eighths, synoptic_jpeg_planes *planes) {
  (void)decoder, (void)eighths, (void)planes;
  return false;
}

void synoptic_jpeg_start_planes(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options,
    synoptic_codec_report *report) {
  synoptic_jpeg_start(decoder, region, options, report);
}

void synoptic_jpeg_read_strip(
    synoptic_jpeg_decoder *decoder, uint8_t *const planes[3], size_t stride, synoptic_codec_report *report) {
  (void)decoder, (void)planes, (void)stride, (void)report;
}

void jpeg_planes_crop(synoptic_jpeg_decoder *decoder) { (void)decoder; }

void jpeg_planes_skip(synoptic_jpeg_decoder *decoder, JDIMENSION rows) { (void)decoder, (void)rows; }

#endif
