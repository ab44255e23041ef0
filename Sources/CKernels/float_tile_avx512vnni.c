#if defined(__x86_64__)
#include <immintrin.h>

#define FLOAT_LANES 16
#define FLOAT_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#include "float_vector_rows.h"

enum { ROWS = 8, VECTORS = 3 };
/// How far ahead weights are fetched: at 2048 they push out of the cache what they meet.
enum { AHEAD = 1024 };

/// A tile of 8 rows by 1 to 3 vectors: 24 accumulators. `vectors` is a constant wherever this is inlined.
FLOAT_INLINE void tile(const float *a, const float *b, size_t b_stride, size_t depth, float *c, size_t c_stride,
                       size_t rows, size_t vectors, __mmask16 last, const float *bias, float lower, float upper) {
  __m512 sums[ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      if (bias) sums[r][v] = _mm512_set1_ps(bias[r]);
      else if (r < rows) sums[r][v] = _mm512_maskz_loadu_ps(v + 1 == vectors ? last : 0xFFFF, c + r * c_stride + 16 * v);
      else sums[r][v] = _mm512_setzero_ps();
    }
  for (size_t k = 0; k < depth; k++, a += ROWS, b += b_stride) {
    __m512 columns[VECTORS];
    // Weights may come from memory, and what lies behind these is read next.
    _mm_prefetch((const char *)(a + AHEAD), _MM_HINT_T0);
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      columns[v] = v + 1 == vectors ? _mm512_maskz_loadu_ps(last, b + 16 * v) : _mm512_loadu_ps(b + 16 * v);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROWS; r++) {
      __m512 weight = _mm512_set1_ps(a[r]);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[r][v] = _mm512_fmadd_ps(weight, columns[v], sums[r][v]);
    }
  }
  __m512 low = _mm512_set1_ps(lower), high = _mm512_set1_ps(upper);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
    if (r < rows)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        _mm512_mask_storeu_ps(c + r * c_stride + 16 * v, v + 1 == vectors ? last : 0xFFFF,
                              _mm512_min_ps(high, _mm512_max_ps(low, sums[r][v])));
}

FLOAT_TARGET static void run(const float *a, const float *b, size_t b_stride, size_t depth, float *c, size_t c_stride,
                             size_t rows, size_t columns, const float *bias, float lower, float upper) {
  __mmask16 last = (__mmask16)(0xFFFF >> ((16 - columns % 16) % 16));
  if (columns > 32) tile(a, b, b_stride, depth, c, c_stride, rows, 3, last, bias, lower, upper);
  else if (columns > 16) tile(a, b, b_stride, depth, c, c_stride, rows, 2, last, bias, lower, upper);
  else tile(a, b, b_stride, depth, c, c_stride, rows, 1, last, bias, lower, upper);
}

FLOAT_TARGET static void every_second(const float *in, float *out, size_t count) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  size_t i = 0;
  for (; i + 16 < count; i += 16)
    _mm512_storeu_ps(out + i, _mm512_permutex2var_ps(_mm512_loadu_ps(in + 2 * i), even, _mm512_loadu_ps(in + 2 * i + 16)));
  for (; i < count; i++) out[i] = in[2 * i];
}

const float_tile synoptic_float_tile_avx512 = {ROWS, 16 * VECTORS, run, dense, taps, every_second};
#endif
