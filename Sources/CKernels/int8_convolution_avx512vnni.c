// A tile is up to 3 blocks of output channels (one zmm each) by up to 12, 12 or 8 pixels: 24 accumulators at
// most, so that weights and a broadcast activation fit beside them in 32 registers. vpdpbusd wants its signed
// operand last: weights come from memory, activations are broadcast.
#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"
#include "int8_requantize.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)

#include "int8_store_avx512.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Where one tile reads and writes.
typedef struct tile {
  const uint8_t *input;
  const int8_t *weights;
  size_t block;
  size_t row;
  size_t column;
  /// Weights that come next, fetched while this tile is computed: `fetched` bytes of them a step, 0, 64 or 128.
  const char *next;
  size_t fetched;
} tile;

/// A line or two, the same one again where only one is wanted: a burst of them before a tile would wait for memory.
INLINE const char *fetch(const char *next, size_t fetched) {
  _mm_prefetch(next, _MM_HINT_T1);
  _mm_prefetch(next + (fetched & 64 ? 0 : 64), _MM_HINT_T1);
  return next + fetched;
}

INLINE void store_bytes(const bool fits_words, const int blocks, const int pixels, const synoptic_int8_convolution *c,
                        const tile *t, __m512i accumulators[3][12]) {
  const synoptic_int8_requantization *to = &c->requantization;
  UNROLL for (int z = 0; z < blocks; z++) {
    const __m512 scale = _mm512_loadu_ps(to->scale + (t->block + (size_t)z) * 16);
    const size_t at = (t->block + (size_t)z) * c->output_plane + t->row * c->output_row + t->column * 16;
    const uint8_t *residual = synoptic_residual_pixel(to, t->block + (size_t)z, t->row, t->column);
    UNROLL for (int m = 0; m < pixels; m += 4) {
      const int count = pixels - m < 4 ? pixels - m : 4;
      __m512i sums[4];
      UNROLL for (int i = 0; i < 4; i++) sums[i] = accumulators[z][m + (i < count ? i : 0)];
      const __m512 scales[4] = {scale, scale, scale, scale};
      store_pixels(c->output + at + (size_t)m * 16,
                   bytes_of_pixels(fits_words, count, sums, scales, to, residual ? residual + m * 16 : NULL), count);
    }
  }
}

INLINE void store_floats(const int blocks, const int pixels, const synoptic_int8_convolution *c, const tile *t,
                         __m512i accumulators[3][12]) {
  UNROLL for (int z = 0; z < blocks; z++) {
    const __m512 scale = _mm512_loadu_ps(c->requantization.scale + (t->block + (size_t)z) * 16);
    const size_t at = (t->block + (size_t)z) * c->output_plane + t->row * c->output_row + t->column * 16;
    UNROLL for (int m = 0; m < pixels; m++)
      _mm512_storeu_ps(c->float_output + at + (size_t)m * 16,
                       _mm512_mul_ps(_mm512_cvtepi32_ps(accumulators[z][m]), scale));
  }
}

INLINE void store_tile(const int blocks, const int pixels, const synoptic_int8_convolution *c, const tile *t,
                       __m512i accumulators[3][12]) {
  if (c->float_output) store_floats(blocks, pixels, c, t, accumulators);
  else if (c->requantization.fits_words) store_bytes(true, blocks, pixels, c, t, accumulators);
  else store_bytes(false, blocks, pixels, c, t, accumulators);
}

/// One tap of one input block, or its first `quads` quads.
INLINE void accumulate_step(const int blocks, const int pixels, const int quads, const size_t pixel_step,
                            const size_t block_weights, const uint8_t *activations, const int8_t *weights,
                            __m512i accumulators[3][12]) {
  UNROLL for (int quad = 0; quad < quads; quad++) {
    __m512i w[3];
    UNROLL for (int z = 0; z < blocks; z++)
      w[z] = _mm512_loadu_si512(weights + (size_t)z * block_weights + quad * 64);
    UNROLL for (int m = 0; m < pixels; m++) {
      int32_t four;
      __builtin_memcpy(&four, activations + (size_t)m * pixel_step + quad * 4, 4);
      const __m512i a = _mm512_set1_epi32(four);
      UNROLL for (int z = 0; z < blocks; z++)
        accumulators[z][m] = _mm512_dpbusd_epi32(accumulators[z][m], a, w[z]);
    }
  }
}

/// `fetches`: whether there are registers for it.
INLINE void convolve_tile(const int blocks, const int pixels, const int quads, const size_t pixel_step,
                          const bool fetches, const synoptic_int8_convolution *c, const tile *t) {
  __m512i accumulators[3][12];
  UNROLL for (int z = 0; z < blocks; z++) {
    const __m512i bias = _mm512_loadu_si512(c->requantization.bias + (t->block + (size_t)z) * 16);
    UNROLL for (int m = 0; m < pixels; m++) accumulators[z][m] = bias;
  }
  const int32_t *const end = c->tap_offsets + c->step_count, *const half = quads == 4 ? end - c->half_steps : end;
  const int8_t *weights = t->weights;
  const int32_t *offset = c->tap_offsets;
  const char *next = t->next;
  const size_t fetched = t->fetched;
  for (; offset < half; offset++, weights += quads * 64) {
    if (fetches) next = fetch(next, fetched);
    accumulate_step(blocks, pixels, quads, pixel_step, c->step_count * (size_t)quads * 64, t->input + *offset, weights,
                    accumulators);
  }
  for (; offset < end; offset++, weights += quads * 64)
    accumulate_step(blocks, pixels, quads / 2, pixel_step, c->step_count * (size_t)quads * 64, t->input + *offset,
                    weights, accumulators);
  store_tile(blocks, pixels, c, t, accumulators);
}

/// `accumulate_step` where the last block has up to 8 channels: half a vector, at half the cost.
INLINE void accumulate_half_step(const int blocks, const int pixels, const int quads, const size_t block_weights,
                                 const uint8_t *activations, const int8_t *weights, __m512i accumulators[2][12],
                                 __m256i last[12]) {
  UNROLL for (int quad = 0; quad < quads; quad++, weights += 64) {
    const __m256i w_last = _mm256_loadu_si256((const __m256i *)(weights + (size_t)(blocks - 1) * block_weights));
    __m512i w[2];
    UNROLL for (int z = 0; z < blocks - 1; z++) w[z] = _mm512_loadu_si512(weights + (size_t)z * block_weights);
    UNROLL for (int m = 0; m < pixels; m++) {
      int32_t four;
      __builtin_memcpy(&four, activations + m * 16 + quad * 4, 4);
      const __m512i a = _mm512_set1_epi32(four);
      UNROLL for (int z = 0; z < blocks - 1; z++)
        accumulators[z][m] = _mm512_dpbusd_epi32(accumulators[z][m], a, w[z]);
      last[m] = _mm256_dpbusd_epi32(last[m], _mm512_castsi512_si256(a), w_last);
    }
  }
}

/// A tile of c16 with pixels side by side whose last block has up to 8 channels.
INLINE void convolve_half_tile(const int blocks, const int pixels, const synoptic_int8_convolution *c, const tile *t) {
  __m512i accumulators[2][12], whole[3][12];
  __m256i last[12];
  const int32_t *bias = c->requantization.bias + t->block * 16;
  UNROLL for (int m = 0; m < pixels; m++) {
    UNROLL for (int z = 0; z < blocks - 1; z++) accumulators[z][m] = _mm512_loadu_si512(bias + z * 16);
    last[m] = _mm256_loadu_si256((const __m256i *)(bias + (blocks - 1) * 16));
  }
  const int32_t *const end = c->tap_offsets + c->step_count, *const half = end - c->half_steps;
  const size_t block_weights = c->step_count * 256;
  const int8_t *weights = t->weights;
  const int32_t *offset = c->tap_offsets;
  const char *next = t->next;
  const size_t fetched = t->fetched;
  for (; offset < half; offset++, weights += 256) {
    next = fetch(next, fetched);
    accumulate_half_step(blocks, pixels, 4, block_weights, t->input + *offset, weights, accumulators, last);
  }
  for (; offset < end; offset++, weights += 256)
    accumulate_half_step(blocks, pixels, 2, block_weights, t->input + *offset, weights, accumulators, last);
  UNROLL for (int m = 0; m < pixels; m++) {
    UNROLL for (int z = 0; z < blocks - 1; z++) whole[z][m] = accumulators[z][m];
    whole[blocks - 1][m] = _mm512_zextsi256_si512(last[m]);
  }
  store_tile(blocks, pixels, c, t, whole);
}

// One function for each shape of tile and kind of input, so that each loop has the registers to itself; with the
// usual strides, 1 and 2, every broadcast has a plain displacement.
#define KIND(Z, M, NAME, QUADS, STEP, FETCHES)                                                    \
  __attribute__((noinline)) static void NAME(const synoptic_int8_convolution *c, const tile *t) { \
    convolve_tile(Z, M, QUADS, STEP, FETCHES, c, t);                                              \
  }
#define TILE(Z, M)                                       \
  KIND(Z, M, tile_##Z##x##M##_stride_1, 4, 16, Z > 1)       \
  KIND(Z, M, tile_##Z##x##M##_stride_2, 4, 32, Z > 1)       \
  KIND(Z, M, tile_##Z##x##M##_image_stride_1, 1, 4, false) \
  KIND(Z, M, tile_##Z##x##M##_image_stride_2, 1, 8, false) \
  KIND(Z, M, tile_##Z##x##M##_colors_stride_2, 1, 6, false)
// At any other stride a pixel's address takes a register, or an instruction: up to 8 pixels.
#define ANY_STRIDE(Z, M)                                         \
  KIND(Z, M, tile_##Z##x##M##_any_stride, 4, c->pixel_step, false)      \
  KIND(Z, M, tile_##Z##x##M##_image_any_stride, 1, c->pixel_step, false)
#define HALF(Z, M)                                                                                                 \
  __attribute__((noinline)) static void tile_##Z##x##M##_half(const synoptic_int8_convolution *c, const tile *t) { \
    convolve_half_tile(Z, M, c, t);                                                                                \
  }
#define HALVES_TO_8(Z) HALF(Z, 1) HALF(Z, 2) HALF(Z, 3) HALF(Z, 4) HALF(Z, 5) HALF(Z, 6) HALF(Z, 7) HALF(Z, 8)
#define ANY_STRIDES(Z)                                                                                  \
  ANY_STRIDE(Z, 1) ANY_STRIDE(Z, 2) ANY_STRIDE(Z, 3) ANY_STRIDE(Z, 4) ANY_STRIDE(Z, 5) ANY_STRIDE(Z, 6) \
  ANY_STRIDE(Z, 7) ANY_STRIDE(Z, 8)
#define TILES_TO_8(Z) TILE(Z, 1) TILE(Z, 2) TILE(Z, 3) TILE(Z, 4) TILE(Z, 5) TILE(Z, 6) TILE(Z, 7) TILE(Z, 8)
#define TILES_TO_12(Z) TILES_TO_8(Z) TILE(Z, 9) TILE(Z, 10) TILE(Z, 11) TILE(Z, 12)
TILES_TO_12(1)
TILES_TO_12(2)
TILES_TO_8(3)
ANY_STRIDES(1)
ANY_STRIDES(2)
ANY_STRIDES(3)
HALVES_TO_8(2) HALF(2, 9) HALF(2, 10) HALF(2, 11) HALF(2, 12)
HALVES_TO_8(3)

typedef void (*tile_function)(const synoptic_int8_convolution *, const tile *);

enum { STRIDE_1, STRIDE_2, IMAGE_STRIDE_1, IMAGE_STRIDE_2, COLORS_STRIDE_2, ANY_STRIDE, IMAGE_ANY_STRIDE, KINDS };

static int kind_of(const synoptic_int8_convolution *c) {
  if (c->quads == 1) {
    switch (c->pixel_step) {
      case 4: return IMAGE_STRIDE_1;
      case 8: return IMAGE_STRIDE_2;
      case 6: return COLORS_STRIDE_2;
      default: return IMAGE_ANY_STRIDE;
    }
  }
  return c->pixel_step == 16 ? STRIDE_1 : c->pixel_step == 32 ? STRIDE_2 : ANY_STRIDE;
}

#define NAMES(Z, M)                                                                          \
  tile_##Z##x##M##_stride_1, tile_##Z##x##M##_stride_2, tile_##Z##x##M##_image_stride_1, \
      tile_##Z##x##M##_image_stride_2, tile_##Z##x##M##_colors_stride_2
#define WIDE(Z, M) {NAMES(Z, M)}
#define ANY(Z, M) {NAMES(Z, M), tile_##Z##x##M##_any_stride, tile_##Z##x##M##_image_any_stride}
#define NAMES_TO_8(Z) ANY(Z, 1), ANY(Z, 2), ANY(Z, 3), ANY(Z, 4), ANY(Z, 5), ANY(Z, 6), ANY(Z, 7), ANY(Z, 8)
#define NAMES_TO_12(Z) NAMES_TO_8(Z), WIDE(Z, 9), WIDE(Z, 10), WIDE(Z, 11), WIDE(Z, 12)
static const tile_function one_block[12][KINDS] = {NAMES_TO_12(1)};
static const tile_function two_blocks[12][KINDS] = {NAMES_TO_12(2)};
static const tile_function three_blocks[8][KINDS] = {NAMES_TO_8(3)};
#define HALF_NAMES_TO_8(Z)                                                                                      \
  tile_##Z##x1_half, tile_##Z##x2_half, tile_##Z##x3_half, tile_##Z##x4_half, tile_##Z##x5_half, \
      tile_##Z##x6_half, tile_##Z##x7_half, tile_##Z##x8_half
static const tile_function two_blocks_half[12] = {HALF_NAMES_TO_8(2), tile_2x9_half, tile_2x10_half, tile_2x11_half,
                                                  tile_2x12_half};
static const tile_function three_blocks_half[8] = {HALF_NAMES_TO_8(3)};

/// Bytes of weights that a step of a tile fetches for the tiles of the next blocks: they come from beyond the core's own
/// cache, and the first tile that reads them would wait. None where there are too few tiles for so many weights: those
/// are read as fast as memory gives them anyway.
static size_t bytes_to_fetch(size_t weights, size_t steps, size_t tiles) {
  return tiles < 4 ? 0 : weights > tiles * steps * 64 ? 128 : 64;
}

/// All pixels for `blocks` blocks of output channels, in tiles that are as equal as can be: 14 pixels are
/// 7 + 7, not 8 + 6.
static void convolve_blocks(const synoptic_int8_convolution *c, size_t block, size_t blocks) {
  const int kind = kind_of(c);
  const tile_function(*functions)[KINDS] = blocks == 1 ? one_block : blocks == 2 ? two_blocks : three_blocks;
  const bool is_half = c->last_block_is_half && block + blocks == c->blocks && blocks > 1 && kind == STRIDE_1;
  const tile_function *half = blocks == 2 ? two_blocks_half : three_blocks_half;
  const size_t largest = blocks == 3 || kind >= ANY_STRIDE ? 8 : 12;
  const size_t tiles = (c->columns + largest - 1) / largest;
  const size_t weights = c->step_count * c->quads * 64;
  tile t = {.block = block, .weights = c->weights + block * weights};
  // What lies behind the last blocks is what the next layer reads first.
  t.next = (const char *)t.weights + blocks * weights;
  const char *const end = t.next + blocks * weights;
  const size_t fetched = bytes_to_fetch(blocks * weights, c->step_count, tiles * c->rows);
  for (t.row = 0; t.row < c->rows; t.row++) {
    t.column = 0;
    for (size_t index = 0; index < tiles; index++, t.next += t.fetched * c->step_count) {
      t.fetched = t.next < end ? fetched : 0;
      const size_t pixels = (c->columns - t.column + (tiles - index) - 1) / (tiles - index);
      t.input = c->input + t.row * c->row_step + t.column * c->pixel_step;
      (is_half ? half[pixels - 1] : functions[pixels - 1][kind])(c, &t);
      t.column += pixels;
    }
  }
}

void synoptic_int8_convolve_avx512vnni(const synoptic_int8_convolution *c) {
  if (c->columns == 0) return;
  size_t block = 0;
  while (block < c->blocks) {
    const size_t left = c->blocks - block;
    // 4 blocks are 2 + 2: a tile of one block alone waits for its loads.
    const size_t blocks = left == 4 || left == 2 ? 2 : left >= 3 ? 3 : 1;
    convolve_blocks(c, block, blocks);
    block += blocks;
  }
}

#pragma clang attribute pop

#endif
