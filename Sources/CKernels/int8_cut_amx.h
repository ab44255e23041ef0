// How AMX cuts a convolution into tiles of 16 pixels, and where their pixels and steps lie.
#ifndef SYNOPTIC_INT8_CUT_AMX_H
#define SYNOPTIC_INT8_CUT_AMX_H

#include "int8_kernels.h"
#include "int8_lines_amx.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

enum {
  /// Pixels of a tile, and quads of four bytes in a pixel's row.
  PIXELS = 16,
  QUADS = 16,
  TILE = PIXELS * QUADS * 4,
  /// Of activations: what stays in the core's first cache beside weights and sums; what its second holds beside all
  /// weights; and beside a few blocks of them.
  NEAR_BYTES = 12 << 10,
  LINE_BYTES = 192 << 10,
  FAR_BYTES = 768 << 10,
  /// Of two blocks' weights: more would drive a tile's activations out of the first cache, unless that is told to keep
  /// none of them.
  NEAR_WEIGHTS = 24 << 10,
  /// Weights up to this stay in the second cache: they are read again for every few tiles of pixels.
  CACHED_WEIGHTS = 1 << 20,
};

/// How the activations of a tile come about.
typedef enum activation_source {
  /// Tiles are loaded as the pixels lie: a row of taps a segment.
  AS_THEY_LIE,
  /// Every window is gathered into rows of tiles.
  WINDOWS,
  /// Every pixel is gathered into a line that all windows load it from.
  LINES,
} activation_source;

/// How a call is cut into tiles.
typedef struct cut {
  activation_source source;
  /// Of all steps, and of a segment: a tile's width.
  size_t quads;
  size_t segment_quads;
  size_t segments;
  /// Quads by which the last segment begins before the one ahead ends, so that it reads no weights but the block's own.
  size_t overlap;
  /// From one row of outputs to the next, in pixels. Those beyond the last column are computed for nothing.
  size_t pitch;
  /// Bytes from a tile's row to the next, and of `LINES` from the tiles' pixels of a row to those of the next.
  size_t pixel_step;
  size_t row_step;
  /// Tiles of pixels that are worked at a time, and of `LINES` the rows of outputs.
  size_t chunk;
  size_t chunk_rows;
  /// The most that a part of the same call may choose.
  size_t most_rows;
  /// Whether weights are loaded past the core's first cache, so that they leave the activations in it: those of two blocks
  /// are more than it holds, or are not read again before others.
  bool streams_weights;
  lines lines;
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

static size_t tiles_of_rows(const synoptic_int8_convolution *c, const cut *to, size_t rows) {
  return ((rows - 1) * to->pitch + c->columns + PIXELS - 1) / PIXELS;
}

/// Rows of outputs whose lines are at most `bytes`; one, if they are more.
static size_t rows_within(const synoptic_int8_convolution *c, const lines *l, size_t bytes) {
  const size_t first = lines_size(l, 1), row = lines_size(l, 2) - first;
  return bytes < first + row ? 1 : at_most(c->rows, (bytes - first) / row + 1);
}

/// Chunks of whole rows, at most `most`, that leave as little as can be of their tiles empty.
static void cut_rows(const synoptic_int8_convolution *c, cut *to, size_t most) {
  size_t fewest = SIZE_MAX;
  for (size_t rows = most; rows > 0 && 2 * rows >= most; rows--) {
    size_t pairs = 0;
    for (size_t begun = 0; begun < c->rows; begun += rows)
      pairs += (tiles_of_rows(c, to, at_most(rows, c->rows - begun)) + 1) / 2;
    if (pairs >= fewest) continue;
    fewest = pairs;
    to->chunk_rows = rows;
  }
}

static cut cut_into_chunks(const synoptic_int8_convolution *c) {
  cut to = {.quads = c->step_count * c->quads, .row_step = c->row_step, .pixel_step = c->pixel_step, .chunk_rows = c->rows};
  const size_t row = (c->columns + PIXELS - 1) / PIXELS * PIXELS, weights = c->blocks * to.quads * 64;
  const size_t taps = taps_side_by_side(c);
  size_t bytes = TILE;
  if (c->blocks_together > 1) {
    to.source = LINES;
    to.lines = lines_of(c);
    to.segments = to.lines.groups * c->kernel_height * to.lines.segments;
    to.segment_quads = to.quads / to.segments;
    to.pixel_step = to.lines.pixel * to.lines.column_stride;
    to.row_step = to.lines.columns * to.lines.pixel;
    to.pitch = at_most(to.lines.columns / to.lines.column_stride, row);
    to.most_rows = rows_within(c, &to.lines, weights > CACHED_WEIGHTS ? FAR_BYTES : LINE_BYTES);
    cut_rows(c, &to, to.most_rows);
    to.lines.rows = to.chunk_rows;
    to.chunk = tiles_of_rows(c, &to, to.chunk_rows);
    return to;
  }
  if (taps) {
    to.source = AS_THEY_LIE;
    to.segment_quads = taps * c->quads;
    to.segments = c->step_count / taps;
    // Rows end to end where few pixels lie between them, else each is cut into tiles of its own.
    to.pitch = c->row_step % c->pixel_step == 0 ? at_most(c->row_step / c->pixel_step, row) : row;
    // A pixel's bytes serve the neighbours' taps too: of a square window, in as many rows as taps in a row.
    bytes = PIXELS * c->quads * 4 / taps;
  } else {
    to.source = WINDOWS;
    to.segments = (to.quads + QUADS - 1) / QUADS;
    to.segment_quads = at_most(to.quads, QUADS);
    to.overlap = to.segments * to.segment_quads - to.quads;
    to.pitch = c->columns;
    to.pixel_step = 64;
  }
  const size_t fit = (weights > CACHED_WEIGHTS ? FAR_BYTES : NEAR_BYTES) / at_most(to.segments * bytes, FAR_BYTES);
  to.chunk = at_most(tiles_of_rows(c, &to, c->rows), fit < 2 ? 2 : fit / 2 * 2);
  return to;
}

static cut cut_of(const synoptic_int8_convolution *c) {
  cut to = cut_into_chunks(c);
  to.streams_weights = 2 * to.quads * 64 > NEAR_WEIGHTS || to.chunk <= 2;
  return to;
}

/// Where a tile's pixels come from, in bytes from the input's first tap, and where they go, in elements from the output's
/// first pixel, and bytes from the residual's.
typedef struct place {
  size_t input[PIXELS];
  size_t output[PIXELS];
  size_t residual[PIXELS];
  /// Bytes from where the chunk's activations begin to the tile's.
  size_t tile;
  /// A bit for each pixel that there is, and for each four of them that lie side by side in output and residual.
  uint32_t valid;
  uint32_t whole;
} place;

/// A pixel of the output, or one beyond its row's last.
typedef struct position {
  size_t row;
  size_t column;
} position;

/// The places of the 16 pixels from `next`. Where there is none before row `end`, the first is read again.
static void find_places(const synoptic_int8_convolution *c, const cut *to, size_t end, position *next, place *place) {
  if (next->row < end && next->column + PIXELS <= c->columns) {
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
    const bool is_valid = next->row < end && next->column < c->columns;
    place->input[pixel] = is_valid || pixel == 0 ? next->row * c->row_step + next->column * c->pixel_step : place->input[0];
    place->output[pixel] = is_valid ? next->row * c->output_row + next->column * 16 : 0;
    place->residual[pixel] = is_valid ? next->row * c->requantization.residual_row + next->column * 16 : 0;
    if (is_valid) place->valid |= 1u << pixel;
    if (is_valid && pixel % 4 == 0 && next->column + 4 <= c->columns) place->whole |= 1u << pixel / 4;
    if (++next->column == to->pitch) *next = (position){next->row + 1, 0};
  }
}

static int32_t segment_activations(const synoptic_int8_convolution *c, const cut *to, size_t index) {
  switch (to->source) {
    case AS_THEY_LIE: return c->tap_offsets[index * to->segment_quads / c->quads];
    case WINDOWS: return (int32_t)(index * TILE);
    case LINES: {
      const size_t row = index / to->lines.segments;
      return (int32_t)(line_row(&to->lines, row / c->kernel_height, row % c->kernel_height) +
                       index % to->lines.segments * to->segment_quads * 4);
    }
  }
}

static void find_segments(const synoptic_int8_convolution *c, const cut *to, segment *segments) {
  for (size_t i = 0; i < to->segments; i++) {
    const size_t skipped = i + 1 == to->segments ? to->overlap : 0;
    segments[i].activations = segment_activations(c, to, i);
    segments[i].weights = (int32_t)((i * to->segment_quads - skipped) * 64);
  }
}

#endif
