/// Dense layers and depthwise taps for a vector of FLOAT_LANES floats; included by one file an instruction set, which
/// defines FLOAT_LANES and FLOAT_TARGET.
#include "float_tile.h"

typedef float vector __attribute__((vector_size(FLOAT_LANES * 4), aligned(4), may_alias));
/// The same at any address, as weights in a mapped file lie.
typedef float unaligned_vector __attribute__((vector_size(FLOAT_LANES * 4), aligned(1), may_alias));

#define LOAD(p) (*(const vector *)(p))
#define FLOAT_INLINE FLOAT_TARGET static inline __attribute__((always_inline))

/// `rows` rows of x by four of the weights; `rows` is a constant wherever this is inlined.
FLOAT_INLINE void dense_block(const float *x, const unaligned_float *weights, float *y, size_t rows, size_t depth,
                              size_t columns, size_t column, size_t width) {
  vector sums[4][4];
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < 4; j++) sums[r][j] = (vector){0};
  const unaligned_float *w[4];
  for (size_t j = 0; j < 4; j++) w[j] = weights + (column + (j < width ? j : 0)) * depth;
  size_t k = 0;
  for (; k + FLOAT_LANES <= depth; k += FLOAT_LANES) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < 4; j++) {
      vector weight = *(const unaligned_vector *)(w[j] + k);
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; r++) sums[r][j] += LOAD(x + r * depth + k) * weight;
    }
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < width; j++) {
      float sum = 0;
      for (size_t lane = 0; lane < FLOAT_LANES; lane++) sum += sums[r][j][lane];
      for (size_t rest = k; rest < depth; rest++) sum += x[r * depth + rest] * w[j][rest];
      y[r * columns + column + j] = sum;
    }
}

FLOAT_TARGET static void dense(const float *x, const unaligned_float *weights, float *y, size_t rows, size_t depth,
                               size_t columns) {
  for (size_t column = 0; column < columns; column += 4) {
    size_t width = columns - column < 4 ? columns - column : 4;
    switch (rows) {
      case 1: dense_block(x, weights, y, 1, depth, columns, column, width); break;
      case 2: dense_block(x, weights, y, 2, depth, columns, column, width); break;
      case 3: dense_block(x, weights, y, 3, depth, columns, column, width); break;
      default: dense_block(x, weights, y, 4, depth, columns, column, width); break;
    }
  }
}

FLOAT_INLINE vector clamp_vector(vector v, float lower, float upper) {
  vector low = (vector){0} + lower, high = (vector){0} + upper;
  return __builtin_elementwise_min(__builtin_elementwise_max(v, low), high);
}

FLOAT_TARGET static void taps(const float *in, const size_t *offsets, const unaligned_float *weights, size_t count_taps,
                              float bias, float lower, float upper, float *out, size_t count) {
  size_t i = 0;
  for (; i + 3 * FLOAT_LANES < count; i += 4 * FLOAT_LANES) {
    vector a = (vector){0} + bias, b = a, c = a, d = a;
    for (size_t t = 0; t < count_taps; t++) {
      const float *p = in + offsets[t] + i;
      float w = weights[t];
      a += LOAD(p) * w;
      b += LOAD(p + FLOAT_LANES) * w;
      c += LOAD(p + 2 * FLOAT_LANES) * w;
      d += LOAD(p + 3 * FLOAT_LANES) * w;
    }
    *(vector *)(out + i) = clamp_vector(a, lower, upper);
    *(vector *)(out + i + FLOAT_LANES) = clamp_vector(b, lower, upper);
    *(vector *)(out + i + 2 * FLOAT_LANES) = clamp_vector(c, lower, upper);
    *(vector *)(out + i + 3 * FLOAT_LANES) = clamp_vector(d, lower, upper);
  }
  for (; i < count; i += FLOAT_LANES) {
    vector a = (vector){0} + bias;
    for (size_t t = 0; t < count_taps; t++) a += LOAD(in + offsets[t] + i) * (float)weights[t];
    *(vector *)(out + i) = clamp_vector(a, lower, upper);
  }
}
