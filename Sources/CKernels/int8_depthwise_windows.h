// Depthwise by windows, for the sources that define `transposed`: four neighbouring pixels of 16 channels
// are one 64-byte load; a byte permutation turns them into 16 channels x 4 taps, what vpdpbusd wants, at any
// alignment. A kernel row is one window for widths up to 4 and two up to 8. Outputs that are stride pixels apart
// share windows where they coincide, and so do the rows of a two-row step; with kernels up to 3 wide at stride 1,
// two neighbours share one window, the right one with its weights moved by a tap.
#ifndef SYNOPTIC_INT8_DEPTHWISE_WINDOWS_H
#define SYNOPTIC_INT8_DEPTHWISE_WINDOWS_H

#include "int8_depthwise_squares.h"
#include "int8_isa.h"
#include "int8_requantize.h"
#include "int8_store_avx512.h"

/// What stays the same over a plane. Rows of at most two windows, kernels of at most 7 rows.
typedef struct plane_constants {
  __m512i weights[14];
  /// The weights moved by one tap.
  __m512i moved[7];
  __m512i bias;
  __m512 scale;
} plane_constants;

/// Four outputs of `rows` neighbouring rows.
INLINE void convolve_step(const int kernel_height, const int kernel_width, const int stride, const int rows,
                          const synoptic_int8_depthwise *d, const plane_constants *constants, size_t block,
                          size_t row, size_t column, const uint8_t *first) {
  const int windows = (kernel_width + 3) / 4;
  const int shares = kernel_width <= 3 && stride == 1;
  __m512i accumulators[2][4];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int i = 0; i < 4; i++) accumulators[r][i] = constants->bias;

  UNROLL for (int y = 0; y < kernel_height + (rows - 1) * stride; y++) {
    const uint8_t *pixels = first + (size_t)y * d->input_row;
    UNROLL for (int x = 0; x <= 3 * stride + 4 * (windows - 1); x++) {
      // Window x serves output i as its window v wherever it begins there.
      int used = 0;
      UNROLL for (int v = 0; v < windows; v++)
        UNROLL for (int i = 0; i < 4; i++) used |= (shares ? i / 2 * 2 : i * stride + 4 * v) == x;
      if (!used) continue;
      const __m512i window = transposed(_mm512_loadu_si512(pixels + x * 16));
      UNROLL for (int v = 0; v < windows; v++) {
        UNROLL for (int i = 0; i < 4; i++) {
          if ((shares ? i / 2 * 2 : i * stride + 4 * v) != x) continue;
          UNROLL for (int r = 0; r < rows; r++) {
            const int kernel_row = y - r * stride;
            if (kernel_row < 0 || kernel_row >= kernel_height) continue;
            const __m512i weights = shares && i % 2 == 1 ? constants->moved[kernel_row]
                                                         : constants->weights[kernel_row * windows + v];
            accumulators[r][i] = _mm512_dpbusd_epi32(accumulators[r][i], window, weights);
            // Larger windows' weights don't fit the registers: the compiler would load them early, and spill.
            if (windows > 1) __asm__ volatile("" : "+v"(accumulators[r][i]) : : "memory");
          }
        }
      }
    }
  }

  const synoptic_int8_requantization *to = &d->requantization;
  const size_t count = d->columns - column < 4 ? d->columns - column : 4;
  UNROLL for (int r = 0; r < rows; r++) {
    const uint8_t *residual = synoptic_residual_pixel(to, block, row + (size_t)r, column);
    const __m512 scales[4] = {constants->scale, constants->scale, constants->scale, constants->scale};
    store_pixels(d->output + block * d->output_plane + (row + (size_t)r) * d->output_row + column * 16,
                 bytes_of_four(accumulators[r], scales, to, residual), (int)count);
  }
}

INLINE void convolve_planes(const int kernel_height, const int kernel_width, const int stride,
                            const synoptic_int8_depthwise *d) {
  const int windows = (kernel_width + 3) / 4;
  for (size_t block = 0; block < d->blocks; block++) {
    const int8_t *weights = d->weights + block * (size_t)(kernel_height * windows) * 64;
    // In locals, since a store of bytes could change anything that is read through a pointer.
    plane_constants constants;
    UNROLL for (int index = 0; index < kernel_height * windows; index++)
      constants.weights[index] = _mm512_loadu_si512(weights + index * 64);
    if (windows == 1)
      UNROLL for (int y = 0; y < kernel_height; y++)
        constants.moved[y] = _mm512_slli_epi32(constants.weights[y], 8);
    constants.bias = _mm512_loadu_si512(d->requantization.bias + block * 16);
    constants.scale = _mm512_loadu_ps(d->requantization.scale + block * 16);
    const uint8_t *plane = d->input + block * d->input_plane;
    size_t row = 0;
    for (; row + 2 <= d->rows; row += 2)
      for (size_t column = 0; column < d->columns; column += 4)
        convolve_step(kernel_height, kernel_width, stride, 2, d, &constants, block, row, column,
                      plane + row * (size_t)stride * d->input_row + column * (size_t)stride * 16);
    for (; row < d->rows; row++)
      for (size_t column = 0; column < d->columns; column += 4)
        convolve_step(kernel_height, kernel_width, stride, 1, d, &constants, block, row, column,
                      plane + row * (size_t)stride * d->input_row + column * (size_t)stride * 16);
  }
}

#define PLANES(K, S)                                                                                \
  __attribute__((noinline)) static void planes_##K##_stride_##S(const synoptic_int8_depthwise *d) { \
    convolve_planes(K, K, S, d);                                                                    \
  }
PLANES(3, 1) PLANES(3, 2) PLANES(5, 2) PLANES(7, 1) PLANES(7, 2)

/// - Returns: false where no function is made for this window.
static bool convolve_by_windows(const synoptic_int8_depthwise *d) {
  const uint32_t kernel = d->kernel_width, stride = d->stride_width;
  if (d->kernel_height != kernel || d->stride_height != stride || d->dilation_height != 1 || d->dilation_width != 1)
    return false;
  if (kernel == 3 && stride == 1)
    planes_3_stride_1(d);
  else if (kernel == 3 && stride == 2)
    planes_3_stride_2(d);
  else if (kernel == 5 && stride == 1)
    planes_squares_5(d);
  else if (kernel == 5 && stride == 2)
    planes_5_stride_2(d);
  else if (kernel == 7 && stride == 1)
    planes_7_stride_1(d);
  else if (kernel == 7 && stride == 2)
    planes_7_stride_2(d);
  else
    return false;
  return true;
}

#endif
