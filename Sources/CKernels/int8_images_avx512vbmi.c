// Images into quantised pixels, 64 or 16 of them at a time, where bytes can be permuted over whole vectors.
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "int8_isa.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"))), \
                             apply_to = function)

#define INLINE static inline __attribute__((always_inline))

/// The first `bytes` bytes of a vector.
INLINE __mmask64 first_bytes(size_t bytes) { return bytes >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << bytes) - 1; }

/// Of `bytes` bytes in several vectors those in vector `index`.
INLINE __mmask64 bytes_of(size_t bytes, size_t index) {
  return bytes > index * 64 ? first_bytes(bytes - index * 64) : 0;
}

// MARK: Bytes through tables

/// Bytes of three vectors: from the first two by `index`, where `is_third` from the third.
typedef struct gather {
  __m512i index;
  __mmask64 is_third;
} gather;

/// Byte `factor * i + offset` of three vectors into byte i.
INLINE gather every(uint32_t factor, uint32_t offset) {
  uint8_t index[64];
  __mmask64 is_third = 0;
  for (uint32_t i = 0; i < 64; i++) {
    index[i] = (uint8_t)((factor * i + offset) & 127);
    if (factor * i + offset >= 128) is_third |= (__mmask64)1 << i;
  }
  return (gather){_mm512_loadu_si512(index), is_third};
}

/// Byte `j` of the pixels that begin in byte `64 * vector` of an output whose pixels are `pixel` bytes: from channel 0 in
/// the first vector, channel 1 in the second, channel 2 in the third; a fourth byte has `is_fourth`.
INLINE gather spread(uint32_t pixel, uint32_t vector, __mmask64 *is_fourth) {
  uint8_t index[64];
  __mmask64 is_third = 0;
  *is_fourth = 0;
  for (uint32_t i = 0; i < 64; i++) {
    const uint32_t at = vector * 64 + i, channel = at % pixel;
    index[i] = (uint8_t)((channel == 1 ? 64 : 0) + at / pixel);
    if (channel == 2) is_third |= (__mmask64)1 << i;
    if (channel == 3) *is_fourth |= (__mmask64)1 << i;
  }
  return (gather){_mm512_loadu_si512(index), is_third};
}

INLINE __m512i gathered(const gather *from, const __m512i vectors[3]) {
  const __m512i two = _mm512_permutex2var_epi8(vectors[0], from->index, vectors[1]);
  return _mm512_mask_permutexvar_epi8(two, from->is_third, from->index, vectors[2]);
}

/// Each byte's entry of a table of 256.
INLINE __m512i looked_up(const __m512i table[4], __m512i bytes) {
  const __m512i low = _mm512_permutex2var_epi8(table[0], bytes, table[1]);
  const __m512i high = _mm512_permutex2var_epi8(table[2], bytes, table[3]);
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), low, high);
}

void synoptic_int8_load_colors_avx512vbmi(const uint8_t *pixels, const uint32_t order[3], const uint8_t *tables,
                                          uint8_t *output, uint32_t pixel, size_t output_row, uint32_t height,
                                          uint32_t width) {
  __m512i table[3][4];
  gather channels[3], outputs[4];
  __mmask64 is_fourth[4];
  for (uint32_t c = 0; c < 3; c++) {
    channels[c] = every(3, order[c]);
    for (uint32_t i = 0; i < 4; i++) table[c][i] = _mm512_loadu_si512(tables + c * 256 + i * 64);
  }
  for (uint32_t i = 0; i < pixel; i++) outputs[i] = spread(pixel, i, &is_fourth[i]);
  for (uint32_t y = 0; y < height; y++, output += output_row) {
    for (uint32_t x = 0; x < width; x += 64, pixels += 192) {
      const size_t count = width - x < 64 ? width - x : 64;
      __m512i colors[3], bytes[3];
      for (uint32_t i = 0; i < 3; i++) colors[i] = _mm512_maskz_loadu_epi8(bytes_of(count * 3, i), pixels + i * 64);
      for (uint32_t c = 0; c < 3; c++) bytes[c] = looked_up(table[c], gathered(&channels[c], colors));
      for (uint32_t i = 0; i < pixel; i++) {
        const __m512i run = gathered(&outputs[i], bytes);
        // A fourth byte meets zero weights; it stays what it was.
        _mm512_mask_storeu_epi8(output + (size_t)x * pixel + i * 64, bytes_of(count * pixel, i) & ~is_fourth[i], run);
      }
      if (count < 64) pixels += count * 3 - 192;
    }
  }
}

// MARK: Floats

typedef struct quantizer {
  __m512 scale;
  __m512 inverse;
  __m512i zero_point;
  /// Whether products with the inverse come near the quotients.
  bool has_inverse;
} quantizer;

/// 16 numbers as int32 from 0 to 255: quotients to the nearest, ties to even. A product with the inverse is within
/// 2^-11 of the quotient; only near a tie must that be known exactly.
INLINE __m512i quantized(const quantizer *q, __m512 values) {
  const __m512 low = _mm512_set1_ps(-1024), high = _mm512_set1_ps(1024);
  __m512 scaled = _mm512_min_ps(_mm512_max_ps(_mm512_mul_ps(values, q->inverse), low), high);
  const __m512 distance = _mm512_sub_ps(scaled, _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT));
  const __mmask16 near_tie = _mm512_cmp_ps_mask(_mm512_abs_ps(distance), _mm512_set1_ps(0.499f), _CMP_GT_OQ);
  if (__builtin_expect(near_tie != 0 || !q->has_inverse, 0))
    scaled = _mm512_min_ps(_mm512_max_ps(_mm512_div_ps(values, q->scale), low), high);
  const __m512i sum = _mm512_add_epi32(_mm512_cvtps_epi32(scaled), q->zero_point);
  return _mm512_min_epi32(_mm512_max_epi32(sum, _mm512_setzero_si512()), _mm512_set1_epi32(255));
}

void synoptic_int8_quantize_image_avx512vbmi(const float *input, size_t plane, uint32_t channels, float scale,
                                             int32_t zero_point, uint8_t *output, uint32_t pixel, size_t output_row,
                                             uint32_t height, uint32_t width) {
  const quantizer q = {.scale = _mm512_set1_ps(scale),
                       .inverse = _mm512_set1_ps(1 / scale),
                       .zero_point = _mm512_set1_epi32(zero_point),
                       .has_inverse = isnormal(scale) && isnormal(1 / scale)};
  uint8_t three_of_four[64];
  for (uint32_t i = 0; i < 64; i++) three_of_four[i] = (uint8_t)(i < 48 ? i / 3 * 4 + i % 3 : 0);
  const __m512i compact = _mm512_loadu_si512(three_of_four);
  for (uint32_t y = 0; y < height; y++, input += width, output += output_row) {
    for (uint32_t x = 0; x < width; x += 16) {
      const uint32_t count = width - x < 16 ? width - x : 16;
      const __mmask16 there = (__mmask16)((1u << count) - 1);
      __m512i pixels = _mm512_setzero_si512();
      for (uint32_t channel = 0; channel < channels; channel++) {
        const __m512i bytes = quantized(&q, _mm512_maskz_loadu_ps(there, input + channel * plane + x));
        pixels = _mm512_or_si512(pixels, _mm512_sllv_epi32(bytes, _mm512_set1_epi32((int32_t)channel * 8)));
      }
      if (pixel == 3) pixels = _mm512_permutexvar_epi8(compact, pixels);
      _mm512_mask_storeu_epi8(output + (size_t)x * pixel, first_bytes((size_t)count * pixel), pixels);
    }
  }
}

#pragma clang attribute pop

#endif
