// Epilogue shared by the AVX-512 kernels: accumulators to bytes. Include inside a region whose functions have
// the AVX-512 target.
#ifndef SYNOPTIC_INT8_STORE_AVX512_H
#define SYNOPTIC_INT8_STORE_AVX512_H

#include <immintrin.h>

#include "int8_kernels.h"

/// 16 channels of one pixel, as int32 that saturate to the byte that is meant.
static inline __attribute__((always_inline)) __m512i requantize(__m512i accumulators, __m512 scale,
                                                                const synoptic_int8_requantization *to,
                                                                const uint8_t *residual) {
  __m512 addend = _mm512_set1_ps(to->zero_point);
  if (residual) {
    const __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)residual));
    addend = _mm512_fmadd_ps(_mm512_cvtepi32_ps(bytes), _mm512_set1_ps(to->residual_scale), addend);
  }
  return _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_cvtepi32_ps(accumulators), scale, addend));
}

/// Four pixels of 16 channels as bytes, `[pixel][channel]`.
static inline __attribute__((always_inline)) __m512i narrow(const __m512i pixels[4],
                                                            const synoptic_int8_requantization *to) {
  const __m512i words_01 = _mm512_packs_epi32(pixels[0], pixels[1]);
  const __m512i words_23 = _mm512_packs_epi32(pixels[2], pixels[3]);
  const __m512i pixel_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i bytes = _mm512_permutexvar_epi32(pixel_order, _mm512_packus_epi16(words_01, words_23));
  bytes = _mm512_max_epu8(bytes, _mm512_set1_epi8((char)to->lower));
  return _mm512_min_epu8(bytes, _mm512_set1_epi8((char)to->upper));
}

/// The first 1 to 4 pixels of a vector.
static inline __attribute__((always_inline)) void store_pixels(uint8_t *output, __m512i bytes, int count) {
  switch (count) {
    case 4:
      _mm512_storeu_si512(output, bytes);
      return;
    case 3:
      _mm256_storeu_si256((__m256i *)output, _mm512_castsi512_si256(bytes));
      _mm_storeu_si128((__m128i *)(output + 32), _mm512_extracti32x4_epi32(bytes, 2));
      return;
    case 2:
      _mm256_storeu_si256((__m256i *)output, _mm512_castsi512_si256(bytes));
      return;
    default:
      _mm_storeu_si128((__m128i *)output, _mm512_castsi512_si128(bytes));
  }
}

#endif
