/// Patches of a map, line by line; for instruction sets that have nothing better.
#ifndef SYNOPTIC_FLOAT_PATCH_LINES_H
#define SYNOPTIC_FLOAT_PATCH_LINES_H

#include <string.h>

#include "float_tile.h"

static inline size_t fewer(size_t a, size_t b) { return a < b ? a : b; }

/// The convolution as a matrix: `count` columns of row `k` (see `float_tile.pack_patches`).
/// `every_second`: out[i] = in[2 i].
static inline void patch_row(const synoptic_float_convolution *s, const float *input, size_t k, size_t column,
                             size_t count, float *row,
                             void (*every_second)(const float *in, float *out, size_t count)) {
  size_t window = s->kernel_height * s->kernel_width;
  const float *plane = input + k / window * s->height * s->width;
  ptrdiff_t shift_y = (ptrdiff_t)(k % window / s->kernel_width * s->dilation_height) - (ptrdiff_t)s->pad_top;
  ptrdiff_t shift_x = (ptrdiff_t)(k % s->kernel_width * s->dilation_width) - (ptrdiff_t)s->pad_left;
  size_t y = column / s->output_width, x = column % s->output_width;
  while (count > 0) {
    size_t length = fewer(count, s->output_width - x);
    ptrdiff_t from_y = (ptrdiff_t)(y * s->stride_height) + shift_y;
    if (from_y < 0 || from_y >= (ptrdiff_t)s->height) {
      memset(row, 0, length * sizeof(float));
    } else {
      const float *line = plane + (size_t)from_y * s->width;
      ptrdiff_t from_x = (ptrdiff_t)(x * s->stride_width) + shift_x;
      ptrdiff_t stride = (ptrdiff_t)s->stride_width, beyond = (ptrdiff_t)s->width - from_x;
      // Outputs whose column lies left of the map, and those up to its end.
      size_t before = from_x < 0 ? fewer((size_t)((stride - 1 - from_x) / stride), length) : 0;
      size_t end = beyond <= 0 ? before : fewer((size_t)((beyond + stride - 1) / stride), length);
      for (size_t i = 0; i < before; i++) row[i] = 0;
      if (end > before) {
        const float *first = line + from_x + (ptrdiff_t)before * stride;
        if (stride == 1) memcpy(row + before, first, (end - before) * sizeof(float));
        else if (stride == 2) every_second(first, row + before, end - before);
        else for (size_t i = before; i < end; i++) row[i] = line[from_x + (ptrdiff_t)i * stride];
      }
      for (size_t i = end < before ? before : end; i < length; i++) row[i] = 0;
    }
    row += length;
    count -= length;
    x = 0;
    y++;
  }
}

#endif
