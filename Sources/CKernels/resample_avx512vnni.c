/// As resample_avx2.c, with four rows in the four lanes of a register where those along rows are resampled, and with
/// VNNI's multiply-add of words.
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "resample_variants.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define AVX512_INLINE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), always_inline)) static inline

AVX512_INLINE __m512i half(void) { return _mm512_set1_epi32(1 << (SYNOPTIC_RESAMPLE_BITS - 1)); }

/// `low` has begun with one half.
AVX512_INLINE __m512i rounded(__m512i low, __m512i high) {
  return _mm512_srai_epi32(_mm512_add_epi32(low, _mm512_slli_epi32(high, 15)), SYNOPTIC_RESAMPLE_BITS);
}

AVX512_INLINE __m512i two_weights(const int16_t *weights) {
  int32_t both;
  memcpy(&both, weights, 4);
  return _mm512_set1_epi32(both);
}

/// Four pixels of each of four rows.
AVX512_INLINE __m512i load_rows(const uint8_t *const rows[4], size_t offset) {
  __m256i upper = _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(rows[0] + offset))),
      _mm_loadu_si128((const __m128i *)(rows[1] + offset)), 1);
  __m256i lower = _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(rows[2] + offset))),
      _mm_loadu_si128((const __m128i *)(rows[3] + offset)), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(upper), lower, 1);
}

/// One output of each of four rows, as words of 32 bits.
AVX512_INLINE __m512i one_output(const synoptic_resample_axis *axis, int32_t x, const uint8_t *const rows[4]) {
  const __m512i first_pair = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
  const __m512i second_pair = _mm512_broadcast_i32x4(
      _mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1));
  const int16_t *weights = axis->weights + 8 * (size_t)axis->groups * (size_t)x;
  size_t offset = 4 * (size_t)axis->first[x];
  __m512i low = half(), high = _mm512_setzero_si512();
  for (int32_t group = 0; group < axis->groups; ++group, weights += 8, offset += 16) {
    __m512i pixels = load_rows(rows, offset);
    __m512i taps_01 = _mm512_shuffle_epi8(pixels, first_pair);
    __m512i taps_23 = _mm512_shuffle_epi8(pixels, second_pair);
    low = _mm512_dpwssd_epi32(low, taps_01, two_weights(weights));
    high = _mm512_dpwssd_epi32(high, taps_01, two_weights(weights + 4));
    low = _mm512_dpwssd_epi32(low, taps_23, two_weights(weights + 2));
    high = _mm512_dpwssd_epi32(high, taps_23, two_weights(weights + 6));
  }
  return rounded(low, high);
}

AVX512 void synoptic_resample_rows_avx512vnni(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t rows) {
  const int32_t last = axis->count - 1;
  for (int32_t y = 0; y < rows; y += 4) {
    int32_t height = rows - y < 4 ? rows - y : 4;
    const uint8_t *from[4];
    // The last rows are read again in the place of those that are not there.
    for (int32_t i = 0; i < 4; ++i) from[i] = source + (size_t)(y + (i < height ? i : height - 1)) * source_stride;
    uint8_t *to = target + (size_t)y * target_stride;
    for (int32_t x = 0; x <= last; x += 4) {
      __m512i words_0 = one_output(axis, x, from);
      __m512i words_1 = one_output(axis, x + 1 < last ? x + 1 : last, from);
      __m512i words_2 = one_output(axis, x + 2 < last ? x + 2 : last, from);
      __m512i words_3 = one_output(axis, x + 3 < last ? x + 3 : last, from);
      // A lane is now four pixels of a row.
      __m512i pixels = _mm512_packus_epi16(
          _mm512_packs_epi32(words_0, words_1), _mm512_packs_epi32(words_2, words_3));
      __mmask8 kept = (__mmask8)((1u << (last - x + 1 < 4 ? last - x + 1 : 4)) - 1);
      uint8_t *place = to + 4 * (size_t)x;
      _mm_mask_storeu_epi32(place, kept, _mm512_castsi512_si128(pixels));
      if (height > 1) _mm_mask_storeu_epi32(place + target_stride, kept, _mm512_extracti32x4_epi32(pixels, 1));
      if (height > 2) _mm_mask_storeu_epi32(place + 2 * target_stride, kept, _mm512_extracti32x4_epi32(pixels, 2));
      if (height > 3) _mm_mask_storeu_epi32(place + 3 * target_stride, kept, _mm512_extracti32x4_epi32(pixels, 3));
    }
  }
}

/// Sixteen pixels of one output row, RGBX.
AVX512_INLINE __m512i sixteen_pixels(
    const int16_t *weights, int32_t taps, const uint8_t *source, size_t source_stride) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i low[4] = {half(), half(), half(), half()};
  __m512i high[4] = {zero, zero, zero, zero};
  for (int32_t tap = 0; tap < taps; tap += 2) {
    const int16_t *pair = weights + 8 * (tap / 4) + tap % 4;
    __m512i low_weights = two_weights(pair);
    __m512i high_weights = two_weights(pair + 4);
    __m512i upper = _mm512_loadu_si512(source);
    __m512i lower = _mm512_loadu_si512(source + source_stride);
    source += 2 * source_stride;
    __m512i bytes_0 = _mm512_unpacklo_epi8(upper, lower);
    __m512i bytes_1 = _mm512_unpackhi_epi8(upper, lower);
    __m512i words[4] = {
        _mm512_unpacklo_epi8(bytes_0, zero), _mm512_unpackhi_epi8(bytes_0, zero),
        _mm512_unpacklo_epi8(bytes_1, zero), _mm512_unpackhi_epi8(bytes_1, zero)};
    for (int i = 0; i < 4; ++i) {
      low[i] = _mm512_dpwssd_epi32(low[i], words[i], low_weights);
      high[i] = _mm512_dpwssd_epi32(high[i], words[i], high_weights);
    }
  }
  __m512i words_0 = _mm512_packs_epi32(rounded(low[0], high[0]), rounded(low[1], high[1]));
  __m512i words_1 = _mm512_packs_epi32(rounded(low[2], high[2]), rounded(low[3], high[3]));
  return _mm512_packus_epi16(words_0, words_1);
}

/// 48 bytes of RGB.
AVX512_INLINE __m512i without_fourth(__m512i pixels) {
  const __m512i drop_fourth = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  const __m512i together = _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(together, _mm512_shuffle_epi8(pixels, drop_fourth));
}

AVX512 void synoptic_resample_columns_avx512vnni(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t width, int32_t target_bytes) {
  for (int32_t y = 0; y < axis->count; ++y) {
    const int16_t *weights = axis->weights + 8 * (size_t)axis->groups * (size_t)y;
    const uint8_t *top = source + source_stride * (size_t)axis->first[y];
    uint8_t *row = target + target_stride * (size_t)y;
    for (int32_t x = 0; x < width; x += 16) {
      __m512i pixels = sixteen_pixels(weights, axis->taps[y], top + 4 * (size_t)x, source_stride);
      if (target_bytes == 4) {
        _mm512_storeu_si512(row + 4 * (size_t)x, pixels);
        continue;
      }
      int32_t kept = 3 * (width - x < 16 ? width - x : 16);
      _mm512_mask_storeu_epi8(row + 3 * (size_t)x, (1ull << kept) - 1, without_fourth(pixels));
    }
  }
}

#endif
