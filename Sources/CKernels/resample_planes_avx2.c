#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#include "resample_planes_variants.h"

#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE __attribute__((target("avx2"), always_inline)) static inline

/// Eight outputs of a plane, with their fraction bits.
AVX2_INLINE __m256i resampled(const synoptic_plane_axis *axis, int32_t x, const uint8_t *plane) {
  const int32_t *first = axis->first + x / 4;
  __m256i samples = _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(plane + first[0]))),
      _mm_loadu_si128((const __m128i *)(plane + first[1])), 1);
  __m256i places = _mm256_loadu_si256((const __m256i *)(axis->places + 4 * (size_t)x));
  __m256i taps = _mm256_shuffle_epi8(samples, places);
  const int16_t *weights = axis->weights + 64 * (size_t)(x / 16) + 2 * (x % 16);
  __m256i even = _mm256_madd_epi16(
      _mm256_and_si256(taps, _mm256_set1_epi16(0xff)), _mm256_loadu_si256((const __m256i *)weights));
  __m256i odd =
      _mm256_madd_epi16(_mm256_srli_epi16(taps, 8), _mm256_loadu_si256((const __m256i *)(weights + 32)));
  __m256i sum = _mm256_add_epi32(_mm256_add_epi32(even, odd), _mm256_set1_epi32(1 << (plane_fraction_bits - 1)));
  return _mm256_srai_epi32(sum, plane_fraction_bits);
}

/// What two words beside each other, weighted so, add to `start`.
AVX2_INLINE __m256i weighted(int32_t start, __m256i words, int16_t lower, int16_t upper) {
  __m256i weights = _mm256_set1_epi32((int32_t)((uint32_t)(uint16_t)upper << 16 | (uint16_t)lower));
  return _mm256_add_epi32(_mm256_set1_epi32(start), _mm256_madd_epi16(words, weights));
}

AVX2_INLINE __m256i clamped(__m256i sum) {
  __m256i value = _mm256_max_epi32(_mm256_srai_epi32(sum, color_shift), _mm256_setzero_si256());
  return _mm256_min_epi32(value, _mm256_set1_epi32(255));
}

AVX2 void synoptic_resample_planes_avx2(
    const synoptic_plane_axis *luma, const synoptic_plane_axis *chroma, const uint8_t *y, const uint8_t *cb,
    const uint8_t *cr, uint8_t *target) {
  for (int32_t x = 0; x < luma->count; x += 8) {
    __m256i light = resampled(luma, x, y);
    __m256i with_cb = _mm256_or_si256(light, _mm256_slli_epi32(resampled(chroma, x, cb), 16));
    __m256i with_cr = _mm256_or_si256(light, _mm256_slli_epi32(resampled(chroma, x, cr), 16));
    __m256i red = weighted(red_start, with_cr, y_weight, red_of_cr);
    __m256i green = _mm256_add_epi32(
        weighted(green_start, with_cr, y_weight, green_of_cr), weighted(0, with_cb, 0, green_of_cb));
    __m256i blue = weighted(blue_start, with_cb, y_weight, blue_of_cb);
    __m256i pixels = _mm256_or_si256(clamped(red), _mm256_slli_epi32(clamped(green), 8));
    pixels = _mm256_or_si256(pixels, _mm256_slli_epi32(clamped(blue), 16));
    _mm256_storeu_si256((__m256i *)(target + 4 * (size_t)x), pixels);
  }
}

#endif
