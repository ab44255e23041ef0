// Epilogue shared by the AVX-512 kernels: accumulators to bytes. Include inside a region whose functions have
// the AVX-512 target.
#ifndef SYNOPTIC_INT8_STORE_AVX512_H
#define SYNOPTIC_INT8_STORE_AVX512_H

#include <immintrin.h>

#include "int8_kernels.h"
#include "int8_requantize.h"

/// 16 channels of one pixel, rounded: floats of `SYNOPTIC_WHOLE` and a whole number, by their bits.
static inline __attribute__((always_inline)) __m512i requantize(__m512i accumulators, __m512 scale,
                                                                const synoptic_int8_requantization *to,
                                                                const uint8_t *residual) {
  const __m512 sums = _mm512_cvtepi32_ps(accumulators), whole = _mm512_set1_ps(SYNOPTIC_WHOLE);
  const __m512 zero_point = _mm512_set1_ps(to->zero_point);
  if (residual) {
    const __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)residual));
    const __m512 addend = _mm512_fmadd_ps(_mm512_cvtepi32_ps(bytes), _mm512_set1_ps(to->residual_scale), zero_point);
    return _mm512_castps_si512(_mm512_add_ps(_mm512_fmadd_ps(sums, scale, addend), whole));
  }
  return _mm512_castps_si512(_mm512_fmadd_ps(sums, scale, _mm512_add_ps(zero_point, whole)));
}

/// Four pixels of 16 channels as bytes, `[pixel][channel]`, where `fits_words`: the lower half of a float's bits is the
/// number, as an int16.
static inline __attribute__((always_inline)) __m512i narrow_words(const __m512i pixels[4]) {
  // The words of two pixels in an order that packing, in 128-bit lanes, and one permutation make right.
  const __m512i even_words = _mm512_set_epi16(62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30, 28,
                                              26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i words_01 = _mm512_permutex2var_epi16(pixels[0], even_words, pixels[1]);
  const __m512i words_23 = _mm512_permutex2var_epi16(pixels[2], even_words, pixels[3]);
  const __m512i pixel_order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  return _mm512_permutexvar_epi64(pixel_order, _mm512_packus_epi16(words_01, words_23));
}

/// As int32 that saturate to the byte that is meant.
static inline __attribute__((always_inline)) __m512i whole_number(__m512i rounded) {
  return _mm512_sub_epi32(_mm512_max_epi32(rounded, _mm512_setzero_si512()),
                          _mm512_set1_epi32(SYNOPTIC_WHOLE_BITS));
}

/// As `narrow_words`, whatever the sums and the clamp.
static inline __attribute__((always_inline)) __m512i narrow_any(const __m512i pixels[4],
                                                                const synoptic_int8_requantization *to) {
  const __m512i words_01 = _mm512_packs_epi32(whole_number(pixels[0]), whole_number(pixels[1]));
  const __m512i words_23 = _mm512_packs_epi32(whole_number(pixels[2]), whole_number(pixels[3]));
  const __m512i after = _mm512_set1_epi16(to->zero_point_after);
  const __m512i pixel_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i bytes = _mm512_permutexvar_epi32(
      pixel_order, _mm512_packus_epi16(_mm512_adds_epi16(words_01, after), _mm512_adds_epi16(words_23, after)));
  bytes = _mm512_max_epu8(bytes, _mm512_set1_epi8((char)to->lower));
  return _mm512_min_epu8(bytes, _mm512_set1_epi8((char)to->upper));
}

/// The first `count` of four pixels of 16 channels, from their accumulators to floats of `SYNOPTIC_WHOLE` and whole numbers.
static inline __attribute__((always_inline)) void round_pixels(const bool fits_words, const int count,
                                                               const __m512i accumulators[4], const __m512 scales[4],
                                                               const synoptic_int8_requantization *to,
                                                               const uint8_t *residual, __m512i rounded[4]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    if (i >= count) {
      rounded[i] = _mm512_setzero_si512();
    } else if (!fits_words && to->rounds_product) {
      const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(accumulators[i]), scales[i]);
      rounded[i] = _mm512_castps_si512(_mm512_add_ps(product, _mm512_set1_ps(SYNOPTIC_WHOLE)));
    } else {
      rounded[i] = requantize(accumulators[i], scales[i], to, residual ? residual + i * 16 : NULL);
    }
  }
}

/// The first `count` of four pixels of 16 channels, from their accumulators to bytes, `[pixel][channel]`.
static inline __attribute__((always_inline)) __m512i bytes_of_pixels(const bool fits_words, const int count,
                                                                     const __m512i accumulators[4],
                                                                     const __m512 scales[4],
                                                                     const synoptic_int8_requantization *to,
                                                                     const uint8_t *residual) {
  __m512i rounded[4];
  round_pixels(fits_words, count, accumulators, scales, to, residual, rounded);
  return fits_words ? narrow_words(rounded) : narrow_any(rounded, to);
}

/// `bytes_of_pixels` of four pixels, by the way that their sums allow.
static inline __attribute__((always_inline)) __m512i bytes_of_four(const __m512i accumulators[4],
                                                                   const __m512 scales[4],
                                                                   const synoptic_int8_requantization *to,
                                                                   const uint8_t *residual) {
  return to->fits_words ? bytes_of_pixels(true, 4, accumulators, scales, to, residual)
                        : bytes_of_pixels(false, 4, accumulators, scales, to, residual);
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
