// 5x5 depthwise of stride 1 by squares, for the sources that define `transposed`: 2x2 neighbouring pixels of 16 channels
// become 16 channels x 4 taps. Nine squares cover a 5x5 window with little waste, where rows of four taps need ten
// windows that are half empty; and a square serves all outputs that are made together, each with weights of its own.
#ifndef SYNOPTIC_INT8_DEPTHWISE_SQUARES_H
#define SYNOPTIC_INT8_DEPTHWISE_SQUARES_H

#include "int8_isa.h"
#include "int8_requantize.h"
#include "int8_store_avx512.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// What stays the same over a plane.
typedef struct square_constants {
  /// `[row parity][column parity][square row][square column]`: the taps of an output whose row and column are odd or
  /// even within the squares' grid.
  __m512i weights[2][2][3][3];
  __m512i bias;
  __m512 scale;
} square_constants;

/// Pairs of neighbouring taps of one kernel row, in the low 16 bits of each channel's dword; the high ones are noise.
INLINE void pair_taps(const __m512i first_four, const __m512i last, __m512i pairs[2][3]) {
  pairs[0][0] = first_four;
  pairs[0][1] = _mm512_srli_epi32(first_four, 16);
  pairs[0][2] = last;
  pairs[1][0] = _mm512_slli_epi32(first_four, 8);
  pairs[1][1] = _mm512_srli_epi32(first_four, 8);
  pairs[1][2] = _mm512_or_si512(_mm512_srli_epi32(first_four, 24), _mm512_slli_epi32(last, 8));
}

/// - Parameter weights: `[5 rows][2][16 channels][4 taps]`.
INLINE void arrange_squares(const int8_t *weights, square_constants *constants) {
  // Row 0 and row 6 are beyond the kernel.
  __m512i pairs[7][2][3];
  UNROLL for (int parity = 0; parity < 2; parity++) UNROLL for (int x = 0; x < 3; x++)
    pairs[0][parity][x] = pairs[6][parity][x] = _mm512_setzero_si512();
  UNROLL for (int y = 0; y < 5; y++)
    pair_taps(_mm512_loadu_si512(weights + y * 128), _mm512_loadu_si512(weights + y * 128 + 64), pairs[y + 1]);
  UNROLL for (int oy = 0; oy < 2; oy++) UNROLL for (int ox = 0; ox < 2; ox++)
    UNROLL for (int y = 0; y < 3; y++) UNROLL for (int x = 0; x < 3; x++) {
      const __m512i upper = pairs[2 * y - oy + 1][ox][x], lower = pairs[2 * y - oy + 2][ox][x];
      constants->weights[oy][ox][y][x] = _mm512_mask_blend_epi16(0xAAAAAAAA, upper, _mm512_slli_epi32(lower, 16));
    }
}

INLINE __m512i load_square(const uint8_t *pixels, size_t row) {
  const __m512i upper = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)pixels));
  return transposed(_mm512_inserti64x4(upper, _mm256_loadu_si256((const __m256i *)(pixels + row)), 1));
}

/// Four outputs of `rows` (1 or 2) neighbouring rows.
INLINE void convolve_squares_step(const int rows, const synoptic_int8_depthwise *d,
                                  const synoptic_int8_requantization *to, const square_constants *constants,
                                  size_t block, size_t row, size_t column, const uint8_t *first) {
  __m512i accumulators[2][4];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int i = 0; i < 4; i++) accumulators[r][i] = constants->bias;
  UNROLL for (int y = 0; y < 3; y++) {
    const uint8_t *pixels = first + (size_t)(2 * y) * d->input_row;
    // The sixth row belongs to the second output row only: where there is none, it need not be readable.
    const size_t below = y == 2 && rows == 1 ? 0 : d->input_row;
    __m512i squares[4];
    UNROLL for (int x = 0; x < 4; x++) squares[x] = load_square(pixels + x * 32, below);
    UNROLL for (int x = 0; x < 3; x++) {
      UNROLL for (int r = 0; r < rows; r++) UNROLL for (int i = 0; i < 4; i++) {
        accumulators[r][i] =
            _mm512_dpbusd_epi32(accumulators[r][i], squares[i / 2 + x], constants->weights[r][i % 2][y][x]);
        // The weights don't fit the registers: the compiler would load them early, and spill.
        __asm__ volatile("" : "+v"(accumulators[r][i]) : : "memory");
      }
    }
  }
  const size_t count = d->columns - column < 4 ? d->columns - column : 4;
  UNROLL for (int r = 0; r < rows; r++) {
    const uint8_t *residual = synoptic_residual_pixel(to, block, row + (size_t)r, column);
    const __m512 scales[4] = {constants->scale, constants->scale, constants->scale, constants->scale};
    store_pixels(d->output + block * d->output_plane + (row + (size_t)r) * d->output_row + column * 16,
                 bytes_of_four(accumulators[r], scales, to, residual), (int)count);
  }
}

__attribute__((noinline)) static void planes_squares_5(const synoptic_int8_depthwise *d) {
  const synoptic_int8_requantization to = d->requantization;
  for (size_t block = 0; block < d->blocks; block++) {
    square_constants constants;
    arrange_squares(d->weights + block * 5 * 128, &constants);
    constants.bias = _mm512_loadu_si512(to.bias + block * 16);
    constants.scale = _mm512_loadu_ps(to.scale + block * 16);
    const uint8_t *plane = d->input + block * d->input_plane;
    size_t row = 0;
    for (; row + 2 <= d->rows; row += 2)
      for (size_t column = 0; column < d->columns; column += 4)
        convolve_squares_step(2, d, &to, &constants, block, row, column, plane + row * d->input_row + column * 16);
    for (; row < d->rows; row++)
      for (size_t column = 0; column < d->columns; column += 4)
        convolve_squares_step(1, d, &to, &constants, block, row, column, plane + row * d->input_row + column * 16);
  }
}

#endif
