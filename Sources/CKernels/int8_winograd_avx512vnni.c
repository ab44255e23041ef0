// 3x3 convolutions of stride 1 by Winograd's F(4x4, 3x3), exact, in 16-bit integers: a quarter of the
// multiplications, at the half rate of vpdpwssd.
//
// Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", with the fractions of the weight
// transform cleared row by row and two signs moved to the input's side, so that all three transforms are integers:
//
//     input B'                 weights G'     output, one dimension
//     4  0 -5  0  1  0         6  0  0        24 y0 = m0 + 4 (m1 + m2) + (m3 + m4)
//     0  4  4 -1 -1  0         1  1  1        12 y1 = 2 (m1 - m2) + (m3 - m4)
//     0 -4  4  1 -1  0         1 -1  1         6 y2 = (m1 + m2) + (m3 + m4)
//     0 -2 -1  2  1  0         1  2  4         6 y3 = (m1 - m2) + 2 (m3 - m4) + m5
//     0  2 -1 -2  1  0         1 -2  4
//     0  4  0 -5  0  1         0  0  6
//
// A transformed activation is at most 68 * 255 and a transformed weight at most 49 * 128: both fit 16 bits. Sums
// may pass 32 bits, which does no harm: what follows are additions and multiplications modulo 2^32, and the last
// word is f_i f_j (y + bias) mod 2^32 with f = {24, 12, 6, 6}. Times the inverse of 9 it is (y + bias) times a
// power of two that is at most 64, which the float scale takes back without rounding. So the bytes are those of
// the direct kernel wherever |y + bias| < 2^25.
#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"
#include "int8_requantize.h"
#include "int8_winograd.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)

#include "int8_store_avx512.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Neighbouring tiles that go through all three transforms together: their activations stay in the L2 cache.
typedef struct strip {
  size_t first;
  size_t tiles;
  /// Elements between positions; 64 bytes more than needed, so that 36 positions don't share a cache set.
  size_t activation_position;
  int16_t *activations;
  int32_t *products;
} strip;

/// The transformed weights of a group of output blocks and some input channels: `[36][channels / 2][blocks * 16][2]`.
typedef struct panels {
  const int16_t *start;
  /// Elements between positions.
  size_t position;
  size_t channels;
} panels;

// MARK: Weights

INLINE void transform_weight_column(__m512i g0, __m512i g1, __m512i g2, __m512i r[6]) {
  const __m512i six = _mm512_set1_epi16(6), sum = _mm512_add_epi16(g0, g2), twice = _mm512_add_epi16(g1, g1);
  const __m512i fourfold = _mm512_add_epi16(g0, _mm512_slli_epi16(g2, 2));
  r[0] = _mm512_mullo_epi16(g0, six);
  r[1] = _mm512_add_epi16(sum, g1);
  r[2] = _mm512_sub_epi16(sum, g1);
  r[3] = _mm512_add_epi16(fourfold, twice);
  r[4] = _mm512_sub_epi16(fourfold, twice);
  r[5] = _mm512_mullo_epi16(g2, six);
}

/// `pairs` pairs of input channels for `blocks` output blocks: 9 taps to 36 positions, 16 filters of a pair at a time.
__attribute__((noinline)) static void transform_weights(const int8_t *weights, size_t pairs, size_t blocks,
                                                        int16_t *target, size_t position) {
  for (size_t filters = 0; filters < pairs * blocks; filters++, weights += 9 * 32, target += 32) {
    __m512i rows[6][3];
    UNROLL for (int x = 0; x < 3; x++) {
      __m512i g[3], r[6];
      UNROLL for (int y = 0; y < 3; y++)
        g[y] = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(weights + (y * 3 + x) * 32)));
      transform_weight_column(g[0], g[1], g[2], r);
      UNROLL for (int i = 0; i < 6; i++) rows[i][x] = r[i];
    }
    UNROLL for (int i = 0; i < 6; i++) {
      __m512i r[6];
      transform_weight_column(rows[i][0], rows[i][1], rows[i][2], r);
      UNROLL for (int j = 0; j < 6; j++) _mm512_storeu_si512(target + (size_t)(i * 6 + j) * position, r[j]);
    }
  }
}

// MARK: Activations

INLINE void transform_activation_column(const __m512i d[6], __m512i r[6]) {
  const __m512i odd = _mm512_sub_epi16(d[3], d[1]), even = _mm512_sub_epi16(d[4], d[2]);
  const __m512i even_part = _mm512_sub_epi16(_mm512_slli_epi16(d[2], 2), d[4]);
  const __m512i odd_part = _mm512_sub_epi16(_mm512_slli_epi16(d[1], 2), d[3]);
  r[0] = _mm512_add_epi16(_mm512_slli_epi16(_mm512_sub_epi16(d[0], d[2]), 2), even);
  r[1] = _mm512_add_epi16(even_part, odd_part);
  r[2] = _mm512_sub_epi16(even_part, odd_part);
  r[3] = _mm512_add_epi16(even, _mm512_add_epi16(odd, odd));
  r[4] = _mm512_sub_epi16(even, _mm512_add_epi16(odd, odd));
  r[5] = _mm512_sub_epi16(_mm512_sub_epi16(d[5], d[3]), _mm512_slli_epi16(odd, 2));
}

/// 6x6 pixels of two blocks of channels (or of one, whose values are then there twice) at 36 positions.
INLINE void transform_activations(const uint8_t *pixels, size_t row, size_t plane, const int blocks, int16_t *target,
                                  size_t position) {
  __m512i columns[36];
  UNROLL for (int x = 0; x < 6; x++) {
    __m512i d[6], r[6];
    UNROLL for (int y = 0; y < 6; y++) {
      const uint8_t *pixel = pixels + (size_t)y * row + (size_t)x * 16;
      const __m128i low = _mm_loadu_si128((const __m128i *)pixel);
      const __m256i bytes =
          blocks == 2
              ? _mm256_inserti128_si256(_mm256_castsi128_si256(low), _mm_loadu_si128((const __m128i *)(pixel + plane)), 1)
              : _mm256_castsi128_si256(low);
      d[y] = _mm512_cvtepu8_epi16(bytes);
    }
    transform_activation_column(d, r);
    UNROLL for (int y = 0; y < 6; y++) columns[y * 6 + x] = r[y];
  }
  UNROLL for (int y = 0; y < 6; y++) {
    __m512i r[6];
    transform_activation_column(columns + y * 6, r);
    UNROLL for (int x = 0; x < 6; x++) {
      int16_t *to = target + (size_t)(y * 6 + x) * position;
      if (blocks == 2)
        _mm512_storeu_si512(to, r[x]);
      else
        _mm256_storeu_si256((__m256i *)to, _mm512_castsi512_si256(r[x]));
    }
  }
}

__attribute__((noinline)) static void transform_strip(const synoptic_int8_winograd *w, const strip *s) {
  const size_t across = (w->columns + 3) / 4, channels = (size_t)w->input_blocks * 16;
  for (size_t tile = 0; tile < s->tiles; tile++) {
    const size_t y = (s->first + tile) / across, x = (s->first + tile) % across;
    const uint8_t *pixels = w->input + y * 4 * w->input_row + x * 64;
    int16_t *target = s->activations + tile * channels;
    size_t block = 0;
    for (; block + 2 <= w->input_blocks; block += 2)
      transform_activations(pixels + block * w->input_plane, w->input_row, w->input_plane, 2, target + block * 16,
                            s->activation_position);
    if (block < w->input_blocks)
      transform_activations(pixels + block * w->input_plane, w->input_row, w->input_plane, 1, target + block * 16,
                            s->activation_position);
  }
}

// MARK: Products

/// vpdpwssd, written out: the compiler makes two instructions, vpmaddwd and vpaddd, of the intrinsic unless it tunes
/// for one processor.
INLINE __m512i multiply_add_pairs(__m512i sum, __m512i a, __m512i b) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

/// What a tile of products reads and writes.
typedef struct product_tile {
  const int16_t *activations;
  /// Elements between tiles' activations, and how many of them are multiplied.
  size_t stride;
  size_t channels;
  const int16_t *weights;
  /// What to prefetch.
  const char *next;
  int32_t *products;
  /// Whether products are added to.
  bool adds;
} product_tile;

/// products[tiles][blocks * 16] (+)= activations[tiles][channels] * weights[channels / 2][blocks * 16][2]
///
/// - Parameter lines: cache lines to prefetch a step, of weights that come next.
INLINE void multiply_tile(const int blocks, const int tiles, const int lines, const product_tile *t) {
  __m512i accumulators[12][4];
  if (t->adds) {
    UNROLL for (int m = 0; m < tiles; m++) UNROLL for (int z = 0; z < blocks; z++)
      accumulators[m][z] = _mm512_loadu_si512(t->products + (m * blocks + z) * 16);
  } else {
    UNROLL for (int m = 0; m < tiles; m++) UNROLL for (int z = 0; z < blocks; z++)
      accumulators[m][z] = _mm512_setzero_si512();
  }
  const int16_t *activations = t->activations, *weights = t->weights, *const end = activations + t->channels;
  const char *next = t->next;
  const size_t stride = t->stride;
  _Pragma("clang loop unroll_count(2)") for (; activations < end; activations += 2) {
    __m512i w[4];
    UNROLL for (int line = 0; line < lines; line++) _mm_prefetch(next + line * 64, _MM_HINT_T1);
    next += lines * 64;
    UNROLL for (int z = 0; z < blocks; z++) w[z] = _mm512_loadu_si512(weights + z * 32);
    weights += blocks * 32;
    UNROLL for (int m = 0; m < tiles; m++) {
      int32_t two;
      __builtin_memcpy(&two, activations + (size_t)m * stride, 4);
      const __m512i a = _mm512_set1_epi32(two);
      UNROLL for (int z = 0; z < blocks; z++) accumulators[m][z] = multiply_add_pairs(accumulators[m][z], a, w[z]);
    }
  }
  UNROLL for (int m = 0; m < tiles; m++) UNROLL for (int z = 0; z < blocks; z++)
    _mm512_storeu_si512(t->products + (m * blocks + z) * 16, accumulators[m][z]);
}

typedef void (*multiply_function)(const product_tile *tile);

#define TILE(Z, M, L)                                                                                 \
  __attribute__((noinline)) static void tile_winograd_##Z##x##M##_##L(const product_tile *tile) { \
    multiply_tile(Z, M, L, tile);                                                                     \
  }
#define TILES(Z, M) TILE(Z, M, 0) TILE(Z, M, 1) TILE(Z, M, 2)
#define TILES_TO_6(Z) TILES(Z, 1) TILES(Z, 2) TILES(Z, 3) TILES(Z, 4) TILES(Z, 5) TILES(Z, 6)
#define TILES_TO_8(Z) TILES_TO_6(Z) TILES(Z, 7) TILES(Z, 8)
#define TILES_TO_12(Z) TILES_TO_8(Z) TILES(Z, 9) TILES(Z, 10) TILES(Z, 11) TILES(Z, 12)
TILES_TO_12(1)
TILES_TO_12(2)
TILES_TO_8(3)
TILES_TO_6(4)

#define NAME(Z, M) {tile_winograd_##Z##x##M##_0, tile_winograd_##Z##x##M##_1, tile_winograd_##Z##x##M##_2}
#define NAMES_TO_6(Z) NAME(Z, 1), NAME(Z, 2), NAME(Z, 3), NAME(Z, 4), NAME(Z, 5), NAME(Z, 6)
#define NAMES_TO_8(Z) NAMES_TO_6(Z), NAME(Z, 7), NAME(Z, 8)
#define NAMES_TO_12(Z) NAMES_TO_8(Z), NAME(Z, 9), NAME(Z, 10), NAME(Z, 11), NAME(Z, 12)
/// By blocks, tiles, and how many lines it prefetches a step.
static const multiply_function multiply_functions[4][12][3] = {
    {NAMES_TO_12(1)}, {NAMES_TO_12(2)}, {NAMES_TO_8(3)}, {NAMES_TO_6(4)}};
static const size_t largest_tiles[4] = {12, 12, 8, 6};

/// What the products of a group of output blocks are made of.
typedef struct position_products {
  panels weights;
  size_t blocks;
  /// The first of the input channels that `weights` has.
  size_t first_channel;
  /// Elements between positions of the strip's products.
  size_t position;
  /// What is read after this: up to `next_end` it is fetched meanwhile, where it does not lie behind each position's
  /// own weights.
  const char *next;
  const char *next_end;
} position_products;

/// All 36 positions of one group of output blocks. Meanwhile the first tiles fetch weights: a line a step, or two where
/// there are too few tiles to fetch all of a position's so.
static void multiply_positions(const strip *s, size_t stride, const position_products *p) {
  const size_t blocks = p->blocks, channels = p->weights.channels;
  const size_t groups = (s->tiles + largest_tiles[blocks - 1] - 1) / largest_tiles[blocks - 1];
  const size_t lines = groups < blocks ? 2 : 1;
  const char *next = p->next, *next_end = p->next_end;
  for (size_t position = 0; position < 36; position++) {
    const int16_t *weights = p->weights.start + position * p->weights.position;
    if (!p->next) {
      next = (const char *)(weights + p->weights.position);
      next_end = position < 35 ? next + p->weights.position * 2 : next;
    }
    size_t tile = 0;
    for (size_t group = 0; group < groups; group++) {
      const size_t tiles = (s->tiles - tile + (groups - group) - 1) / (groups - group);
      const size_t fetched = next < next_end ? lines : 0;
      const product_tile t = {
          .activations = s->activations + position * s->activation_position + tile * stride + p->first_channel,
          .stride = stride,
          .channels = channels,
          .weights = weights,
          .next = next,
          .products = s->products + position * p->position + tile * blocks * 16,
          .adds = p->first_channel > 0};
      multiply_functions[blocks - 1][tiles - 1][fetched](&t);
      next += channels * 32 * fetched;
      tile += tiles;
    }
  }
}

// MARK: Outputs

INLINE void transform_product_column(const __m512i m[6], __m512i y[4]) {
  const __m512i sum_12 = _mm512_add_epi32(m[1], m[2]), difference_12 = _mm512_sub_epi32(m[1], m[2]);
  const __m512i sum_34 = _mm512_add_epi32(m[3], m[4]), difference_34 = _mm512_sub_epi32(m[3], m[4]);
  y[0] = _mm512_add_epi32(_mm512_add_epi32(m[0], sum_34), _mm512_slli_epi32(sum_12, 2));
  y[1] = _mm512_add_epi32(_mm512_add_epi32(difference_12, difference_12), difference_34);
  y[2] = _mm512_add_epi32(sum_12, sum_34);
  y[3] = _mm512_add_epi32(_mm512_add_epi32(difference_12, m[5]), _mm512_add_epi32(difference_34, difference_34));
}

/// What is the same for all tiles of one output block.
typedef struct output_constants {
  /// 36 times the bias: it enters at position (1, 1), which counts 1/36 of f_i f_j for every output.
  __m512i bias;
  /// The scale, divided by 2^2 to 2^6.
  __m512 scales[5];
} output_constants;

/// 4x4 outputs of one block, of which the first `rows` x `columns` are stored.
INLINE void transform_outputs(const synoptic_int8_winograd *w, const synoptic_int8_requantization *to,
                              const output_constants *constants, const int32_t *products, size_t position,
                              size_t block, size_t row, size_t column, int rows, int columns,
                              const bool has_residual) {
  __m512i lines[4][6];
  UNROLL for (int x = 0; x < 6; x++) {
    __m512i m[6], y[4];
    UNROLL for (int i = 0; i < 6; i++) m[i] = _mm512_loadu_si512(products + (size_t)(i * 6 + x) * position);
    if (x == 1) m[1] = _mm512_add_epi32(m[1], constants->bias);
    transform_product_column(m, y);
    UNROLL for (int i = 0; i < 4; i++) lines[i][x] = y[i];
  }
  static const int shift[4] = {3, 2, 1, 1};
  const __m512i inverse_of_9 = _mm512_set1_epi32(0x38E38E39);
  uint8_t *output = w->output + block * w->output_plane + row * w->output_row + column * 16;
  UNROLL for (int i = 0; i < 4; i++) {
    __m512i y[4], sums[4];
    __m512 scales[4];
    transform_product_column(lines[i], y);
    const uint8_t *residual = has_residual ? synoptic_residual_pixel(to, block, row + (size_t)i, column) : NULL;
    UNROLL for (int x = 0; x < 4; x++) {
      sums[x] = _mm512_mullo_epi32(y[x], inverse_of_9);
      scales[x] = constants->scales[shift[i] + shift[x] - 2];
    }
    const __m512i bytes = bytes_of_four(sums, scales, to, residual);
    if (i < rows) store_pixels(output + (size_t)i * w->output_row, bytes, columns);
  }
}

__attribute__((noinline)) static void finish_strip(const synoptic_int8_winograd *w, const strip *s, size_t first,
                                                   size_t blocks, size_t product_position) {
  // A copy, since a store of bytes could change what is read through a pointer.
  const synoptic_int8_requantization to = w->requantization;
  const size_t across = (w->columns + 3) / 4;
  for (size_t z = 0; z < blocks; z++) {
    const size_t block = first + z;
    output_constants constants;
    constants.bias = _mm512_mullo_epi32(_mm512_loadu_si512(to.bias + block * 16), _mm512_set1_epi32(36));
    UNROLL for (int k = 0; k < 5; k++)
      constants.scales[k] = _mm512_mul_ps(_mm512_loadu_ps(to.scale + block * 16), _mm512_set1_ps(1.0f / (float)(4 << k)));
    for (size_t tile = 0; tile < s->tiles; tile++) {
      const size_t row = (s->first + tile) / across * 4, column = (s->first + tile) % across * 4;
      const int rows = w->rows - row < 4 ? (int)(w->rows - row) : 4;
      const int columns = w->columns - column < 4 ? (int)(w->columns - column) : 4;
      const int32_t *products = s->products + (tile * blocks + z) * 16;
      if (to.residual)
        transform_outputs(w, &to, &constants, products, product_position, block, row, column, rows, columns, true);
      else
        transform_outputs(w, &to, &constants, products, product_position, block, row, column, rows, columns, false);
    }
  }
}

/// The products of one group from weights that are transformed here, some channels at a time, so that a core's own
/// cache holds what they become.
static void multiply_in_parts(const strip *s, size_t channels, size_t blocks, const int8_t *weights, int16_t *room,
                              position_products p) {
  for (size_t first = 0; first < channels; first += SYNOPTIC_WINOGRAD_PART) {
    const size_t part = channels - first < SYNOPTIC_WINOGRAD_PART ? channels - first : SYNOPTIC_WINOGRAD_PART;
    const size_t bytes = part / 2 * blocks * 288, position = part * blocks * 16 + 32;
    transform_weights(weights, part / 2, blocks, room, position);
    weights += bytes;
    p.weights = (panels){.start = room, .position = position, .channels = part};
    p.first_channel = first;
    p.next = (const char *)weights;
    p.next_end = p.next + bytes;
    multiply_positions(s, channels, &p);
  }
}

void synoptic_int8_convolve_winograd_avx512vnni(const synoptic_int8_winograd *w) {
  const size_t tiles = (size_t)((w->rows + 3) / 4) * ((w->columns + 3) / 4), longest = synoptic_winograd_strip(w);
  const size_t channels = (size_t)w->input_blocks * 16;
  const size_t strips = tiles == 0 ? 0 : (tiles + longest - 1) / longest;
  strip s = {.first = 0, .activations = w->scratch};
  s.products = (int32_t *)(s.activations + synoptic_winograd_activation_count(channels, longest));
  int16_t *const room = (int16_t *)(s.products + synoptic_winograd_product_count(longest));
  for (size_t index = 0; index < strips; index++) {
    s.tiles = (tiles - s.first + (strips - index) - 1) / (strips - index);
    s.activation_position = s.tiles * channels + 32;
    transform_strip(w, &s);
    const char *weights = w->weights;
    for (size_t block = 0; block < w->blocks;) {
      const size_t blocks = synoptic_winograd_group(w->blocks, block), filters = channels * blocks * 16;
      position_products p = {.blocks = blocks, .position = s.tiles * blocks * 16 + 16};
      if (w->transformed) {
        p.weights = (panels){.start = (const int16_t *)weights, .position = filters, .channels = channels};
        multiply_positions(&s, channels, &p);
        weights += filters * 36 * sizeof(int16_t);
      } else {
        multiply_in_parts(&s, channels, blocks, (const int8_t *)weights, room, p);
        weights += filters * 9;
      }
      finish_strip(w, &s, block, blocks, p.position);
      block += blocks;
    }
    s.first += s.tiles;
  }
}

#pragma clang attribute pop

#endif
