#if defined(__x86_64__)
#include <immintrin.h>

#define FLOAT_LANES 8
#define FLOAT_TARGET __attribute__((target("avx2,fma")))
#include "float_vector_rows.h"

enum { ROWS = 6, VECTORS = 2 };

/// A tile of 6 rows by 1 or 2 vectors: 12 accumulators. `vectors` is a constant wherever this is inlined.
FLOAT_INLINE void tile(const float *a, const float *b, size_t b_stride, size_t depth, float *c, size_t c_stride,
                       size_t rows, size_t vectors, __m256i last, const float *bias, float lower, float upper) {
  __m256 sums[ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      const float *p = c + r * c_stride + 8 * v;
      if (bias) sums[r][v] = _mm256_set1_ps(bias[r]);
      else if (r < rows) sums[r][v] = v + 1 == vectors ? _mm256_maskload_ps(p, last) : _mm256_loadu_ps(p);
      else sums[r][v] = _mm256_setzero_ps();
    }
  for (size_t k = 0; k < depth; k++, a += ROWS, b += b_stride) {
    __m256 columns[VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      columns[v] = v + 1 == vectors ? _mm256_maskload_ps(b + 8 * v, last) : _mm256_loadu_ps(b + 8 * v);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROWS; r++) {
      __m256 weight = _mm256_broadcast_ss(a + r);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[r][v] = _mm256_fmadd_ps(weight, columns[v], sums[r][v]);
    }
  }
  __m256 low = _mm256_set1_ps(lower), high = _mm256_set1_ps(upper);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
    if (r < rows)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) {
        float *p = c + r * c_stride + 8 * v;
        __m256 sum = _mm256_min_ps(high, _mm256_max_ps(low, sums[r][v]));
        if (v + 1 == vectors) _mm256_maskstore_ps(p, last, sum);
        else _mm256_storeu_ps(p, sum);
      }
}

FLOAT_TARGET static void run(const float *a, const float *b, size_t b_stride, size_t depth, float *c, size_t c_stride,
                             size_t rows, size_t columns, const float *bias, float lower, float upper) {
  int valid = (int)((columns + 7) % 8) + 1;
  __m256i last = _mm256_cmpgt_epi32(_mm256_set1_epi32(valid), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  if (columns > 8) tile(a, b, b_stride, depth, c, c_stride, rows, 2, last, bias, lower, upper);
  else tile(a, b, b_stride, depth, c, c_stride, rows, 1, last, bias, lower, upper);
}

FLOAT_TARGET static void every_second(const float *in, float *out, size_t count) {
  size_t i = 0;
  for (; i + 8 < count; i += 8) {
    __m256 pairs = _mm256_shuffle_ps(_mm256_loadu_ps(in + 2 * i), _mm256_loadu_ps(in + 2 * i + 8), 0x88);
    _mm256_storeu_ps(out + i, _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(pairs), 0xD8)));
  }
  for (; i < count; i++) out[i] = in[2 * i];
}

const float_tile synoptic_float_tile_avx2 = {ROWS, 8 * VECTORS, run, dense, taps, every_second};
#endif
