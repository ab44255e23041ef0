// How AMX cuts a convolution into tiles of 16 pixels, and where their pixels and steps lie.
#ifndef SYNOPTIC_INT8_CUT_AMX_H
#define SYNOPTIC_INT8_CUT_AMX_H

#include "int8_kernels.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

enum {
  /// Pixels of a tile, and quads of four bytes in a pixel's row.
  PIXELS = 16,
  QUADS = 16,
  TILE = PIXELS * QUADS * 4,
  /// Of activations: what stays in the core's first cache beside weights and sums, and what its second holds beside a
  /// few blocks of weights.
  NEAR_BYTES = 12 << 10,
  FAR_BYTES = 768 << 10,
  /// Weights up to this stay in the second cache: they are read again for every few tiles of pixels.
  CACHED_WEIGHTS = 1 << 20,
};

/// How a call is cut into tiles.
typedef struct cut {
  /// Of all steps, and of a segment: a tile's width.
  size_t quads;
  size_t segment_quads;
  size_t segments;
  /// Quads by which the last segment begins before the one ahead ends, so that it reads no weights but the block's own.
  size_t overlap;
  /// Whether tiles are loaded as the pixels lie: a row of taps a segment.
  bool is_direct;
  /// Of what is loaded as it lies: from one row of outputs to the next, in pixels. Those beyond the last column are
  /// computed for nothing.
  size_t pitch;
  size_t tiles;
  /// Tiles of pixels that are worked at a time.
  size_t chunk;
} cut;

/// Where a segment's activations and weights lie, in bytes from those of its tile of pixels and its block.
typedef struct segment {
  int32_t activations;
  int32_t weights;
} segment;

static size_t at_most(size_t a, size_t b) { return a < b ? a : b; }
static size_t whole_lines(size_t bytes) { return (bytes + 63) / 64 * 64; }

/// How many taps side by side make a row of all windows, or 0 if it is no use to load them as they lie: of 16 channels
/// that is three or four taps at stride 1, of an image up to 16. Rows of a tile beyond the last pixel read up to 15 pixels
/// past it, which `SYNOPTIC_INT8_SLACK` allows.
static size_t taps_side_by_side(const synoptic_int8_convolution *c) {
  const int32_t tap = (int32_t)c->quads * 4;
  size_t taps = 1;
  while (taps < c->step_count && c->tap_offsets[taps] == c->tap_offsets[taps - 1] + tap) taps++;
  const size_t fewest = c->quads == 4 ? 3 : 2, most = c->quads == 4 ? 4 : 16;
  if (taps < fewest || taps > most || c->step_count % taps) return 0;
  if (c->pixel_step > (c->quads == 4 ? 16 : SYNOPTIC_INT8_SLACK / 16)) return 0;
  for (size_t step = 0; step < c->step_count; step++)
    if (step % taps && c->tap_offsets[step] != c->tap_offsets[step - 1] + tap) return 0;
  return taps;
}

static cut cut_of(const synoptic_int8_convolution *c) {
  cut to = {.quads = c->step_count * c->quads};
  const size_t taps = taps_side_by_side(c);
  if (taps) {
    to.is_direct = true;
    to.segment_quads = taps * c->quads;
    to.segments = c->step_count / taps;
    // Rows end to end where few pixels lie between them, else each is cut into tiles of its own.
    const size_t row = (c->columns + PIXELS - 1) / PIXELS * PIXELS;
    to.pitch = c->row_step % c->pixel_step == 0 ? at_most(c->row_step / c->pixel_step, row) : row;
    to.tiles = ((c->rows - 1) * to.pitch + c->columns + PIXELS - 1) / PIXELS;
  } else {
    to.segments = (to.quads + QUADS - 1) / QUADS;
    to.segment_quads = at_most(to.quads, QUADS);
    to.overlap = to.segments * to.segment_quads - to.quads;
    to.pitch = c->columns;
    to.tiles = ((size_t)c->rows * c->columns + PIXELS - 1) / PIXELS;
  }
  // As they lie, a pixel's bytes serve the neighbours' taps too: of a square window, in as many rows as taps in a row.
  const size_t bytes = taps ? to.segments * PIXELS * c->quads * 4 / taps : to.segments * TILE;
  const size_t weights = c->blocks * to.quads * 64;
  const size_t fit = (weights > CACHED_WEIGHTS ? FAR_BYTES : NEAR_BYTES) / at_most(bytes, FAR_BYTES);
  to.chunk = at_most(to.tiles, fit < 2 ? 2 : fit / 2 * 2);
  return to;
}

/// Where a tile's pixels come from, in bytes from the input's first tap, and where they go, in elements from the output's
/// first pixel, and bytes from the residual's.
typedef struct place {
  size_t input[PIXELS];
  size_t output[PIXELS];
  size_t residual[PIXELS];
  /// A bit for each pixel that there is, and for each four of them that lie side by side in output and residual.
  uint32_t valid;
  uint32_t whole;
} place;

/// A pixel of the output, or one beyond its row's last.
typedef struct position {
  size_t row;
  size_t column;
} position;

/// The places of the 16 pixels from `next`. Where there is none, the first is read again.
static void find_places(const synoptic_int8_convolution *c, const cut *to, position *next, place *place) {
  if (next->row < c->rows && next->column + PIXELS <= c->columns) {
    place->valid = 0xffff;
    place->whole = 0xf;
    for (size_t pixel = 0; pixel < PIXELS; pixel++) {
      place->input[pixel] = next->row * c->row_step + (next->column + pixel) * c->pixel_step;
      place->output[pixel] = next->row * c->output_row + (next->column + pixel) * 16;
      place->residual[pixel] = next->row * c->requantization.residual_row + (next->column + pixel) * 16;
    }
    next->column += PIXELS;
    if (next->column == to->pitch) *next = (position){next->row + 1, 0};
    return;
  }
  place->valid = 0;
  place->whole = 0;
  for (size_t pixel = 0; pixel < PIXELS; pixel++) {
    const bool is_valid = next->row < c->rows && next->column < c->columns;
    place->input[pixel] = is_valid || pixel == 0 ? next->row * c->row_step + next->column * c->pixel_step : place->input[0];
    place->output[pixel] = is_valid ? next->row * c->output_row + next->column * 16 : 0;
    place->residual[pixel] = is_valid ? next->row * c->requantization.residual_row + next->column * 16 : 0;
    if (is_valid) place->valid |= 1u << pixel;
    if (is_valid && pixel % 4 == 0 && next->column + 4 <= c->columns) place->whole |= 1u << pixel / 4;
    if (++next->column == to->pitch) *next = (position){next->row + 1, 0};
  }
}

static void find_segments(const synoptic_int8_convolution *c, const cut *to, segment *segments) {
  const size_t steps = to->segment_quads / c->quads;
  for (size_t i = 0; i < to->segments; i++) {
    const size_t skipped = i + 1 == to->segments ? to->overlap : 0;
    segments[i].activations = to->is_direct ? c->tap_offsets[i * steps] : (int32_t)(i * TILE);
    segments[i].weights = (int32_t)((i * to->segment_quads - skipped) * 64);
  }
}

#endif
