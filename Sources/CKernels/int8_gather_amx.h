// Activations into tiles: pixels' taps into rows of 64 bytes. Include inside a region whose functions have the targets of
// AMX's processors.
#ifndef SYNOPTIC_INT8_GATHER_AMX_H
#define SYNOPTIC_INT8_GATHER_AMX_H

#include <immintrin.h>
#include <string.h>

#include "int8_cut_amx.h"

/// Quads of an image's row that lie side by side in memory: those of `mask`, at `offset` from the pixel's first tap, as if
/// the row's first quad lay there.
typedef struct piece {
  int32_t offset;
  uint16_t mask;
  /// Whether it is the last of a segment, a tile's worth of quads.
  bool ends_segment;
} piece;

/// Gathers one chunk of tiles, a piece at a time.
typedef struct gathering {
  const synoptic_int8_convolution *convolution;
  const cut *cut;
  place *places;
  uint8_t *activations;
  /// Pieces of the chunk that are still to be gathered.
  size_t left;
  /// Of `LINES`: all of a chunk's, what is next of them, and the first tap of the chunk's first output.
  const line_piece *line_pieces;
  const line_piece *next_line;
  const uint8_t *line_input;
  /// What is next of all, and of `WINDOWS`, of the chunk: a segment of a tile.
  position next;
  size_t tiles_left;
  size_t tile;
  size_t segment;
  /// Of an image.
  const piece *pieces;
  const piece *next_piece;
} gathering;

/// An image's quads: at most one piece a step.
static void find_pieces(const synoptic_int8_convolution *c, const cut *to, piece *pieces) {
  piece *last = pieces - 1;
  size_t lane = 0;
  int32_t next = 0;
  for (size_t step = 0; step < c->step_count; step++, lane++, next += 4) {
    const bool starts = step % QUADS == 0;
    if (starts) lane = step / QUADS + 1 == to->segments ? to->overlap : 0;
    if (starts && step > 0) last->ends_segment = true;
    if (starts || c->tap_offsets[step] != next) {
      next = c->tap_offsets[step];
      *++last = (piece){.offset = next - (int32_t)lane * 4};
    }
    last->mask |= (uint16_t)(1u << lane);
  }
  last->ends_segment = true;
}

/// Four pixels of 16 bytes a tap into four rows of four taps.
INLINE void transpose(const __m512i taps[4], __m512i rows[4]) {
  const __m512i low_01 = _mm512_shuffle_i32x4(taps[0], taps[1], 0x44), high_01 = _mm512_shuffle_i32x4(taps[0], taps[1], 0xee);
  const __m512i low_23 = _mm512_shuffle_i32x4(taps[2], taps[3], 0x44), high_23 = _mm512_shuffle_i32x4(taps[2], taps[3], 0xee);
  rows[0] = _mm512_shuffle_i32x4(low_01, low_23, 0x88);
  rows[1] = _mm512_shuffle_i32x4(low_01, low_23, 0xdd);
  rows[2] = _mm512_shuffle_i32x4(high_01, high_23, 0x88);
  rows[3] = _mm512_shuffle_i32x4(high_01, high_23, 0xdd);
}

INLINE __m256i two_taps(const uint8_t *first, const uint8_t *second) {
  const __m256i low = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)first));
  return _mm256_inserti128_si256(low, _mm_loadu_si128((const __m128i *)second), 1);
}

/// A segment of a tile of c16: four steps.
INLINE void gather_steps(const gathering *g, const place *from, uint8_t *tile) {
  const synoptic_int8_convolution *c = g->convolution;
  const bool is_last = g->segment + 1 == g->cut->segments;
  const size_t first = g->segment * 4 - (is_last ? g->cut->overlap / 4 : 0);
  const uint8_t *taps[4];
  UNROLL for (size_t i = 0; i < 4; i++) taps[i] = c->input + c->tap_offsets[at_most(first + i, c->step_count - 1)];
  UNROLL for (size_t pixel = 0; pixel < PIXELS; pixel += 4, tile += 4 * 64) {
    if (from->input[pixel + 3] - from->input[pixel] == 48) {
      __m512i columns[4], rows[4];
      UNROLL for (size_t i = 0; i < 4; i++) columns[i] = _mm512_loadu_si512(taps[i] + from->input[pixel]);
      transpose(columns, rows);
      UNROLL for (size_t i = 0; i < 4; i++) _mm512_store_si512(tile + i * 64, rows[i]);
    } else {
      UNROLL for (size_t i = 0; i < 4; i++) {
        const size_t at = from->input[pixel + i];
        _mm256_store_si256((__m256i *)(tile + i * 64), two_taps(taps[0] + at, taps[1] + at));
        _mm256_store_si256((__m256i *)(tile + i * 64 + 32), two_taps(taps[2] + at, taps[3] + at));
      }
    }
  }
  if (is_last && g->cut->overlap)
    for (size_t pixel = 0; pixel < PIXELS; pixel++) memset(tile + pixel * 64 - TILE, 0, g->cut->overlap * 4);
}

/// A segment of a tile of an image.
INLINE void gather_pieces(gathering *g, const place *from, uint8_t *tile) {
  const uint8_t *input = g->convolution->input;
  const piece *first = g->next_piece, *last = first;
  while (!last->ends_segment) last++;
  for (size_t pixel = 0; pixel < PIXELS; pixel++) {
    const uint8_t *at = input + from->input[pixel];
    __m512i row = _mm512_setzero_si512();
    for (const piece *piece = first; piece <= last; piece++)
      row = _mm512_mask_loadu_epi32(row, piece->mask, at + piece->offset);
    _mm512_store_si512(tile + pixel * 64, row);
  }
  g->next_piece = last + 1;
}

/// A segment of the chunk's next tile.
INLINE void gather_window(gathering *g) {
  place *at = g->places + g->tile;
  if (g->segment == 0) {
    find_places(g->convolution, g->cut, g->convolution->rows, &g->next, at);
    at->tile = g->tile * g->cut->segments * TILE;
    g->next_piece = g->pieces;
  }
  uint8_t *tile = g->activations + at->tile + g->segment * TILE;
  if (g->convolution->quads == 4) gather_steps(g, at, tile);
  else gather_pieces(g, at, tile);
  if (++g->segment == g->cut->segments) {
    g->segment = 0;
    g->tile++;
  }
}

INLINE void gather_line(gathering *g) {
  const synoptic_int8_convolution *c = g->convolution;
  const size_t line = g->cut->lines.pixel;
  const uint8_t *from = g->line_input + g->next_line->from;
  uint8_t *to = g->activations + g->next_line->to;
  g->next_line++;
  if (g->cut->lines.is_narrow) {
    UNROLL for (size_t i = 0; i < LINE_BLOCKS; i++) memcpy(to + i * 16, from + i * c->input_plane, 16);
    return;
  }
  __m512i columns[4], rows[4];
  UNROLL for (size_t i = 0; i < 4; i++) columns[i] = _mm512_loadu_si512(from + i * c->input_plane);
  transpose(columns, rows);
  UNROLL for (size_t i = 0; i < 4; i++) _mm512_storeu_si512(to + i * line, rows[i]);
}

static void gather_piece(gathering *g) {
  if (g->cut->source == LINES) gather_line(g);
  else gather_window(g);
  g->left--;
}

#endif
