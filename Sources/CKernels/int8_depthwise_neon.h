// Depthwise with NEON's dot products, for the sources that define what int8_convolution_neon.h names and
// `dot(accumulators, weights, activations)`. A window is a column of four taps of 16 channels: interleaved once, it
// serves every output whose kernel has it in any of its columns. Rows beyond the kernel's last are that last row
// once more, with zero weights.
#ifndef SYNOPTIC_INT8_DEPTHWISE_NEON_H
#define SYNOPTIC_INT8_DEPTHWISE_NEON_H

#include "int8_isa.h"
#include "int8_store_neon.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Windows of one kernel; larger kernels are left to the portable code.
enum { MOST_WINDOWS = 64 };

/// What stays the same over a plane.
typedef struct plane_constants {
  /// `[window row][kernel column][16 channels][4 taps]`
  int8_t weights[MOST_WINDOWS][16][4] __attribute__((aligned(16)));
  /// The bias, and what the weights add in advance.
  int32_t start[16];
  size_t window_rows;
} plane_constants;

static void arrange_weights(const synoptic_int8_depthwise *d, size_t block, plane_constants *constants) {
  const size_t width = d->kernel_width, packed = (width + 3) / 4;
  const int8_t *weights = d->weights + block * d->kernel_height * packed * 64;
  constants->window_rows = ((size_t)d->kernel_height + 3) / 4;
  for (size_t channel = 0; channel < 16; channel++) {
    int32_t sum = 0;
    for (size_t y = 0; y < constants->window_rows * 4; y++) {
      for (size_t x = 0; x < width; x++) {
        const int8_t weight = y < d->kernel_height ? weights[((y * packed + x / 4) * 16 + channel) * 4 + x % 4] : 0;
        constants->weights[y / 4 * width + x][channel][y % 4] = weight;
        sum += weight;
      }
    }
    constants->start[channel] = (int32_t)((uint32_t)d->requantization.bias[block * 16 + channel] +
                                          (uint32_t)sum * (uint32_t)weight_factor);
  }
}

INLINE void load_window(const uint8_t *const rows[4], size_t offset, activation_vector quarters[4]) {
  const uint8x16_t row_0 = vld1q_u8(rows[0] + offset), row_1 = vld1q_u8(rows[1] + offset);
  const uint8x16_t row_2 = vld1q_u8(rows[2] + offset), row_3 = vld1q_u8(rows[3] + offset);
  const uint16x8_t low_01 = vreinterpretq_u16_u8(vzip1q_u8(row_0, row_1));
  const uint16x8_t low_23 = vreinterpretq_u16_u8(vzip1q_u8(row_2, row_3));
  const uint16x8_t high_01 = vreinterpretq_u16_u8(vzip2q_u8(row_0, row_1));
  const uint16x8_t high_23 = vreinterpretq_u16_u8(vzip2q_u8(row_2, row_3));
  quarters[0] = prepare(vreinterpretq_u8_u16(vzip1q_u16(low_01, low_23)));
  quarters[1] = prepare(vreinterpretq_u8_u16(vzip2q_u16(low_01, low_23)));
  quarters[2] = prepare(vreinterpretq_u8_u16(vzip1q_u16(high_01, high_23)));
  quarters[3] = prepare(vreinterpretq_u8_u16(vzip2q_u16(high_01, high_23)));
}

/// `outputs` neighbours in a row; the kernel's height and its dilation are free.
INLINE void convolve_step(const int outputs, const int width, const int stride, const synoptic_int8_depthwise *d,
                          const plane_constants *constants, size_t block, size_t row, size_t column) {
  const uint8_t *first = d->input + block * d->input_plane + row * d->stride_height * d->input_row +
                         column * d->stride_width * 16;
  int32x4_t accumulators[4][4];
  UNROLL for (int i = 0; i < outputs; i++) UNROLL for (int q = 0; q < 4; q++) accumulators[i][q] =
      vld1q_s32(constants->start + q * 4);
  for (size_t window_row = 0; window_row < constants->window_rows; window_row++) {
    const uint8_t *rows[4];
    UNROLL for (size_t r = 0; r < 4; r++) {
      const size_t y = window_row * 4 + r, last = d->kernel_height - 1;
      rows[r] = first + (y < last ? y : last) * d->dilation_height * d->input_row;
    }
    const int8_t(*weights)[16][4] = constants->weights + window_row * d->kernel_width;
    if (width == 0) {
      for (size_t x = 0; x < d->kernel_width; x++) {
        activation_vector quarters[4];
        load_window(rows, x * d->dilation_width * 16, quarters);
        UNROLL for (int q = 0; q < 4; q++) accumulators[0][q] =
            dot(accumulators[0][q], vld1q_s8(weights[x][q * 4]), quarters[q]);
      }
      continue;
    }
    UNROLL for (int x = 0; x < (outputs - 1) * stride + width; x++) {
      activation_vector quarters[4];
      load_window(rows, (size_t)x * 16, quarters);
      UNROLL for (int i = 0; i < outputs; i++) {
        const int kernel_column = x - i * stride;
        if (kernel_column < 0 || kernel_column >= width) continue;
        UNROLL for (int q = 0; q < 4; q++) accumulators[i][q] =
            dot(accumulators[i][q], vld1q_s8(weights[kernel_column][q * 4]), quarters[q]);
        SYNOPTIC_KEEP_ORDER(accumulators[i]);
      }
    }
  }
  const synoptic_int8_requantization *to = &d->requantization;
  UNROLL for (int i = 0; i < outputs; i++) {
    const size_t at = column + (size_t)i;
    if (at >= d->columns) return;
    store_pixel(d->output + block * d->output_plane + row * d->output_row + at * 16, accumulators[i],
                to->scale + block * 16, to, synoptic_residual_pixel(to, block, row, at));
  }
}

#define PLANES(NAME, OUTPUTS, K, S)                                                                     \
  __attribute__((noinline)) static void planes_##NAME(const synoptic_int8_depthwise *d,                \
                                                      const plane_constants *constants, size_t block) { \
    for (size_t row = 0; row < d->rows; row++)                                                          \
      for (size_t column = 0; column < d->columns; column += OUTPUTS)                                   \
        convolve_step(OUTPUTS, K, S, d, constants, block, row, column);                                 \
  }
PLANES(3_stride_1, 4, 3, 1) PLANES(3_stride_2, 4, 3, 2) PLANES(5_stride_1, 4, 5, 1) PLANES(5_stride_2, 4, 5, 2)
PLANES(7_stride_1, 4, 7, 1)
/// Any width, stride and dilation: one output at a time.
PLANES(any, 1, 0, 0)

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
  if (((size_t)d->kernel_height + 3) / 4 * d->kernel_width > MOST_WINDOWS) {
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
