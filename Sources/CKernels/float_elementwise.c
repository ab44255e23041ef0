/// Loops that memory's speed bounds: the compiler's own vectors do.
#include <math.h>

#include "float_windows.h"

void synoptic_float_add(const float *a, const float *b, float *sum, size_t count, float lower, float upper) {
  for (size_t i = 0; i < count; i++) {
    float x = a[i] + b[i];
    x = x < lower ? lower : x;
    sum[i] = x > upper ? upper : x;
  }
}

void synoptic_float_clamp(const float *from, float *y, size_t count, float lower, float upper) {
  for (size_t i = 0; i < count; i++) {
    float x = from[i];
    x = x < lower ? lower : x;
    y[i] = x > upper ? upper : x;
  }
}

float synoptic_float_mean(const float *x, size_t count) {
  float sums[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) sums[lane] += x[i + lane];
  float sum = 0;
  for (; i < count; i++) sum += x[i];
  for (size_t lane = 0; lane < 16; lane++) sum += sums[lane];
  return sum / (float)count;
}

void synoptic_float_max_pool(synoptic_instruction_set set, const synoptic_float_convolution *s, const float *plane,
                             float *output, float *row) {
#if defined(__x86_64__)
  if (synoptic_vector_set(set) == SYNOPTIC_AVX512VNNI && synoptic_float_max_pool_avx512(s, plane, output)) return;
#endif
  (void)set;
  for (size_t y = 0; y < s->output_height; y++) {
    // First down the window's rows for all columns at once, then along.
    for (size_t x = 0; x < s->width; x++) row[x] = -INFINITY;
    for (size_t ky = 0; ky < s->kernel_height; ky++) {
      size_t from = y * s->stride_height + ky * s->dilation_height;
      if (from < s->pad_top || from - s->pad_top >= s->height) continue;
      const float *line = plane + (from - s->pad_top) * s->width;
      for (size_t x = 0; x < s->width; x++) row[x] = row[x] < line[x] ? line[x] : row[x];
    }
    for (size_t x = 0; x < s->output_width; x++) {
      float most = -INFINITY;
      for (size_t kx = 0; kx < s->kernel_width; kx++) {
        size_t from = x * s->stride_width + kx * s->dilation_width;
        if (from < s->pad_left || from - s->pad_left >= s->width) continue;
        float value = row[from - s->pad_left];
        most = most < value ? value : most;
      }
      *output++ = most;
    }
  }
}
