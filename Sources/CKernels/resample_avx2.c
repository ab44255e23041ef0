/// A weight has 24 bits and a product of it and a byte 32: too wide for the 16-bit multiply-add, which is the
/// fast one. So each weight comes in two parts, low 15 bits and the rest, and each part has a sum of its own.
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "resample_variants.h"

#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE __attribute__((target("avx2"), always_inline)) static inline

AVX2_INLINE __m256i load_two(const void *low, const void *high) {
  __m256i both = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low));
  return _mm256_inserti128_si256(both, _mm_loadu_si128((const __m128i *)high), 1);
}

AVX2_INLINE __m256i rounded(__m256i low, __m256i high) {
  __m256i half = _mm256_set1_epi32(1 << (SYNOPTIC_RESAMPLE_BITS - 1));
  __m256i sum = _mm256_add_epi32(_mm256_add_epi32(low, half), _mm256_slli_epi32(high, 15));
  return _mm256_srai_epi32(sum, SYNOPTIC_RESAMPLE_BITS);
}

/// Two neighbouring outputs, one a 128-bit lane, in each of `height` rows (1 or 2).
AVX2_INLINE void two_outputs(
    const synoptic_resample_axis *axis, int32_t x, int32_t next, const uint8_t *source, size_t source_stride,
    uint8_t *target, size_t target_stride, int height) {
  const __m256i first_pair = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
  const __m256i second_pair = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1));
  const int32_t groups = axis->groups;
  const int16_t *weights_0 = axis->weights + 8 * (size_t)groups * (size_t)x;
  const int16_t *weights_1 = axis->weights + 8 * (size_t)groups * (size_t)next;
  const uint8_t *pixels_0 = source + 4 * (size_t)axis->first[x];
  const uint8_t *pixels_1 = source + 4 * (size_t)axis->first[next];
  __m256i low[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  __m256i high[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  for (int32_t group = 0; group < groups; ++group) {
    __m256i weights = load_two(weights_0 + 8 * group, weights_1 + 8 * group);
    __m256i low_01 = _mm256_shuffle_epi32(weights, 0x00);
    __m256i low_23 = _mm256_shuffle_epi32(weights, 0x55);
    __m256i high_01 = _mm256_shuffle_epi32(weights, 0xaa);
    __m256i high_23 = _mm256_shuffle_epi32(weights, 0xff);
    for (int row = 0; row < height; ++row) {
      size_t offset = (size_t)row * source_stride + 16 * (size_t)group;
      __m256i pixels = load_two(pixels_0 + offset, pixels_1 + offset);
      __m256i taps_01 = _mm256_shuffle_epi8(pixels, first_pair);
      __m256i taps_23 = _mm256_shuffle_epi8(pixels, second_pair);
      low[row] = _mm256_add_epi32(low[row], _mm256_madd_epi16(taps_01, low_01));
      high[row] = _mm256_add_epi32(high[row], _mm256_madd_epi16(taps_01, high_01));
      low[row] = _mm256_add_epi32(low[row], _mm256_madd_epi16(taps_23, low_23));
      high[row] = _mm256_add_epi32(high[row], _mm256_madd_epi16(taps_23, high_23));
    }
  }
  for (int row = 0; row < height; ++row) {
    __m256i words = rounded(low[row], high[row]);
    words = _mm256_packs_epi32(words, words);
    words = _mm256_packus_epi16(words, words);
    int32_t pixel_0 = _mm256_cvtsi256_si32(words);
    int32_t pixel_1 = _mm256_extract_epi32(words, 4);
    memcpy(target + (size_t)row * target_stride + 4 * (size_t)x, &pixel_0, 4);
    memcpy(target + (size_t)row * target_stride + 4 * (size_t)next, &pixel_1, 4);
  }
}

AVX2 void synoptic_resample_rows_avx2(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t rows) {
  int32_t y = 0;
  for (; y + 2 <= rows; y += 2) {
    for (int32_t x = 0; x < axis->count; x += 2) {
      // An odd last output is computed twice, into the same place.
      int32_t next = x + 1 < axis->count ? x + 1 : x;
      two_outputs(axis, x, next, source, source_stride, target, target_stride, 2);
    }
    source += 2 * source_stride;
    target += 2 * target_stride;
  }
  if (y == rows) return;
  for (int32_t x = 0; x < axis->count; x += 2) {
    int32_t next = x + 1 < axis->count ? x + 1 : x;
    two_outputs(axis, x, next, source, source_stride, target, target_stride, 1);
  }
}

/// Eight pixels of one output row, RGBX.
AVX2_INLINE __m256i eight_pixels(
    const int16_t *weights, int32_t taps, const uint8_t *source, size_t source_stride) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i low[4] = {zero, zero, zero, zero};
  __m256i high[4] = {zero, zero, zero, zero};
  for (int32_t tap = 0; tap < taps; tap += 2) {
    int32_t low_bits, high_bits;
    const int16_t *pair = weights + 8 * (tap / 4) + tap % 4;
    memcpy(&low_bits, pair, 4);
    memcpy(&high_bits, pair + 4, 4);
    __m256i low_weights = _mm256_set1_epi32(low_bits);
    __m256i high_weights = _mm256_set1_epi32(high_bits);
    __m256i upper = _mm256_loadu_si256((const __m256i *)source);
    __m256i lower = _mm256_loadu_si256((const __m256i *)(source + source_stride));
    source += 2 * source_stride;
    __m256i bytes_0 = _mm256_unpacklo_epi8(upper, lower);
    __m256i bytes_1 = _mm256_unpackhi_epi8(upper, lower);
    __m256i words[4] = {
        _mm256_unpacklo_epi8(bytes_0, zero), _mm256_unpackhi_epi8(bytes_0, zero),
        _mm256_unpacklo_epi8(bytes_1, zero), _mm256_unpackhi_epi8(bytes_1, zero)};
    for (int i = 0; i < 4; ++i) {
      low[i] = _mm256_add_epi32(low[i], _mm256_madd_epi16(words[i], low_weights));
      high[i] = _mm256_add_epi32(high[i], _mm256_madd_epi16(words[i], high_weights));
    }
  }
  __m256i words_0 = _mm256_packs_epi32(rounded(low[0], high[0]), rounded(low[1], high[1]));
  __m256i words_1 = _mm256_packs_epi32(rounded(low[2], high[2]), rounded(low[3], high[3]));
  return _mm256_packus_epi16(words_0, words_1);
}

/// Stores 24 bytes of RGB, and four bytes more.
AVX2_INLINE void store_rgb(uint8_t *target, __m256i pixels) {
  const __m256i drop_fourth = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  pixels = _mm256_shuffle_epi8(pixels, drop_fourth);
  _mm_storeu_si128((__m128i *)target, _mm256_castsi256_si128(pixels));
  _mm_storeu_si128((__m128i *)(target + 12), _mm256_extracti128_si256(pixels, 1));
}

AVX2 void synoptic_resample_columns_avx2(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t width, int32_t target_bytes) {
  for (int32_t y = 0; y < axis->count; ++y) {
    const int16_t *weights = axis->weights + 8 * (size_t)axis->groups * (size_t)y;
    const uint8_t *top = source + source_stride * (size_t)axis->first[y];
    uint8_t *row = target + target_stride * (size_t)y;
    int32_t x = 0;
    if (target_bytes == 4) {
      for (; x < width; x += 8) {
        __m256i pixels = eight_pixels(weights, axis->taps[y], top + 4 * x, source_stride);
        _mm256_storeu_si256((__m256i *)(row + 4 * x), pixels);
      }
      continue;
    }
    // A store writes four bytes more than its pixels: the next one writes over them, and the last is apart.
    for (; x + 10 <= width; x += 8) {
      store_rgb(row + 3 * x, eight_pixels(weights, axis->taps[y], top + 4 * x, source_stride));
    }
    for (; x < width; x += 8) {
      uint8_t pixels[32];
      store_rgb(pixels, eight_pixels(weights, axis->taps[y], top + 4 * x, source_stride));
      memcpy(row + 3 * x, pixels, 3 * (size_t)(width - x < 8 ? width - x : 8));
    }
  }
}

#endif
