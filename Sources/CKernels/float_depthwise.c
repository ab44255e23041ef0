/// Convolutions with one input channel a group, plane by plane.
///
/// Where there is no kernel that reads the map in place, a plane is copied with its border into scratch, where each row's columns are sorted by their remainder modulo the
/// stride: then neighbouring outputs read neighbouring floats at every tap, whatever the stride.
#include <string.h>

#include "float_windows.h"

enum { SLACK = 64 };

typedef struct bordered_plane {
  size_t rows, phase_width, row_width, count;
} bordered_plane;

static bordered_plane bordered(const synoptic_float_convolution *s) {
  bordered_plane plane;
  plane.rows = (s->output_height - 1) * s->stride_height + s->dilation_height * (s->kernel_height - 1) + 1;
  size_t width = (s->output_width - 1) * s->stride_width + s->dilation_width * (s->kernel_width - 1) + 1;
  plane.phase_width = (width + s->stride_width - 1) / s->stride_width;
  plane.row_width = plane.phase_width * s->stride_width;
  plane.count = plane.rows * plane.row_width + 2 * SLACK;
  return plane;
}

size_t synoptic_float_depthwise_scratch_count(const synoptic_float_convolution *s) {
  bordered_plane plane = bordered(s);
  size_t taps = s->kernel_height * s->kernel_width;
  // The plane, the outputs of one pass with the border's columns among them, and the taps' offsets.
  return plane.count + s->output_height * plane.row_width + 2 * SLACK + (taps + 1) * sizeof(size_t) / sizeof(float);
}

static void copy_plane(const synoptic_float_convolution *s, bordered_plane plane, const float *from, float *to) {
  for (size_t y = 0; y < s->height; y++) {
    if (y + s->pad_top >= plane.rows) break;
    float *row = to + (y + s->pad_top) * plane.row_width;
    const float *line = from + y * s->width;
    size_t room = plane.row_width > s->pad_left ? plane.row_width - s->pad_left : 0;
    size_t width = s->width < room ? s->width : room;
    if (s->stride_width == 1) {
      memcpy(row + s->pad_left, line, width * sizeof(float));
    } else {
      for (size_t phase = 0; phase < s->stride_width; phase++) {
        // The first column x whose place x + pad_left is of this phase.
        size_t x = (phase + s->stride_width - s->pad_left % s->stride_width) % s->stride_width;
        float *place = row + phase * plane.phase_width + (x + s->pad_left) / s->stride_width;
        for (; x < width; x += s->stride_width) *place++ = line[x];
      }
    }
  }
}

void synoptic_float_depthwise(synoptic_instruction_set set, const synoptic_float_convolution *s, const float *input,
                              const void *weights, const float *bias, float *output, float *scratch) {
  const float_tile *tile = synoptic_float_tile(set);
  bordered_plane plane = bordered(s);
  size_t taps = s->kernel_height * s->kernel_width, multiplier = s->output_channels / s->channels;
#if defined(__x86_64__)
  float_plane filter = synoptic_vector_set(set) == SYNOPTIC_AVX512VNNI ? synoptic_float_plane_avx512(s) : NULL;
  if (filter) {
    for (size_t channel = 0; channel < s->output_channels; channel++)
      filter(s, input + channel / multiplier * s->height * s->width, (const unaligned_float *)weights + channel * taps,
             bias ? bias[channel] : 0, output + channel * s->output_height * s->output_width);
    return;
  }
#endif
  size_t *offsets = (size_t *)scratch;
  float *copy = scratch + (taps + 1) * sizeof(size_t) / sizeof(float);
  float *wide = copy + plane.count;
  for (size_t ky = 0; ky < s->kernel_height; ky++)
    for (size_t kx = 0; kx < s->kernel_width; kx++) {
      size_t x = kx * s->dilation_width;
      offsets[ky * s->kernel_width + kx] = ky * s->dilation_height * plane.row_width +
                                           x % s->stride_width * plane.phase_width + x / s->stride_width;
    }
  memset(copy, 0, plane.count * sizeof(float));
  for (size_t channel = 0; channel < s->output_channels; channel++) {
    if (channel % multiplier == 0)
      copy_plane(s, plane, input + channel / multiplier * s->height * s->width, copy);
    const unaligned_float *w = (const unaligned_float *)weights + channel * taps;
    float start = bias ? bias[channel] : 0;
    if (s->stride_height == 1 && s->stride_width == 1) {
      // All rows as one, so that narrow maps fill the vectors; the columns in between are thrown away.
      tile->taps(copy, offsets, w, taps, start, s->lower, s->upper, wide,
                 (s->output_height - 1) * plane.row_width + s->output_width);
    } else {
      for (size_t y = 0; y < s->output_height; y++)
        tile->taps(copy + y * s->stride_height * plane.row_width, offsets, w, taps, start, s->lower, s->upper,
                   wide + y * plane.row_width, s->output_width);
    }
    for (size_t y = 0; y < s->output_height; y++, output += s->output_width)
      memcpy(output, wide + y * plane.row_width, s->output_width * sizeof(float));
  }
}
