#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#include "resample_planes_variants.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define AVX512_INLINE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), always_inline)) static inline

/// Sixteen outputs of a plane, with their fraction bits.
AVX512_INLINE __m512i resampled(const synoptic_plane_axis *axis, int32_t x, const uint8_t *plane) {
  const int32_t *first = axis->first + x / 4;
  __m256i lower = _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(plane + first[0]))),
      _mm_loadu_si128((const __m128i *)(plane + first[1])), 1);
  __m256i upper = _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(plane + first[2]))),
      _mm_loadu_si128((const __m128i *)(plane + first[3])), 1);
  __m512i samples = _mm512_inserti64x4(_mm512_castsi256_si512(lower), upper, 1);
  __m512i taps = _mm512_shuffle_epi8(samples, _mm512_loadu_si512(axis->places + 4 * (size_t)x));
  const int16_t *weights = axis->weights + 4 * (size_t)x;
  __m512i sum = _mm512_set1_epi32(1 << (plane_fraction_bits - 1));
  sum = _mm512_dpwssd_epi32(sum, _mm512_and_si512(taps, _mm512_set1_epi16(0xff)), _mm512_loadu_si512(weights));
  sum = _mm512_dpwssd_epi32(sum, _mm512_srli_epi16(taps, 8), _mm512_loadu_si512(weights + 32));
  return _mm512_srai_epi32(sum, plane_fraction_bits);
}

/// Two weights of words beside each other.
AVX512_INLINE __m512i two_weights(int16_t lower, int16_t upper) {
  return _mm512_set1_epi32((int32_t)((uint32_t)(uint16_t)upper << 16 | (uint16_t)lower));
}

AVX512_INLINE __m512i clamped(__m512i sum) {
  __m512i value = _mm512_max_epi32(_mm512_srai_epi32(sum, color_shift), _mm512_setzero_si512());
  return _mm512_min_epi32(value, _mm512_set1_epi32(255));
}

AVX512 void synoptic_resample_planes_avx512vnni(
    const synoptic_plane_axis *luma, const synoptic_plane_axis *chroma, const uint8_t *y, const uint8_t *cb,
    const uint8_t *cr, uint8_t *target) {
  const __m512i light_and_cr = two_weights(y_weight, red_of_cr), light_and_cb = two_weights(y_weight, blue_of_cb);
  const __m512i green_light_and_cr = two_weights(y_weight, green_of_cr), green_cb = two_weights(0, green_of_cb);
  for (int32_t x = 0; x < luma->count; x += 16) {
    __m512i light = resampled(luma, x, y);
    __m512i with_cb = _mm512_or_si512(light, _mm512_slli_epi32(resampled(chroma, x, cb), 16));
    __m512i with_cr = _mm512_or_si512(light, _mm512_slli_epi32(resampled(chroma, x, cr), 16));
    __m512i red = _mm512_dpwssd_epi32(_mm512_set1_epi32(red_start), with_cr, light_and_cr);
    __m512i green = _mm512_dpwssd_epi32(_mm512_set1_epi32(green_start), with_cr, green_light_and_cr);
    green = _mm512_dpwssd_epi32(green, with_cb, green_cb);
    __m512i blue = _mm512_dpwssd_epi32(_mm512_set1_epi32(blue_start), with_cb, light_and_cb);
    __m512i pixels = _mm512_or_si512(clamped(red), _mm512_slli_epi32(clamped(green), 8));
    _mm512_storeu_si512(target + 4 * (size_t)x, _mm512_or_si512(pixels, _mm512_slli_epi32(clamped(blue), 16)));
  }
}

#endif
