// From sums in tiles to bytes. Include inside a region whose functions have the targets of AMX's processors.
#ifndef SYNOPTIC_INT8_STORE_AMX_H
#define SYNOPTIC_INT8_STORE_AMX_H

#include <string.h>

#include "int8_cut_amx.h"
#include "int8_store_avx512.h"

/// As `narrow_words`, in instructions that this processor does at once.
INLINE __m512i narrow_words_by_bytes(const __m512i pixels[4]) {
  const __mmask32 odd = 0xaaaaaaaa;
  const __m512i words_01 = _mm512_mask_blend_epi16(odd, pixels[0], _mm512_slli_epi32(pixels[1], 16));
  const __m512i words_23 = _mm512_mask_blend_epi16(odd, pixels[2], _mm512_slli_epi32(pixels[3], 16));
  // A lane has four channels: of each, pixels 0 and 1; then of each, pixels 2 and 3.
  static const uint8_t order[64] __attribute__((aligned(64))) = {
      0, 2,  4,  6,  16, 18, 20, 22, 32, 34, 36, 38, 48, 50, 52, 54, 1, 3,  5,  7,  17, 19, 21, 23, 33, 35, 37, 39, 49, 51, 53, 55,
      8, 10, 12, 14, 24, 26, 28, 30, 40, 42, 44, 46, 56, 58, 60, 62, 9, 11, 13, 15, 25, 27, 29, 31, 41, 43, 45, 47, 57, 59, 61, 63};
  return _mm512_permutexvar_epi8(_mm512_load_si512(order), _mm512_packus_epi16(words_01, words_23));
}

/// Those of four pixels that are there: they may lie in two rows.
INLINE void store_apart(uint8_t *output, const size_t *at, uint32_t valid, __m512i bytes) {
  const __m128i pixels[4] = {_mm512_castsi512_si128(bytes), _mm512_extracti32x4_epi32(bytes, 1),
                             _mm512_extracti32x4_epi32(bytes, 2), _mm512_extracti32x4_epi32(bytes, 3)};
  UNROLL for (int i = 0; i < 4; i++)
    if (valid >> i & 1) _mm_storeu_si128((__m128i *)(output + at[i]), pixels[i]);
}

/// What sums of a block become.
typedef struct epilogue {
  const synoptic_int8_requantization *how;
  __m512i bias;
  __m512 scale;
} epilogue;

INLINE __m512i bytes_of_four_sums(const bool fits_words, const epilogue *e, const int32_t *sums,
                                  const uint8_t *residual) {
  const __m512 scales[4] = {e->scale, e->scale, e->scale, e->scale};
  __m512i accumulators[4], rounded[4];
  UNROLL for (int i = 0; i < 4; i++)
    accumulators[i] = _mm512_add_epi32(e->bias, _mm512_load_si512(sums + i * 16));
  round_pixels(fits_words, 4, accumulators, scales, e->how, residual, rounded);
  return fits_words ? narrow_words_by_bytes(rounded) : narrow_any(rounded, e->how);
}

INLINE void store_bytes(const bool fits_words, const bool has_residual, const synoptic_int8_convolution *c,
                        size_t block, const place *to, const int32_t *sums) {
  // A copy that no store can change: what is made of it need not be made again for the next pixels.
  const synoptic_int8_requantization how = c->requantization;
  const epilogue e = {&how, _mm512_loadu_si512(how.bias + block * 16), _mm512_loadu_ps(how.scale + block * 16)};
  uint8_t *output = c->output + block * c->output_plane;
  const uint8_t *residual = has_residual ? how.residual + block * how.residual_plane : NULL;
  if (to->whole == 0xf) {
    UNROLL for (int first = 0; first < PIXELS; first += 4) {
      const uint8_t *added = has_residual ? residual + to->residual[first] : NULL;
      _mm512_storeu_si512(output + to->output[first], bytes_of_four_sums(fits_words, &e, sums + first * 16, added));
    }
    return;
  }
  for (int first = 0; first < PIXELS; first += 4) {
    if (!(to->valid >> first & 15)) continue;
    uint8_t added[64];
    if (has_residual)
      for (int i = 0; i < 4; i++) memcpy(added + i * 16, residual + to->residual[first + i], 16);
    store_apart(output, to->output + first, to->valid >> first,
                bytes_of_four_sums(fits_words, &e, sums + first * 16, has_residual ? added : NULL));
  }
}

static void store_floats(const synoptic_int8_convolution *c, size_t block, const place *to, const int32_t *sums) {
  const __m512 scale = _mm512_loadu_ps(c->requantization.scale + block * 16);
  const __m512i bias = _mm512_loadu_si512(c->requantization.bias + block * 16);
  float *output = c->float_output + block * c->output_plane;
  for (size_t pixel = 0; pixel < PIXELS; pixel++) {
    if (!(to->valid >> pixel & 1)) continue;
    const __m512i sum = _mm512_add_epi32(bias, _mm512_load_si512(sums + pixel * 16));
    _mm512_storeu_ps(output + to->output[pixel], _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale));
  }
}

#define STORE(NAME, FITS_WORDS, HAS_RESIDUAL)                                                                        \
  static void NAME(const synoptic_int8_convolution *c, size_t block, const place *to, const int32_t *sums) { \
    store_bytes(FITS_WORDS, HAS_RESIDUAL, c, block, to, sums);                                                       \
  }
STORE(store_words, true, false)
STORE(store_words_and_residual, true, true)
STORE(store_any, false, false)
STORE(store_any_and_residual, false, true)

typedef void (*store_function)(const synoptic_int8_convolution *, size_t block, const place *, const int32_t *sums);

static store_function store_of(const synoptic_int8_convolution *c) {
  if (c->float_output) return store_floats;
  if (c->requantization.fits_words) return c->requantization.residual ? store_words_and_residual : store_words;
  return c->requantization.residual ? store_any_and_residual : store_any;
}

#endif
