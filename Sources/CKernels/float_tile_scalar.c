/// The reference for the other instruction sets: plain loops in the order of the definition.
#include "float_patch_lines.h"
#include "float_tile.h"

enum { ROWS = 4, COLUMNS = 8 };

static float clamp(float x, float lower, float upper) {
  x = x < lower ? lower : x;
  return x > upper ? upper : x;
}

static void run(const float_tile_product *p) {
  float sums[ROWS][COLUMNS] = {{0}};
  for (size_t r = 0; r < p->rows; r++)
    for (size_t j = 0; j < p->columns; j++) sums[r][j] = p->bias ? p->bias[r] : p->c[r * p->c_stride + j];
  for (size_t k = 0; k < p->depth; k++) {
    float row[COLUMNS] = {0};
    for (size_t j = 0; j < p->columns; j++) row[j] = p->b[k * p->b_stride + j];
    for (size_t r = 0; r < ROWS; r++)
      for (size_t j = 0; j < COLUMNS; j++) sums[r][j] += p->a[k * ROWS + r] * row[j];
  }
  for (size_t r = 0; r < p->rows; r++)
    for (size_t j = 0; j < p->columns; j++) {
      size_t place = r * p->c_stride + j;
      p->c[place] = clamp(p->addend ? sums[r][j] + p->addend[place] : sums[r][j], p->lower, p->upper);
    }
}

static void pack_rows(const float *from, size_t from_stride, size_t depth, const float_panel *panel) {
  for (size_t d = 0; d < depth; d++)
    memcpy(panel->start + d * panel->stride, from + d * from_stride, panel->count * sizeof(float));
}

static void every_second(const float *in, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = in[2 * i];
}

static void pack_patches(const synoptic_float_convolution *shape, const float *input, size_t k, size_t depth,
                         size_t column, const float_panel *panel) {
  for (size_t d = 0; d < depth; d++)
    patch_row(shape, input, k + d, column, panel->count, panel->start + d * panel->stride, every_second);
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

const float_tile synoptic_float_tile_scalar = {ROWS, COLUMNS, COLUMNS, false, run, pack_rows,
                                               pack_patches, dense, taps};
