// Depthwise with 256-bit vectors, for the sources that define
// - WINDOW_ROWS, how many taps one dot product sums for a channel, and `window_weight`, the type of their weights;
// - `interleave(rows, quarters)`: from `[2 pixels][16 channels]` of each row of a window, the vectors of 4 channels
//   that the dot product wants, `[2 pixels][4 channels][WINDOW_ROWS taps]`;
// - `weight_of_tap(dwords, x, row)`: of 8 channels' four bytes each, the one at x, where the window has that row;
// - `dot(accumulators, window, weights)`.
// A window is a column of WINDOW_ROWS taps: interleaved once, it serves every output whose kernel has it in any of
// its columns, so that wide kernels at stride 1 interleave least. The two halves of a vector are neighbouring
// outputs. Rows beyond the kernel's last are that last row once more, with zero weights.
#ifndef SYNOPTIC_INT8_DEPTHWISE_COLUMNS_H
#define SYNOPTIC_INT8_DEPTHWISE_COLUMNS_H

#include "int8_isa.h"
#include "int8_store_avx2.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Windows of one kernel; larger kernels are left to the portable code.
enum { MOST_WINDOWS = 64 };

/// What stays the same over a plane.
typedef struct plane_constants {
  /// `[window row][kernel column][4 channels each][2 halves, the same][4 channels][taps]`
  window_weight weights[MOST_WINDOWS][4][2][4][WINDOW_ROWS] __attribute__((aligned(32)));
  size_t window_rows;
} plane_constants;

INLINE size_t window_rows(const synoptic_int8_depthwise *d) {
  return ((size_t)d->kernel_height + WINDOW_ROWS - 1) / WINDOW_ROWS;
}

/// 16 channels at once, as dwords: this takes a share of the time of a small map.
static void arrange_weights(const synoptic_int8_depthwise *d, size_t block, plane_constants *constants) {
  const size_t height = d->kernel_height, width = d->kernel_width, packed = (width + 3) / 4;
  const int8_t *weights = d->weights + block * height * packed * 64;
  constants->window_rows = window_rows(d);
  for (size_t window_row = 0; window_row < constants->window_rows; window_row++) {
    for (size_t x = 0; x < width; x++) {
      __m256i taps[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
      for (int r = 0; r < WINDOW_ROWS && window_row * WINDOW_ROWS + (size_t)r < height; r++) {
        const int8_t *four = weights + ((window_row * WINDOW_ROWS + (size_t)r) * packed + x / 4) * 64;
        for (int half = 0; half < 2; half++) {
          const __m256i dwords = _mm256_loadu_si256((const __m256i *)(four + half * 32));
          taps[half] = _mm256_or_si256(taps[half], weight_of_tap(dwords, (int)(x % 4), r));
        }
      }
      __m256i *to = (__m256i *)constants->weights[window_row * width + x];
      for (int half = 0; half < 2; half++) {
        _mm256_store_si256(to + half * 2, _mm256_permute2x128_si256(taps[half], taps[half], 0x00));
        _mm256_store_si256(to + half * 2 + 1, _mm256_permute2x128_si256(taps[half], taps[half], 0x11));
      }
    }
  }
}

INLINE __m256i weights_of(const plane_constants *constants, size_t window, int quarter) {
  return _mm256_load_si256((const __m256i *)constants->weights[window][quarter]);
}

/// The pixels at `offset` and `offset + step` bytes of every row of a window.
INLINE void load_window(const uint8_t *const rows[WINDOW_ROWS], size_t offset, size_t step, __m256i quarters[4]) {
  __m256i pixels[WINDOW_ROWS];
  UNROLL for (int r = 0; r < WINDOW_ROWS; r++)
    pixels[r] = step == 16 ? _mm256_loadu_si256((const __m256i *)(rows[r] + offset))
                           : _mm256_loadu2_m128i((const __m128i *)(rows[r] + offset + step),
                                                 (const __m128i *)(rows[r] + offset));
  interleave(pixels, quarters);
}

INLINE void find_rows(const synoptic_int8_depthwise *d, const uint8_t *first, size_t window_row,
                      const uint8_t *rows[WINDOW_ROWS]) {
  UNROLL for (size_t r = 0; r < WINDOW_ROWS; r++) {
    const size_t row = window_row * WINDOW_ROWS + r, last = d->kernel_height - 1;
    rows[r] = first + (row < last ? row : last) * d->dilation_height * d->input_row;
  }
}

INLINE void load_bias(const synoptic_int8_depthwise *d, size_t block, __m256i accumulators[4]) {
  UNROLL for (int q = 0; q < 4; q++) accumulators[q] = _mm256_broadcastsi128_si256(
      _mm_loadu_si128((const __m128i *)(d->requantization.bias + block * 16 + (size_t)q * 4)));
}

/// The first or both of two neighbouring outputs.
INLINE void store_pair(const synoptic_int8_depthwise *d, size_t block, size_t row, size_t column,
                       const __m256i accumulators[4]) {
  const synoptic_int8_requantization *to = &d->requantization;
  const float *scale = to->scale + block * 16;
  const uint8_t *residual = synoptic_residual_pixel(to, block, row, column);
  uint8_t *output = d->output + block * d->output_plane + row * d->output_row + column * 16;
  store_pixel(output, _mm256_permute2x128_si256(accumulators[0], accumulators[1], 0x20),
              _mm256_permute2x128_si256(accumulators[2], accumulators[3], 0x20), scale, to, residual);
  if (column + 1 < d->columns)
    store_pixel(output + 16, _mm256_permute2x128_si256(accumulators[0], accumulators[1], 0x31),
                _mm256_permute2x128_si256(accumulators[2], accumulators[3], 0x31), scale, to,
                residual ? residual + 16 : NULL);
}

/// Four outputs of one row; the kernel's height and its dilation are free.
INLINE void convolve_step(const int width, const int stride, const synoptic_int8_depthwise *d,
                          const plane_constants *constants, size_t block, size_t row, size_t column) {
  const uint8_t *first = d->input + block * d->input_plane + row * d->stride_height * d->input_row +
                         column * (size_t)stride * 16;
  __m256i accumulators[2][4];
  load_bias(d, block, accumulators[0]);
  load_bias(d, block, accumulators[1]);
  for (size_t window_row = 0; window_row < constants->window_rows; window_row++) {
    const uint8_t *rows[WINDOW_ROWS];
    find_rows(d, first, window_row, rows);
    UNROLL for (int x = 0; x < 2 * stride + width; x++) {
      if (x >= width && x < 2 * stride) continue;
      __m256i quarters[4];
      load_window(rows, (size_t)x * 16, (size_t)stride * 16, quarters);
      UNROLL for (int pair = 0; pair < 2; pair++) {
        const int kernel_column = x - pair * 2 * stride;
        if (kernel_column < 0 || kernel_column >= width) continue;
        const size_t window = window_row * (size_t)width + (size_t)kernel_column;
        UNROLL for (int q = 0; q < 4; q++)
          accumulators[pair][q] = dot(accumulators[pair][q], quarters[q], weights_of(constants, window, q));
        SYNOPTIC_KEEP_ORDER(accumulators[pair]);
      }
    }
  }
  store_pair(d, block, row, column, accumulators[0]);
  if (column + 2 < d->columns) store_pair(d, block, row, column + 2, accumulators[1]);
}

#define PLANES(K, S)                                                                                            \
  __attribute__((noinline)) static void planes_##K##_stride_##S(const synoptic_int8_depthwise *d,              \
                                                                const plane_constants *constants, size_t block) { \
    for (size_t row = 0; row < d->rows; row++)                                                                  \
      for (size_t column = 0; column < d->columns; column += 4) convolve_step(K, S, d, constants, block, row, column); \
  }
PLANES(3, 1) PLANES(3, 2) PLANES(5, 1) PLANES(5, 2) PLANES(7, 1)

/// Any width, stride and dilation, two outputs at a time.
__attribute__((noinline)) static void planes_any(const synoptic_int8_depthwise *d, const plane_constants *constants,
                                                 size_t block) {
  const size_t width = d->kernel_width;
  for (size_t row = 0; row < d->rows; row++) {
    for (size_t column = 0; column < d->columns; column += 2) {
      const uint8_t *first = d->input + block * d->input_plane + row * d->stride_height * d->input_row +
                             column * d->stride_width * 16;
      // A last output alone is computed twice, since what follows may lie outside the tensor.
      const size_t step = column + 1 < d->columns ? (size_t)d->stride_width * 16 : 0;
      __m256i accumulators[4];
      load_bias(d, block, accumulators);
      for (size_t window_row = 0; window_row < constants->window_rows; window_row++) {
        const uint8_t *rows[WINDOW_ROWS];
        find_rows(d, first, window_row, rows);
        for (size_t x = 0; x < width; x++) {
          __m256i quarters[4];
          load_window(rows, x * d->dilation_width * 16, step, quarters);
          UNROLL for (int q = 0; q < 4; q++) accumulators[q] =
              dot(accumulators[q], quarters[q], weights_of(constants, window_row * width + x, q));
        }
      }
      store_pair(d, block, row, column, accumulators);
    }
  }
}

typedef void (*planes_function)(const synoptic_int8_depthwise *, const plane_constants *, size_t block);

INLINE planes_function function_for(const synoptic_int8_depthwise *d) {
  const uint32_t width = d->kernel_width, stride = d->stride_width;
  if (d->dilation_width != 1) return planes_any;
  if (width == 3 && stride == 1) return planes_3_stride_1;
  if (width == 3 && stride == 2) return planes_3_stride_2;
  if (width == 5 && stride == 1) return planes_5_stride_1;
  if (width == 5 && stride == 2) return planes_5_stride_2;
  if (width == 7 && stride == 1) return planes_7_stride_1;
  return planes_any;
}

INLINE void convolve_depthwise(const synoptic_int8_depthwise *d) {
  if (window_rows(d) * d->kernel_width > MOST_WINDOWS) {
    synoptic_int8_convolve_depthwise_scalar(d);
    return;
  }
  const planes_function planes = function_for(d);
  plane_constants constants;
  for (size_t block = 0; block < d->blocks; block++) {
    arrange_weights(d, block, &constants);
    planes(d, &constants, block);
  }
}

#endif
