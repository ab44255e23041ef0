#include "float_normalization.h"

#include <math.h>

/// Squares are added in eight lanes, fused, and the lanes in halves, as vectors of AVX2 do: that fixes every bit.
static inline __attribute__((always_inline)) void normalize(const float *x, const float *scale, const float *bias,
                                                            float epsilon, float *y, size_t count) {
  enum { lanes = 8 };
  const size_t whole = count / lanes * lanes;
  double sums[lanes] = {0}, sum = 0;
  for (size_t i = 0; i < whole; i += lanes)
    for (size_t lane = 0; lane < lanes; lane++) sums[lane] += (double)x[i + lane];
  for (size_t i = whole; i < count; i++) sum += (double)x[i];
  for (size_t lane = 0; lane < lanes; lane++) sum += sums[lane];
  const float mean = (float)(sum / (double)count);

  float squares[lanes] = {0};
  for (size_t i = 0; i < whole; i += lanes)
    for (size_t lane = 0; lane < lanes; lane++) {
      const float distance = x[i + lane] - mean;
      squares[lane] = fmaf(distance, distance, squares[lane]);
    }
  for (size_t half = lanes / 2; half > 0; half /= 2)
    for (size_t lane = 0; lane < half; lane++) squares[lane] += squares[lane + half];
  float square = squares[0];
  for (size_t i = whole; i < count; i++) square = fmaf(x[i] - mean, x[i] - mean, square);

  const float factor = 1 / sqrtf(square / (float)count + epsilon);
  for (size_t i = 0; i < count; i++) {
    const float normal = (x[i] - mean) * factor;
    y[i] = fmaf(normal, scale[i], bias[i]);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void normalize_avx2(const float *x, const float *scale, const float *bias,
                                                               float epsilon, float *y, size_t count) {
  normalize(x, scale, bias, epsilon, y, count);
}
#endif

void synoptic_float_normalize(synoptic_instruction_set set, const float *x, const float *scale, const float *bias,
                              float epsilon, float *y, size_t count) {
#if defined(__x86_64__)
  if (set != SYNOPTIC_SCALAR) {
    normalize_avx2(x, scale, bias, epsilon, y, count);
    return;
  }
#endif
  (void)set;
  normalize(x, scale, bias, epsilon, y, count);
}

void synoptic_float_softmax_of_levels(const float *x, float scale, const float table[256], float levels, float *y,
                                      size_t count) {
  float most = x[0];
  for (size_t i = 1; i < count; i++) most = most < x[i] ? x[i] : most;
  const float inverse = 1 / scale;
  float sum = 0;
  for (size_t i = 0; i < count; i++) {
    float place = 255.5f + (x[i] - most) * inverse;
    // Also where it is no number.
    place = place > 0 ? place : 0;
    y[i] = table[(unsigned char)(place < 255 ? place : 255)];
    sum += y[i];
  }
  for (size_t i = 0; i < count; i++) y[i] = y[i] * levels / sum;
}
