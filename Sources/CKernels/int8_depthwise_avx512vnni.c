// Depthwise by windows: four neighbouring pixels of 16 channels are one 64-byte load; one byte permutation
// turns them into 16 channels x 4 taps, what vpdpbusd wants, at any alignment. An output's kernel row is one
// window for widths up to 4 and two up to 8; outputs that are stride pixels apart share windows where they
// coincide, and so do the rows of a two-row step.
#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)

#include "int8_store_avx512.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// `[4 pixels][16 channels]` to `[16 channels][4 pixels]`.
INLINE __m512i transposed_window(const uint8_t *pixels) {
  const __m512i dwords = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  return _mm512_shuffle_epi8(_mm512_permutexvar_epi32(dwords, _mm512_loadu_si512(pixels)), bytes);
}

/// Four outputs of `rows` neighbouring rows.
INLINE void convolve_step(const int kernel_height, const int kernel_width, const int stride, const int rows,
                          const synoptic_int8_depthwise *d, size_t block, size_t row, size_t column,
                          const uint8_t *first, const int8_t *weights) {
  const int windows = (kernel_width + 3) / 4;
  __m512i accumulators[2][4];
  const __m512i bias = _mm512_loadu_si512(d->requantization.bias + block * 16);
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int i = 0; i < 4; i++) accumulators[r][i] = bias;

  UNROLL for (int y = 0; y < kernel_height + (rows - 1) * stride; y++) {
    const uint8_t *pixels = first + (size_t)y * d->input_row;
    UNROLL for (int x = 0; x <= 3 * stride + 4 * (windows - 1); x++) {
      // Window x serves output i as its window v wherever i * stride + 4 * v == x.
      int used = 0;
      UNROLL for (int v = 0; v < windows; v++) UNROLL for (int i = 0; i < 4; i++) used |= i * stride + 4 * v == x;
      if (!used) continue;
      const __m512i window = transposed_window(pixels + x * 16);
      UNROLL for (int v = 0; v < windows; v++) {
        UNROLL for (int i = 0; i < 4; i++) {
          if (i * stride + 4 * v != x) continue;
          UNROLL for (int r = 0; r < rows; r++) {
            const int kernel_row = y - r * stride;
            if (kernel_row < 0 || kernel_row >= kernel_height) continue;
            accumulators[r][i] = _mm512_dpbusd_epi32(
                accumulators[r][i], window, _mm512_loadu_si512(weights + (kernel_row * windows + v) * 64));
          }
        }
      }
    }
  }

  const synoptic_int8_requantization *to = &d->requantization;
  const __m512 scale = _mm512_loadu_ps(to->scale + block * 16);
  const size_t count = d->columns - column < 4 ? d->columns - column : 4;
  UNROLL for (int r = 0; r < rows; r++) {
    const uint8_t *residual = NULL;
    if (to->residual)
      residual = to->residual + block * to->residual_plane + (row + (size_t)r) * to->residual_row + column * 16;
    __m512i rounded[4];
    UNROLL for (int i = 0; i < 4; i++)
      rounded[i] = requantize(accumulators[r][i], scale, to, residual ? residual + i * 16 : NULL);
    store_pixels(d->output + block * d->output_plane + (row + (size_t)r) * d->output_row + column * 16,
                 narrow(rounded, to), (int)count);
  }
}

INLINE void convolve_planes(const int kernel_height, const int kernel_width, const int stride,
                            const synoptic_int8_depthwise *d) {
  const int windows = (kernel_width + 3) / 4;
  for (size_t block = 0; block < d->blocks; block++) {
    const int8_t *weights = d->weights + block * (size_t)(kernel_height * windows) * 64;
    const uint8_t *plane = d->input + block * d->input_plane;
    size_t row = 0;
    for (; row + 2 <= d->rows; row += 2)
      for (size_t column = 0; column < d->columns; column += 4)
        convolve_step(kernel_height, kernel_width, stride, 2, d, block, row, column,
                      plane + row * (size_t)stride * d->input_row + column * (size_t)stride * 16, weights);
    for (; row < d->rows; row++)
      for (size_t column = 0; column < d->columns; column += 4)
        convolve_step(kernel_height, kernel_width, stride, 1, d, block, row, column,
                      plane + row * (size_t)stride * d->input_row + column * (size_t)stride * 16, weights);
  }
}

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
        const size_t at = row * to->residual_row + column * 16;
        const uint8_t *residual = to->residual ? to->residual + block * to->residual_plane + at : NULL;
        const __m512i rounded[4] = {requantize(accumulator, scale, to, residual)};
        store_pixels(d->output + block * d->output_plane + row * d->output_row + column * 16, narrow(rounded, to), 1);
      }
    }
  }
}

#define PLANES(K, S)                                                                          \
  __attribute__((noinline)) static void planes_##K##_stride_##S(const synoptic_int8_depthwise *d) { \
    convolve_planes(K, K, S, d);                                                              \
  }
PLANES(3, 1) PLANES(3, 2) PLANES(5, 1) PLANES(5, 2) PLANES(7, 1)

void synoptic_int8_convolve_depthwise_avx512vnni(const synoptic_int8_depthwise *d) {
  const uint32_t kernel = d->kernel_width, stride = d->stride_width;
  const int is_square = d->kernel_height == kernel && d->stride_height == stride && d->dilation_height == 1 &&
                        d->dilation_width == 1;
  if (is_square && kernel == 3 && stride == 1)
    planes_3_stride_1(d);
  else if (is_square && kernel == 3 && stride == 2)
    planes_3_stride_2(d);
  else if (is_square && kernel == 5 && stride == 1)
    planes_5_stride_1(d);
  else if (is_square && kernel == 5 && stride == 2)
    planes_5_stride_2(d);
  else if (is_square && kernel == 7 && stride == 1)
    planes_7_stride_1(d);
  else
    convolve_any(d);
}

#pragma clang attribute pop

#endif
