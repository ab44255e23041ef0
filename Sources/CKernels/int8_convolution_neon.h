// Dense convolution with NEON's dot products, for the sources that define
// - `activation_vector`, 16 activations as the dot product wants them, and `prepare(bytes)`, which makes one;
// - `dot_lane(accumulators, weights, activations, lane)`;
// - `weight_factor`: what a weight adds to its accumulator in advance, because `prepare` subtracted it from the
//   activations: exact, since additions modulo 2^32 may be done in any order.
// A pixel's 16 channels are one vector of four lanes to multiply by; a tile is 16 output channels (4 vectors) by up
// to 5 pixels: 20 accumulators, 5 activations and 4 weights of 32 registers.
#ifndef SYNOPTIC_INT8_CONVOLUTION_NEON_H
#define SYNOPTIC_INT8_CONVOLUTION_NEON_H

#include <string.h>

#include "int8_isa.h"
#include "int8_store_neon.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

enum { MOST_PIXELS = 5 };

/// Where one tile reads and writes.
typedef struct tile {
  const uint8_t *input;
  const int8_t *weights;
  /// The bias, and what the weights add in advance.
  const int32_t *start;
  size_t block;
  size_t row;
  size_t column;
} tile;

INLINE activation_vector load_activations(const int quads, const uint8_t *from) {
  if (quads == 4) return prepare(vld1q_u8(from));
  uint32_t four;
  memcpy(&four, from, 4);
  return prepare(vreinterpretq_u8_u32(vdupq_n_u32(four)));
}

INLINE void store_sums(const synoptic_int8_convolution *c, const tile *t, size_t column,
                       const int32x4_t accumulators[4]) {
  const synoptic_int8_requantization *to = &c->requantization;
  const float *scale = to->scale + t->block * 16;
  const size_t at = t->block * c->output_plane + t->row * c->output_row + column * 16;
  if (c->float_output) {
    for (int q = 0; q < 4; q++)
      vst1q_f32(c->float_output + at + q * 4, vmulq_f32(vcvtq_f32_s32(accumulators[q]), vld1q_f32(scale + q * 4)));
    return;
  }
  store_pixel(c->output + at, accumulators, scale, to, synoptic_residual_pixel(to, t->block, t->row, column));
}

INLINE void convolve_tile(const int pixels, const int quads, const synoptic_int8_convolution *c, const tile *t) {
  int32x4_t accumulators[MOST_PIXELS][4];
  UNROLL for (int m = 0; m < pixels; m++) UNROLL for (int q = 0; q < 4; q++) accumulators[m][q] =
      vld1q_s32(t->start + q * 4);
  const int8_t *weights = t->weights;
  for (size_t step = 0; step < c->step_count; step++, weights += quads * 64) {
    const uint8_t *from = t->input + c->tap_offsets[step];
    activation_vector a[MOST_PIXELS];
    UNROLL for (int m = 0; m < pixels; m++) a[m] = load_activations(quads, from + (size_t)m * c->pixel_step);
#define QUAD(LANE)                                                              \
  UNROLL for (int q = 0; q < 4; q++) {                                          \
    const int8x16_t w = vld1q_s8(weights + (LANE)*64 + q * 16);                 \
    UNROLL for (int m = 0; m < pixels; m++) accumulators[m][q] =                \
        dot_lane(accumulators[m][q], w, a[m], LANE);                            \
  }
    QUAD(0)
    if (quads == 4) {
      QUAD(1)
      QUAD(2)
      QUAD(3)
    }
#undef QUAD
  }
  UNROLL for (int m = 0; m < pixels; m++) store_sums(c, t, t->column + (size_t)m, accumulators[m]);
}

#define TILE(M)                                                                                     \
  __attribute__((noinline)) static void tile_##M(const synoptic_int8_convolution *c, const tile *t) { \
    if (c->quads == 4)                                                                              \
      convolve_tile(M, 4, c, t);                                                                    \
    else                                                                                            \
      convolve_tile(M, 1, c, t);                                                                    \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5)

typedef void (*tile_function)(const synoptic_int8_convolution *, const tile *);
static const tile_function tiles_of[MOST_PIXELS] = {tile_1, tile_2, tile_3, tile_4, tile_5};

/// The bias and `weight_factor` times the sum of each output channel's weights. One more pass over weights that the
/// tiles are about to read anyway.
static void sum_weights(const synoptic_int8_convolution *c, size_t block, int32_t start[16]) {
  memcpy(start, c->requantization.bias + block * 16, 16 * sizeof(int32_t));
  if (weight_factor == 0) return;
  const size_t quads = c->step_count * c->quads;
  const int8_t *weights = c->weights + block * quads * 64;
  int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
  for (size_t quad = 0; quad < quads; quad++, weights += 64)
    for (int q = 0; q < 4; q++) sums[q] = vpadalq_s16(sums[q], vpaddlq_s8(vld1q_s8(weights + q * 16)));
  for (int q = 0; q < 4; q++)
    vst1q_s32(start + q * 4, vmlaq_n_s32(vld1q_s32(start + q * 4), sums[q], weight_factor));
}

INLINE void convolve(const synoptic_int8_convolution *c) {
  int32_t start[16];
  tile t = {.start = start};
  const size_t tiles = ((size_t)c->columns + MOST_PIXELS - 1) / MOST_PIXELS;
  for (t.block = 0; t.block < c->blocks; t.block++) {
    sum_weights(c, t.block, start);
    t.weights = c->weights + t.block * c->step_count * c->quads * 64;
    for (t.row = 0; t.row < c->rows; t.row++) {
      t.column = 0;
      for (size_t index = 0; index < tiles; index++) {
        const size_t pixels = (c->columns - t.column + (tiles - index) - 1) / (tiles - index);
        t.input = c->input + t.row * c->row_step + t.column * c->pixel_step;
        tiles_of[pixels - 1](c, &t);
        t.column += pixels;
      }
    }
  }
}

#endif
