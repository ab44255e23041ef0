/// The reference for the other instruction sets: plain loops in the order of the definition.
#include "float_tile.h"

enum { ROWS = 4, COLUMNS = 8 };

static float clamp(float x, float lower, float upper) {
  x = x < lower ? lower : x;
  return x > upper ? upper : x;
}

static void run(const float *a, const float *b, size_t b_stride, size_t depth, float *c, size_t c_stride, size_t rows,
                size_t columns, const float *bias, float lower, float upper) {
  float sums[ROWS][COLUMNS] = {{0}};
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) sums[r][j] = bias ? bias[r] : c[r * c_stride + j];
  for (size_t k = 0; k < depth; k++) {
    float row[COLUMNS] = {0};
    for (size_t j = 0; j < columns; j++) row[j] = b[k * b_stride + j];
    for (size_t r = 0; r < ROWS; r++)
      for (size_t j = 0; j < COLUMNS; j++) sums[r][j] += a[k * ROWS + r] * row[j];
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) c[r * c_stride + j] = clamp(sums[r][j], lower, upper);
}

static void dense(const float *x, const unaligned_float *weights, float *y, size_t rows, size_t depth,
                  size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) {
      // Eight sums, so that a long row's rounding errors do not pile up in one.
      float sums[8] = {0};
      for (size_t k = 0; k < depth; k++) sums[k % 8] += x[r * depth + k] * weights[j * depth + k];
      float sum = 0;
      for (size_t i = 0; i < 8; i++) sum += sums[i];
      y[r * columns + j] = sum;
    }
}

static void taps(const float *in, const size_t *offsets, const unaligned_float *weights, size_t taps, float bias,
                 float lower, float upper, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float sum = bias;
    for (size_t t = 0; t < taps; t++) sum += weights[t] * in[offsets[t] + i];
    out[i] = clamp(sum, lower, upper);
  }
}

static void every_second(const float *in, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = in[2 * i];
}

const float_tile synoptic_float_tile_scalar = {ROWS, COLUMNS, run, dense, taps, every_second};
