// Exact without VNNI: windows of two rows, widened to int16 and multiplied in pairs by vpmaddwd, which can't
// saturate (vpmaddubsw can).
#if defined(__x86_64__)

#include <immintrin.h>
#include <stdint.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

enum { WINDOW_ROWS = 2 };
typedef int16_t window_weight;

static inline __attribute__((always_inline)) void interleave(const __m256i rows[2], __m256i quarters[4]) {
  const __m256i low = _mm256_unpacklo_epi8(rows[0], rows[1]), high = _mm256_unpackhi_epi8(rows[0], rows[1]);
  const __m256i zero = _mm256_setzero_si256();
  quarters[0] = _mm256_unpacklo_epi8(low, zero);
  quarters[1] = _mm256_unpackhi_epi8(low, zero);
  quarters[2] = _mm256_unpacklo_epi8(high, zero);
  quarters[3] = _mm256_unpackhi_epi8(high, zero);
}

static inline __attribute__((always_inline)) __m256i weight_of_tap(__m256i dwords, int x, int row) {
  const __m256i widened = _mm256_srai_epi32(_mm256_sll_epi32(dwords, _mm_cvtsi32_si128(24 - x * 8)), 24);
  const __m256i word = _mm256_and_si256(widened, _mm256_set1_epi32(0xffff));
  return _mm256_sll_epi32(word, _mm_cvtsi32_si128(row * 16));
}

static inline __attribute__((always_inline)) __m256i dot(__m256i sums, __m256i window, __m256i weights) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(window, weights));
}

#include "int8_depthwise_columns.h"

void synoptic_int8_convolve_depthwise_avx2(const synoptic_int8_depthwise *d) { convolve_depthwise(d); }

#pragma clang attribute pop

#endif
