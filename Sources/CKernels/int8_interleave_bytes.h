// Depthwise windows of four rows for a dot product of four bytes: include before int8_depthwise_columns.h, inside a
// region whose functions have at least the AVX2 target.
#ifndef SYNOPTIC_INT8_INTERLEAVE_BYTES_H
#define SYNOPTIC_INT8_INTERLEAVE_BYTES_H

#include <immintrin.h>
#include <stdint.h>

enum { WINDOW_ROWS = 4 };
typedef int8_t window_weight;

/// Every half is one pixel's: bytes of rows 0 and 1 and of rows 2 and 3 side by side, then those pairs.
static inline __attribute__((always_inline)) void interleave(const __m256i rows[4], __m256i quarters[4]) {
  const __m256i low_01 = _mm256_unpacklo_epi8(rows[0], rows[1]), high_01 = _mm256_unpackhi_epi8(rows[0], rows[1]);
  const __m256i low_23 = _mm256_unpacklo_epi8(rows[2], rows[3]), high_23 = _mm256_unpackhi_epi8(rows[2], rows[3]);
  quarters[0] = _mm256_unpacklo_epi16(low_01, low_23);
  quarters[1] = _mm256_unpackhi_epi16(low_01, low_23);
  quarters[2] = _mm256_unpacklo_epi16(high_01, high_23);
  quarters[3] = _mm256_unpackhi_epi16(high_01, high_23);
}

static inline __attribute__((always_inline)) __m256i weight_of_tap(__m256i dwords, int x, int row) {
  const __m256i byte = _mm256_and_si256(_mm256_srl_epi32(dwords, _mm_cvtsi32_si128(x * 8)), _mm256_set1_epi32(0xff));
  return _mm256_sll_epi32(byte, _mm_cvtsi32_si128(row * 8));
}

#endif
