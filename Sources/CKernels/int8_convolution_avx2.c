// Exact without VNNI: bytes are widened to int16 and multiplied in pairs by vpmaddwd, which can't saturate
// (vpmaddubsw can). The activations of up to 6 pixels are widened once, into a patch that all output channels read
// by broadcasts; a tile is half a block (8 output channels, two vectors) by 6 pixels: 12 accumulators, the widened
// weights and an activation are all of 16 registers. An accumulator of four channels keeps two sums a channel
// until the end.
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "int8_isa.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "int8_store_avx2.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Bytes of a patch: 6 pixels of 5461 taps and channels, or one of 32768.
enum { PATCH_BYTES = 1 << 16, MOST_PIXELS = 6 };

/// Up to 6 pixels, counted through the rows, and their activations as int16, `[quad][pixel][4]`.
typedef struct patch {
  size_t first;
  size_t quads;
  int16_t activations[PATCH_BYTES / 2] __attribute__((aligned(32)));
} patch;

INLINE void widen_16(int16_t *to, size_t quad_step, const uint8_t *from) {
  const __m256i words = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)from));
  const __m128i low = _mm256_castsi256_si128(words), high = _mm256_extracti128_si256(words, 1);
  _mm_storel_epi64((__m128i *)to, low);
  _mm_storeh_pd((double *)(to + quad_step), _mm_castsi128_pd(low));
  _mm_storel_epi64((__m128i *)(to + 2 * quad_step), high);
  _mm_storeh_pd((double *)(to + 3 * quad_step), _mm_castsi128_pd(high));
}

static void widen(const synoptic_int8_convolution *c, size_t pixels, patch *p) {
  for (size_t m = 0; m < pixels; m++) {
    const size_t row = (p->first + m) / c->columns, column = (p->first + m) % c->columns;
    const uint8_t *input = c->input + row * c->row_step + column * c->pixel_step;
    int16_t *to = p->activations + m * 4;
    for (size_t step = 0; step < c->step_count; step++) {
      const uint8_t *from = input + c->tap_offsets[step];
      if (c->quads == 4) {
        widen_16(to, pixels * 4, from);
        to += pixels * 16;
      } else {
        for (uint32_t quad = 0; quad < c->quads; quad++, to += pixels * 4) {
          int32_t four;
          memcpy(&four, from + quad * 4, 4);
          _mm_storel_epi64((__m128i *)to, _mm_cvtepu8_epi16(_mm_cvtsi32_si128(four)));
        }
      }
    }
  }
}

/// Adds the two partial sums of each channel: `[4 channels][2]` twice to 8 channels.
INLINE __m256i channel_sums(__m256i first, __m256i second) {
  return _mm256_permute4x64_epi64(_mm256_hadd_epi32(first, second), 0xd8);
}

/// 8 output channels' sums for each pixel.
INLINE void convolve_half(const int pixels, const patch *p, const int8_t *weights, __m256i sums[MOST_PIXELS]) {
  __m256i first[MOST_PIXELS], second[MOST_PIXELS];
  UNROLL for (int m = 0; m < pixels; m++) first[m] = second[m] = _mm256_setzero_si256();
  const int16_t *activations = p->activations;
  for (const int8_t *const end = weights + p->quads * 64; weights < end; weights += 64) {
    const __m256i w0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)weights));
    const __m256i w1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + 16)));
    UNROLL for (int m = 0; m < pixels; m++) {
      int64_t four;
      memcpy(&four, activations + m * 4, 8);
      const __m256i a = _mm256_set1_epi64x(four);
      first[m] = _mm256_add_epi32(first[m], _mm256_madd_epi16(a, w0));
      second[m] = _mm256_add_epi32(second[m], _mm256_madd_epi16(a, w1));
    }
    activations += pixels * 4;
  }
  UNROLL for (int m = 0; m < pixels; m++) sums[m] = channel_sums(first[m], second[m]);
}

INLINE void convolve_patch(const int pixels, const synoptic_int8_convolution *c, const patch *p, size_t block) {
  const int8_t *weights = c->weights + block * p->quads * 64;
  const int32_t *bias = c->requantization.bias + block * 16;
  __m256i low[MOST_PIXELS], high[MOST_PIXELS];
  convolve_half(pixels, p, weights, low);
  convolve_half(pixels, p, weights + 32, high);
  for (int m = 0; m < pixels; m++) {
    const size_t pixel = p->first + (size_t)m;
    store_sums(c, block, pixel / c->columns, pixel % c->columns,
               _mm256_add_epi32(low[m], _mm256_loadu_si256((const __m256i *)bias)),
               _mm256_add_epi32(high[m], _mm256_loadu_si256((const __m256i *)(bias + 8))));
  }
}

#define TILE(M)                                                                                             \
  __attribute__((noinline)) static void tile_##M(const synoptic_int8_convolution *c, const patch *p, size_t block) { \
    convolve_patch(M, c, p, block);                                                                         \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)

typedef void (*tile_function)(const synoptic_int8_convolution *, const patch *, size_t block);
static const tile_function tiles_of[MOST_PIXELS] = {tile_1, tile_2, tile_3, tile_4, tile_5, tile_6};

void synoptic_int8_convolve_avx2(const synoptic_int8_convolution *c) {
  patch p;
  p.quads = c->step_count * c->quads;
  const size_t pixel_bytes = p.quads * 8, all = (size_t)c->rows * c->columns;
  if (pixel_bytes > PATCH_BYTES) {
    synoptic_int8_convolve_scalar(c);
    return;
  }
  const size_t fitting = pixel_bytes == 0 ? MOST_PIXELS : PATCH_BYTES / pixel_bytes;
  const size_t largest = fitting < MOST_PIXELS ? fitting : MOST_PIXELS;
  const size_t tiles = (all + largest - 1) / largest;
  p.first = 0;
  for (size_t index = 0; index < tiles; index++) {
    const size_t pixels = (all - p.first + (tiles - index) - 1) / (tiles - index);
    widen(c, pixels, &p);
    for (size_t block = 0; block < c->blocks; block++) tiles_of[pixels - 1](c, &p, block);
    p.first += pixels;
  }
}

#pragma clang attribute pop

#endif
