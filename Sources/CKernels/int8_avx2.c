// Exact without VNNI: bytes are widened to int16 and multiplied in pairs by vpmaddwd, which can't saturate
// (vpmaddubsw can). An accumulator of four output channels keeps two partial sums a channel until the end.
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "int8_isa.h"
#include "int8_requantize.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// 8 channels of one pixel, as int32 that saturate to the byte that is meant.
INLINE __m256i requantize(__m256i accumulators, const float *scale, const synoptic_int8_requantization *to,
                          const uint8_t *residual) {
  __m256 addend = _mm256_set1_ps(to->zero_point);
  if (residual) {
    const __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)residual));
    addend = _mm256_fmadd_ps(_mm256_cvtepi32_ps(bytes), _mm256_set1_ps(to->residual_scale), addend);
  }
  return _mm256_cvtps_epi32(_mm256_fmadd_ps(_mm256_cvtepi32_ps(accumulators), _mm256_loadu_ps(scale), addend));
}

INLINE void store_pixel(uint8_t *output, __m256i low, __m256i high, const synoptic_int8_requantization *to) {
  // packs works in 128-bit halves: put the quarters back in order.
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
  __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  bytes = _mm_max_epu8(bytes, _mm_set1_epi8((char)to->lower));
  _mm_storeu_si128((__m128i *)output, _mm_min_epu8(bytes, _mm_set1_epi8((char)to->upper)));
}

/// Adds the two partial sums of each channel: `[4 channels][2]` twice to 8 channels.
INLINE __m256i channel_sums(__m256i first, __m256i second) {
  return _mm256_permute4x64_epi64(_mm256_hadd_epi32(first, second), 0xd8);
}

INLINE void store_sums(const synoptic_int8_convolution *c, size_t block, size_t row, size_t column, __m256i low,
                       __m256i high) {
  const synoptic_int8_requantization *to = &c->requantization;
  const int32_t *bias = to->bias + block * 16;
  const float *scale = to->scale + block * 16;
  low = _mm256_add_epi32(low, _mm256_loadu_si256((const __m256i *)bias));
  high = _mm256_add_epi32(high, _mm256_loadu_si256((const __m256i *)(bias + 8)));
  const size_t at = block * c->output_plane + row * c->output_row + column * 16;
  if (c->float_output) {
    _mm256_storeu_ps(c->float_output + at, _mm256_mul_ps(_mm256_cvtepi32_ps(low), _mm256_loadu_ps(scale)));
    _mm256_storeu_ps(c->float_output + at + 8, _mm256_mul_ps(_mm256_cvtepi32_ps(high), _mm256_loadu_ps(scale + 8)));
    return;
  }
  const uint8_t *residual = synoptic_residual_pixel(to, block, row, column);
  store_pixel(c->output + at, requantize(low, scale, to, residual),
              requantize(high, scale + 8, to, residual ? residual + 8 : NULL), to);
}

INLINE void convolve_tile(const int pixels, const synoptic_int8_convolution *c, size_t block, size_t row,
                          size_t column) {
  __m256i accumulators[2][4];
  UNROLL for (int m = 0; m < pixels; m++) UNROLL for (int i = 0; i < 4; i++) accumulators[m][i] =
      _mm256_setzero_si256();
  const int8_t *weights = c->weights + block * c->step_count * c->quads * 64;
  const uint8_t *input = c->input + row * c->row_step + column * c->pixel_step;
  for (size_t step = 0; step < c->step_count; step++) {
    const uint8_t *activations = input + c->tap_offsets[step];
    for (uint32_t quad = 0; quad < c->quads; quad++, weights += 64) {
      __m256i a[2];
      UNROLL for (int m = 0; m < pixels; m++) {
        int32_t four;
        memcpy(&four, activations + (size_t)m * c->pixel_step + quad * 4, 4);
        a[m] = _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
      }
      UNROLL for (int i = 0; i < 4; i++) {
        const __m256i w = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + i * 16)));
        UNROLL for (int m = 0; m < pixels; m++)
          accumulators[m][i] = _mm256_add_epi32(accumulators[m][i], _mm256_madd_epi16(a[m], w));
      }
    }
  }
  UNROLL for (int m = 0; m < pixels; m++)
    store_sums(c, block, row, column + (size_t)m, channel_sums(accumulators[m][0], accumulators[m][1]),
               channel_sums(accumulators[m][2], accumulators[m][3]));
}

void synoptic_int8_convolve_avx2(const synoptic_int8_convolution *c) {
  for (size_t block = 0; block < c->blocks; block++) {
    for (size_t row = 0; row < c->rows; row++) {
      size_t column = 0;
      for (; column + 2 <= c->columns; column += 2) convolve_tile(2, c, block, row, column);
      if (column < c->columns) convolve_tile(1, c, block, row, column);
    }
  }
}

/// One pixel of 16 channels: a product of a byte and a signed byte fits in an int16.
static void convolve_pixel(const synoptic_int8_depthwise *d, size_t block, size_t row, size_t column) {
  const synoptic_int8_requantization *to = &d->requantization;
  const size_t windows = (d->kernel_width + 3) / 4;
  const uint8_t *first = d->input + block * d->input_plane + row * d->stride_height * d->input_row +
                         column * d->stride_width * 16;
  const int8_t *weights = d->weights + block * d->kernel_height * windows * 64;
  __m256i low = _mm256_loadu_si256((const __m256i *)(to->bias + block * 16));
  __m256i high = _mm256_loadu_si256((const __m256i *)(to->bias + block * 16 + 8));
  for (size_t y = 0; y < d->kernel_height; y++) {
    for (size_t x = 0; x < d->kernel_width; x++) {
      const uint8_t *pixel = first + y * d->dilation_height * d->input_row + x * d->dilation_width * 16;
      const __m256i activation = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)pixel));
      // The tap's byte of every channel's four, sign-extended by a shift to the top and back.
      const __m256i *four = (const __m256i *)(weights + (y * windows + x / 4) * 64);
      const __m128i left = _mm_cvtsi32_si128(24 - (int)(x % 4) * 8);
      const __m256i weight_low = _mm256_srai_epi32(_mm256_sll_epi32(_mm256_loadu_si256(four), left), 24);
      const __m256i weight_high = _mm256_srai_epi32(_mm256_sll_epi32(_mm256_loadu_si256(four + 1), left), 24);
      const __m256i weight = _mm256_permute4x64_epi64(_mm256_packs_epi32(weight_low, weight_high), 0xd8);
      const __m256i product = _mm256_mullo_epi16(activation, weight);
      low = _mm256_add_epi32(low, _mm256_cvtepi16_epi32(_mm256_castsi256_si128(product)));
      high = _mm256_add_epi32(high, _mm256_cvtepi16_epi32(_mm256_extracti128_si256(product, 1)));
    }
  }
  const uint8_t *residual = synoptic_residual_pixel(to, block, row, column);
  store_pixel(d->output + block * d->output_plane + row * d->output_row + column * 16,
              requantize(low, to->scale + block * 16, to, residual),
              requantize(high, to->scale + block * 16 + 8, to, residual ? residual + 8 : NULL), to);
}

void synoptic_int8_convolve_depthwise_avx2(const synoptic_int8_depthwise *d) {
  for (size_t block = 0; block < d->blocks; block++)
    for (size_t row = 0; row < d->rows; row++)
      for (size_t column = 0; column < d->columns; column++) convolve_pixel(d, block, row, column);
}

#pragma clang attribute pop

#endif
