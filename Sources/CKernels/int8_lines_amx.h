// Pixels as lines: of every pixel the channels of a group side by side, so that windows load their tiles from them as from
// a map whose blocks have more channels. A line is written once, and read by every tap.
#ifndef SYNOPTIC_INT8_LINES_AMX_H
#define SYNOPTIC_INT8_LINES_AMX_H

#include <string.h>

#include "int8_kernels.h"

enum {
  /// Blocks of 16 channels that fill a tile's row.
  LINE_BLOCKS = 4,
  /// Pixels that are gathered at a time, unless a row has fewer.
  LINE_PIXELS = 4,
};

/// A chunk's lines: `[group of blocks][row, modulo the stride][row, by the stride][column][channel]`. So the taps of
/// outputs that are neighbours in a column lie a row of lines apart, at any stride.
typedef struct lines {
  size_t groups;
  /// Bytes of a line.
  size_t pixel;
  /// Pixels of a row: whole strides.
  size_t columns;
  size_t row_stride;
  size_t column_stride;
  size_t kernel_height;
  /// Tiles that a row of taps fills.
  size_t segments;
  /// Of outputs, in a chunk.
  size_t rows;
  /// Whether a row has too few pixels to gather several at a time.
  bool is_narrow;
} lines;

/// The fewest tiles, as equal as a row of taps can be cut into.
static size_t segments_of_row(size_t quads) {
  size_t segments = (quads + 15) / 16;
  while (quads % segments) segments++;
  return segments;
}

static lines lines_of(const synoptic_int8_convolution *c) {
  lines l = {.row_stride = c->row_step / c->input_row, .column_stride = c->pixel_step / 16, .kernel_height = c->kernel_height};
  l.groups = c->step_count / (c->kernel_height * c->kernel_width * c->blocks_together);
  l.pixel = c->blocks_together * 16;
  const size_t columns = (c->columns - 1) * l.column_stride + c->kernel_width;
  l.columns = (columns + l.column_stride - 1) / l.column_stride * l.column_stride;
  l.is_narrow = columns < LINE_PIXELS;
  l.segments = segments_of_row(c->kernel_width * l.pixel / 4);
  return l;
}

static size_t lines_phase_size(const lines *l, size_t rows) {
  return (rows + (l->kernel_height - 1) / l->row_stride) * l->columns * l->pixel;
}
static size_t lines_size(const lines *l, size_t rows) { return l->groups * l->row_stride * lines_phase_size(l, rows); }

/// Bytes from a chunk's first line to the first of a row that its first output's window has.
static size_t line_row(const lines *l, size_t group, size_t row) {
  return (group * l->row_stride + row % l->row_stride) * lines_phase_size(l, l->rows) +
         row / l->row_stride * l->columns * l->pixel;
}

/// Four blocks' pixels that are gathered at a time: bytes from the first tap of the chunk's first output, and from the
/// chunk's first line to where they go.
typedef struct line_piece {
  int32_t from;
  int32_t to;
} line_piece;

static size_t line_columns(const synoptic_int8_convolution *c, const lines *l) {
  return (c->columns - 1) * l->column_stride + c->kernel_width;
}

/// Of so many rows of outputs.
static size_t line_piece_count(const synoptic_int8_convolution *c, const lines *l, size_t rows) {
  const size_t columns = line_columns(c, l), fours = (c->blocks_together + LINE_BLOCKS - 1) / LINE_BLOCKS;
  return ((rows - 1) * l->row_stride + l->kernel_height) * l->groups * fours *
         (l->is_narrow ? columns : (columns + LINE_PIXELS - 1) / LINE_PIXELS);
}

static size_t last_within(size_t at, size_t size, size_t end) { return at + size > end ? end - size : at; }

/// A chunk's pieces, row by row, so that those of fewer rows come first. The last ones of a row, and of a group, begin
/// where they end with it.
static void find_line_pieces(const synoptic_int8_convolution *c, const lines *l, line_piece *piece) {
  const size_t columns = line_columns(c, l), pixels = l->is_narrow ? 1 : LINE_PIXELS;
  const size_t rows = (l->rows - 1) * l->row_stride + l->kernel_height;
  for (size_t row = 0; row < rows; row++)
    for (size_t group = 0; group < l->groups; group++)
      for (size_t four = 0; four < c->blocks_together; four += LINE_BLOCKS) {
        const size_t block = last_within(four, LINE_BLOCKS, c->blocks_together);
        const size_t from = (group * c->blocks_together + block) * c->input_plane + row * c->input_row;
        const size_t to = line_row(l, group, row) + block * 16;
        for (size_t next = 0; next < columns; next += pixels, piece++) {
          const size_t column = last_within(next, pixels, columns);
          *piece = (line_piece){(int32_t)(from + column * 16), (int32_t)(to + column * l->pixel)};
        }
      }
}

#endif
