// Epilogue shared by the kernels with 256-bit vectors: accumulators to bytes. Include inside a region whose
// functions have at least the AVX2 and FMA targets.
#ifndef SYNOPTIC_INT8_STORE_AVX2_H
#define SYNOPTIC_INT8_STORE_AVX2_H

#include <immintrin.h>

#include "int8_kernels.h"
#include "int8_requantize.h"

/// 8 channels of one pixel, as int32 that saturate to the byte that is meant.
static inline __attribute__((always_inline)) __m256i requantize(__m256i accumulators, const float *scale,
                                                                const synoptic_int8_requantization *to,
                                                                const uint8_t *residual) {
  const __m256 sums = _mm256_cvtepi32_ps(accumulators), whole = _mm256_set1_ps(SYNOPTIC_WHOLE);
  __m256 rounded;
  if (to->rounds_product) {
    rounded = _mm256_add_ps(_mm256_mul_ps(sums, _mm256_loadu_ps(scale)), whole);
  } else if (residual) {
    const __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)residual));
    const __m256 addend = _mm256_fmadd_ps(_mm256_cvtepi32_ps(bytes), _mm256_set1_ps(to->residual_scale),
                                          _mm256_set1_ps(to->zero_point));
    rounded = _mm256_add_ps(_mm256_fmadd_ps(sums, _mm256_loadu_ps(scale), addend), whole);
  } else {
    rounded = _mm256_fmadd_ps(sums, _mm256_loadu_ps(scale), _mm256_add_ps(_mm256_set1_ps(to->zero_point), whole));
  }
  const __m256i bits = _mm256_max_epi32(_mm256_castps_si256(rounded), _mm256_setzero_si256());
  return _mm256_sub_epi32(bits, _mm256_set1_epi32(SYNOPTIC_WHOLE_BITS));
}

/// 16 channels of one pixel, from their accumulators to bytes.
static inline __attribute__((always_inline)) void store_pixel(uint8_t *output, __m256i low, __m256i high,
                                                              const float *scale,
                                                              const synoptic_int8_requantization *to,
                                                              const uint8_t *residual) {
  low = requantize(low, scale, to, residual);
  high = requantize(high, scale + 8, to, residual ? residual + 8 : NULL);
  // packs works in 128-bit halves: put the quarters back in order.
  const __m256i rounded = _mm256_adds_epi16(_mm256_packs_epi32(low, high), _mm256_set1_epi16(to->zero_point_after));
  const __m256i words = _mm256_permute4x64_epi64(rounded, 0xd8);
  __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  bytes = _mm_max_epu8(bytes, _mm_set1_epi8((char)to->lower));
  _mm_storeu_si128((__m128i *)output, _mm_min_epu8(bytes, _mm_set1_epi8((char)to->upper)));
}

/// 16 channels of one pixel of a dense convolution's output: floats or bytes.
static inline __attribute__((always_inline)) void store_sums(const synoptic_int8_convolution *c, size_t block,
                                                             size_t row, size_t column, __m256i low, __m256i high) {
  const synoptic_int8_requantization *to = &c->requantization;
  const float *scale = to->scale + block * 16;
  const size_t at = block * c->output_plane + row * c->output_row + column * 16;
  if (c->float_output) {
    _mm256_storeu_ps(c->float_output + at, _mm256_mul_ps(_mm256_cvtepi32_ps(low), _mm256_loadu_ps(scale)));
    _mm256_storeu_ps(c->float_output + at + 8, _mm256_mul_ps(_mm256_cvtepi32_ps(high), _mm256_loadu_ps(scale + 8)));
    return;
  }
  store_pixel(c->output + at, low, high, scale, to, synoptic_residual_pixel(to, block, row, column));
}

#endif
