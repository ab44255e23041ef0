#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)

/// `[4 pixels][16 channels]` to `[16 channels][4 pixels]`: dwords across lanes, then bytes within each.
static inline __attribute__((always_inline)) __m512i transposed(__m512i pixels) {
  const __m512i dwords = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  return _mm512_shuffle_epi8(_mm512_permutexvar_epi32(dwords, pixels), bytes);
}

#include "int8_depthwise_windows.h"

/// Any kernel, stride and dilation, one pixel at a time.
static void convolve_any(const synoptic_int8_depthwise *d) {
  const synoptic_int8_requantization *to = &d->requantization;
  const size_t windows = (d->kernel_width + 3) / 4;
  for (size_t block = 0; block < d->blocks; block++) {
    const int8_t *weights = d->weights + block * d->kernel_height * windows * 64;
    const __m512i bias = _mm512_loadu_si512(to->bias + block * 16);
    const __m512 scale = _mm512_loadu_ps(to->scale + block * 16);
    for (size_t row = 0; row < d->rows; row++) {
      for (size_t column = 0; column < d->columns; column++) {
        const uint8_t *first = d->input + block * d->input_plane + row * d->stride_height * d->input_row +
                               column * d->stride_width * 16;
        __m512i accumulator = bias;
        for (size_t y = 0; y < d->kernel_height; y++) {
          for (size_t x = 0; x < d->kernel_width; x++) {
            const uint8_t *pixel = first + y * d->dilation_height * d->input_row + x * d->dilation_width * 16;
            // Byte 0 of each dword is the activation and the rest is zero: only the tap's own weight counts, once
            // it is in byte 0 too.
            const __m512i activation = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)pixel));
            const __m512i four = _mm512_loadu_si512(weights + (y * windows + x / 4) * 64);
            const __m512i weight = _mm512_srlv_epi32(four, _mm512_set1_epi32((int)(x % 4) * 8));
            accumulator = _mm512_dpbusd_epi32(accumulator, activation, weight);
          }
        }
        const __m512i sums[4] = {accumulator}, bytes = bytes_of_pixels(
            false, 1, sums, &scale, to, synoptic_residual_pixel(to, block, row, column));
        store_pixels(d->output + block * d->output_plane + row * d->output_row + column * 16, bytes, 1);
      }
    }
  }
}

void synoptic_int8_convolve_depthwise_without_vbmi(const synoptic_int8_depthwise *d) {
  if (!convolve_by_windows(d)) convolve_any(d);
}

void synoptic_int8_convolve_depthwise_avx512vnni(const synoptic_int8_depthwise *d) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vbmi") && synoptic_int8_convolve_depthwise_avx512vbmi(d)) return;
  synoptic_int8_convolve_depthwise_without_vbmi(d);
}

#pragma clang attribute pop

#endif
