/// Matrix products and convolutions as matrix products, in blocks that fit the caches.
/// Source of the blocking: Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "float_kernels.h"
#include "float_tile.h"

/// A block of b is DEPTH x COLUMNS floats, about 480 KiB: it stays in the second-level cache while all of a passes once.
enum { DEPTH = 256, COLUMNS = 480, MOST_ROWS = 8 };

const float_tile *synoptic_float_tile(int set) {
#if defined(__x86_64__)
  if (synoptic_vector_set(set) == SYNOPTIC_AVX512VNNI) return &synoptic_float_tile_avx512;
  if (set == SYNOPTIC_AVX2 || set == SYNOPTIC_AVXVNNI) return &synoptic_float_tile_avx2;
#endif
  return &synoptic_float_tile_scalar;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

size_t synoptic_float_packed_count(synoptic_instruction_set set, size_t rows, size_t depth) {
  size_t tile = synoptic_float_tile(set)->rows;
  return (rows + tile - 1) / tile * tile * depth;
}

void synoptic_float_pack(synoptic_instruction_set set, const void *matrix, size_t rows, size_t depth,
                         size_t row_step, size_t depth_step, float *packed) {
  size_t tile = synoptic_float_tile(set)->rows;
  const unaligned_float *from = matrix;
  for (size_t row = 0; row < rows; row += tile)
    for (size_t d = 0; d < depth; d++)
      for (size_t r = 0; r < tile; r++)
        *packed++ = row + r < rows ? from[(row + r) * row_step + d * depth_step] : 0;
}

size_t synoptic_float_scratch_count(synoptic_instruction_set set) {
  (void)set;
  return (size_t)DEPTH * COLUMNS + COLUMNS;
}

/// The convolution as a matrix: row (channel, ky, kx), column an output pixel. Writes `count` columns of one row.
static void patch_row(const float_tile *tile, const synoptic_float_convolution *s, const float *input, size_t k,
                      size_t column, size_t count, float *row) {
  size_t window = s->kernel_height * s->kernel_width;
  const float *plane = input + k / window * s->height * s->width;
  ptrdiff_t shift_y = (ptrdiff_t)(k % window / s->kernel_width * s->dilation_height) - (ptrdiff_t)s->pad_top;
  ptrdiff_t shift_x = (ptrdiff_t)(k % s->kernel_width * s->dilation_width) - (ptrdiff_t)s->pad_left;
  size_t y = column / s->output_width, x = column % s->output_width;
  while (count > 0) {
    size_t length = smaller(count, s->output_width - x);
    ptrdiff_t from_y = (ptrdiff_t)(y * s->stride_height) + shift_y;
    if (from_y < 0 || from_y >= (ptrdiff_t)s->height) {
      memset(row, 0, length * sizeof(float));
    } else {
      const float *line = plane + (size_t)from_y * s->width;
      ptrdiff_t from_x = (ptrdiff_t)(x * s->stride_width) + shift_x;
      ptrdiff_t stride = (ptrdiff_t)s->stride_width, beyond = (ptrdiff_t)s->width - from_x;
      // Outputs whose column lies left of the map, and those up to its end.
      size_t before = from_x < 0 ? smaller((size_t)((stride - 1 - from_x) / stride), length) : 0;
      size_t end = beyond <= 0 ? before : smaller((size_t)((beyond + stride - 1) / stride), length);
      for (size_t i = 0; i < before; i++) row[i] = 0;
      if (end > before) {
        const float *first = line + from_x + (ptrdiff_t)before * stride;
        if (stride == 1) memcpy(row + before, first, (end - before) * sizeof(float));
        else if (stride == 2) tile->every_second(first, row + before, end - before);
        else for (size_t i = before; i < end; i++) row[i] = line[from_x + (ptrdiff_t)i * stride];
      }
      for (size_t i = end < before ? before : end; i < length; i++) row[i] = 0;
    }
    row += length;
    count -= length;
    x = 0;
    y++;
  }
}

/// What b is: a matrix with rows `columns` apart, or, with a shape, the patches of a map.
typedef struct right_matrix {
  const float *start;
  size_t columns;
  const synoptic_float_convolution *shape;
} right_matrix;

/// Columns of the next tile: 49 are 32 and 17, not 48 and 1, since a vector alone waits for its loads.
static size_t tile_columns(const float_tile *tile, size_t left) {
  size_t lanes = tile->columns / 3;
  if (tile->columns % 3 == 0 && left > tile->columns && left <= tile->columns + lanes) return 2 * lanes;
  return smaller(tile->columns, left);
}

/// Floats between a panel's rows.
static size_t panel_stride(const float_tile *tile, size_t columns) {
  size_t lanes = tile->columns / 3;
  return tile->columns % 3 == 0 ? (columns + lanes - 1) / lanes * lanes : tile->columns;
}

/// A block of b as panels [depth][tile columns], one after another.
static void pack_block(const float_tile *tile, const right_matrix *b, size_t k, size_t depth, size_t column,
                       size_t count, float *panels, float *row) {
  for (size_t d = 0; d < depth; d++) {
    const float *from = b->start + (k + d) * b->columns + column;
    if (b->shape) {
      patch_row(tile, b->shape, b->start, k + d, column, count, row);
      from = row;
    }
    for (size_t j = 0, columns; j < count; j += columns) {
      columns = tile_columns(tile, count - j);
      float *to = panels + j * depth + d * panel_stride(tile, columns);
      // The usual width is a constant to the compiler.
      if (columns == 48) memcpy(to, from + j, 48 * sizeof(float));
      else memcpy(to, from + j, columns * sizeof(float));
    }
  }
}

static void multiply(const float_tile *tile, const float *a, const right_matrix *b, const float *bias, float *c,
                     size_t rows, size_t depth, size_t columns, float lower, float upper, float *scratch) {
  // With few rows, copying b costs more than reading it in place does.
  bool in_place = !b->shape && rows <= 2 * tile->rows;
  float *row = scratch + (size_t)DEPTH * COLUMNS;
  float zero[MOST_ROWS] = {0}, some[MOST_ROWS];
  for (size_t column = 0; column < columns; column += COLUMNS) {
    size_t width = smaller(COLUMNS, columns - column);
    for (size_t k = 0; k < depth; k += DEPTH) {
      size_t block = smaller(DEPTH, depth - k);
      bool first = k == 0, last = k + block == depth;
      if (!in_place) pack_block(tile, b, k, block, column, width, scratch, row);
      for (size_t r = 0; r < rows; r += tile->rows) {
        size_t height = smaller(tile->rows, rows - r);
        const float *start = NULL;
        if (first) {
          start = zero;
          if (bias) {
            for (size_t i = 0; i < tile->rows; i++) some[i] = i < height ? bias[r + i] : 0;
            start = some;
          }
        }
        for (size_t j = 0, part; j < width; j += part) {
          part = tile_columns(tile, width - j);
          const float *panel = in_place ? b->start + k * b->columns + column + j : scratch + j * block;
          tile->run(a + r * depth + k * tile->rows, panel, in_place ? b->columns : panel_stride(tile, part), block,
                    c + r * columns + column + j, columns, height, part, start,
                    last ? lower : -INFINITY, last ? upper : INFINITY);
        }
      }
    }
  }
}

void synoptic_float_matmul(synoptic_instruction_set set, const float *packed, const float *b, const float *bias,
                           float *c, size_t rows, size_t depth, size_t columns, float *scratch) {
  right_matrix right = {b, columns, NULL};
  multiply(synoptic_float_tile(set), packed, &right, bias, c, rows, depth, columns, -INFINITY, INFINITY, scratch);
}

void synoptic_float_convolve(synoptic_instruction_set set, const synoptic_float_convolution *s, const float *input,
                             const float *packed, const float *bias, float *output, float *scratch) {
  const float_tile *tile = synoptic_float_tile(set);
  size_t channels = s->channels / s->groups, rows = s->output_channels / s->groups;
  size_t depth = channels * s->kernel_height * s->kernel_width, columns = s->output_height * s->output_width;
  bool pointwise = s->kernel_height == 1 && s->kernel_width == 1 && s->stride_height == 1 && s->stride_width == 1 &&
                   s->output_height == s->height && s->output_width == s->width && !s->pad_top && !s->pad_left;
  for (size_t group = 0; group < s->groups; group++) {
    right_matrix right = {input + group * channels * s->height * s->width, columns, pointwise ? NULL : s};
    multiply(tile, packed, &right, bias ? bias + group * rows : NULL, output + group * rows * columns, rows, depth,
             columns, s->lower, s->upper, scratch);
    packed += synoptic_float_packed_count(set, rows, depth);
  }
}

void synoptic_float_dense(synoptic_instruction_set set, const float *x, const void *weights, float *y, size_t rows,
                          size_t depth, size_t columns) {
  const float_tile *tile = synoptic_float_tile(set);
  for (size_t r = 0; r < rows; r += 4)
    tile->dense(x + r * depth, weights, y + r * columns, smaller(4, rows - r), depth, columns);
}
