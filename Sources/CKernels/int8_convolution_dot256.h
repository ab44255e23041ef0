// Dense convolution with a 256-bit dot product of four bytes, for the sources that define
// `dot_bytes(accumulators, unsigned bytes, signed bytes)`. 16 registers hold 12 accumulators, a pair of weight
// vectors and a broadcast activation: one block of 16 output channels (two vectors) by up to 6 pixels, or two
// blocks by up to 2, where 4 accumulators alone would wait for the instruction's latency.
#ifndef SYNOPTIC_INT8_CONVOLUTION_DOT256_H
#define SYNOPTIC_INT8_CONVOLUTION_DOT256_H

#include "int8_isa.h"
#include "int8_store_avx2.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Where one tile reads and writes.
typedef struct tile {
  const uint8_t *input;
  const int8_t *weights;
  size_t block;
  size_t row;
  size_t column;
} tile;

INLINE __m256i load_weights(const int8_t *from) { return _mm256_loadu_si256((const __m256i *)from); }

/// Four activations, for every output channel.
INLINE __m256i broadcast_quad(const uint8_t *from) {
  int32_t four;
  __builtin_memcpy(&four, from, 4);
  return _mm256_set1_epi32(four);
}

INLINE void convolve_tile(const int blocks, const int pixels, const int quads, const size_t pixel_step,
                          const synoptic_int8_convolution *c, const tile *t) {
  // [vector of 8 output channels][pixel]
  __m256i accumulators[4][6];
  UNROLL for (int v = 0; v < blocks * 2; v++) {
    const __m256i bias =
        _mm256_loadu_si256((const __m256i *)(c->requantization.bias + t->block * 16 + (size_t)v * 8));
    UNROLL for (int m = 0; m < pixels; m++) accumulators[v][m] = bias;
  }
  const size_t block_weights = c->step_count * (size_t)quads * 64;
  const int8_t *weights = t->weights;
  const int32_t *offset = c->tap_offsets, *const end = offset + c->step_count;
  for (; offset < end; offset++, weights += quads * 64) {
    const uint8_t *activations = t->input + *offset;
    UNROLL for (int quad = 0; quad < quads; quad++) {
      // Of weights and activations the fewer stay in registers, the others pass by one at a time.
      if (blocks == 1) {
        const __m256i low = load_weights(weights + quad * 64), high = load_weights(weights + quad * 64 + 32);
        UNROLL for (int m = 0; m < pixels; m++) {
          const __m256i a = broadcast_quad(activations + (size_t)m * pixel_step + quad * 4);
          accumulators[0][m] = dot_bytes(accumulators[0][m], a, low);
          accumulators[1][m] = dot_bytes(accumulators[1][m], a, high);
        }
      } else {
        __m256i a[2];
        UNROLL for (int m = 0; m < pixels; m++)
          a[m] = broadcast_quad(activations + (size_t)m * pixel_step + quad * 4);
        UNROLL for (int v = 0; v < 4; v++) {
          const __m256i w = load_weights(weights + (size_t)(v / 2) * block_weights + quad * 64 + v % 2 * 32);
          UNROLL for (int m = 0; m < pixels; m++) accumulators[v][m] = dot_bytes(accumulators[v][m], a[m], w);
        }
      }
    }
  }
  UNROLL for (int z = 0; z < blocks; z++)
    UNROLL for (int m = 0; m < pixels; m++)
      store_sums(c, t->block + (size_t)z, t->row, t->column + (size_t)m, accumulators[z * 2][m],
                 accumulators[z * 2 + 1][m]);
}

// One function for each shape of tile; the pixel step of a stride-1 kernel is a constant, which lets every
// broadcast have a plain displacement.
#define TILE(Z, M)                                                                                           \
  __attribute__((noinline)) static void tile_##Z##x##M(const synoptic_int8_convolution *c, const tile *t) { \
    if (c->quads == 4 && c->pixel_step == 16)                                                               \
      convolve_tile(Z, M, 4, 16, c, t);                                                                     \
    else if (c->quads == 4)                                                                                 \
      convolve_tile(Z, M, 4, c->pixel_step, c, t);                                                          \
    else                                                                                                    \
      convolve_tile(Z, M, 1, c->pixel_step, c, t);                                                          \
  }
TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6) TILE(2, 1) TILE(2, 2)

typedef void (*tile_function)(const synoptic_int8_convolution *, const tile *);
static const tile_function one_block[6] = {tile_1x1, tile_1x2, tile_1x3, tile_1x4, tile_1x5, tile_1x6};
static const tile_function two_blocks[2] = {tile_2x1, tile_2x2};

/// All pixels of one or two blocks, in tiles that are as equal as can be.
static void convolve_blocks(const synoptic_int8_convolution *c, size_t block, size_t blocks) {
  const size_t tiles = ((size_t)c->columns + 5) / 6;
  const size_t block_weights = c->step_count * c->quads * 64;
  tile t;
  for (t.row = 0; t.row < c->rows; t.row++) {
    t.column = 0;
    for (size_t index = 0; index < tiles; index++) {
      const size_t pixels = (c->columns - t.column + (tiles - index) - 1) / (tiles - index);
      const size_t together = pixels <= 2 ? blocks : 1;
      t.input = c->input + t.row * c->row_step + t.column * c->pixel_step;
      for (t.block = block; t.block < block + blocks; t.block += together) {
        t.weights = c->weights + t.block * block_weights;
        (together == 2 ? two_blocks : one_block)[pixels - 1](c, &t);
      }
      t.column += pixels;
    }
  }
}

INLINE void convolve(const synoptic_int8_convolution *c) {
  for (size_t block = 0; block < c->blocks; block += 2)
    convolve_blocks(c, block, c->blocks - block < 2 ? 1 : 2);
}

#endif
