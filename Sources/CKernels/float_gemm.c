/// Matrix products and convolutions as matrix products, in blocks that fit the caches.
/// Source of the blocking: Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "float_kernels.h"
#include "float_tile.h"

enum {
  /// A panel of b is at most DEPTH deep: it stays in the first-level cache while a's rows pass.
  DEPTH = 256,
  /// A block of a, ROWS x DEPTH, stays in the second level while panels pass; so does a block of c between two depths.
  ROWS = 1024,
  BLOCK_OF_C = 1 << 17,
  MOST_ROWS = 8,
  MOST_COLUMNS = 49,
};

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
  return (size_t)DEPTH * MOST_COLUMNS;
}

/// What b is: a matrix with rows `columns` apart, or, with a shape, the patches of a map.
typedef struct right_matrix {
  const float *start;
  size_t columns;
  const synoptic_float_convolution *shape;
} right_matrix;

/// c = a * b + bias (+ addend), clamped.
typedef struct whole_product {
  const float *a;
  right_matrix b;
  const float *bias, *addend;
  float *c;
  size_t rows, depth, columns;
  float lower, upper;
} whole_product;

/// A range of a product's columns: of a panel those without the one more.
typedef struct column_range {
  size_t start, count;
  bool more;
} column_range;

/// The panel that starts at a column. So many of the first have one column more that none is left to fill a vector
/// alone (49 = 48 + 1, 196 = 4 * 49); else 49 are 32 and 17, since a vector alone waits for its loads.
static column_range panel_at(const float_tile *tile, size_t columns, size_t start) {
  size_t rest = columns % tile->lanes, widest = tile->columns, left = columns - start;
  if (tile->has_more && rest <= 4 && rest <= columns / (widest + 1) && start < rest * (widest + 1))
    return (column_range){start, widest, true};
  if (widest == 3 * tile->lanes && left > widest && left <= widest + tile->lanes)
    return (column_range){start, 2 * tile->lanes, false};
  return (column_range){start, smaller(widest, left), false};
}

static size_t after(column_range columns) { return columns.start + columns.count + columns.more; }

/// One block of a (rows `row` on, `depth` from `k` on) with one panel of b.
static void multiply_panel(const float_tile *tile, const whole_product *p, column_range columns, size_t k, size_t depth,
                           size_t row, size_t rows, bool in_place, float *scratch) {
  bool first = k == 0, last = k + depth == p->depth;
  float_tile_product product = {.depth = depth, .columns = columns.count, .c_stride = p->columns,
                                .lower = last ? p->lower : -INFINITY, .upper = last ? p->upper : INFINITY};
  const float *start = p->b.start + k * p->b.columns + columns.start;
  if (in_place) {
    product.b = start;
    product.b_stride = product.more_stride = p->b.columns;
    product.more = columns.more ? start + columns.count : NULL;
  } else {
    size_t stride = (columns.count + tile->lanes - 1) / tile->lanes * tile->lanes;
    float_panel panel = {scratch, stride, columns.count, columns.more ? scratch + depth * stride : NULL};
    if (p->b.shape) tile->pack_patches(p->b.shape, p->b.start, k, depth, columns.start, &panel);
    else tile->pack_rows(start, p->b.columns, depth, &panel);
    product.b = scratch;
    product.b_stride = stride;
    product.more = panel.more;
    product.more_stride = 1;
  }
  float some[MOST_ROWS] = {0};
  for (size_t r = row; r < row + rows; r += tile->rows) {
    product.rows = smaller(tile->rows, p->rows - r);
    product.a = p->a + r * p->depth + k * tile->rows;
    product.next_a = product.a + tile->rows * p->depth;
    product.c = p->c + r * p->columns + columns.start;
    if (first && p->bias && product.rows == tile->rows) {
      product.bias = p->bias + r;
    } else if (first) {
      if (p->bias) memcpy(some, p->bias + r, product.rows * sizeof(float));
      product.bias = some;
    }
    if (last && p->addend) product.addend = p->addend + r * p->columns + columns.start;
    tile->run(&product);
  }
}

/// Where a block of columns ends that begins at `start`: with the panel that makes it `most` wide.
static size_t block_end(const float_tile *tile, size_t columns, size_t start, size_t most) {
  size_t end = start;
  while (end < columns && end - start < most) end = after(panel_at(tile, columns, end));
  return end;
}

static void multiply(const float_tile *tile, const whole_product *p, float *scratch) {
  if (p->depth == 0) return;
  // With few rows, copying b costs more than reading it in place does.
  bool in_place = !p->b.shape && p->rows <= 2 * tile->rows;
  size_t rows = ROWS / tile->rows * tile->rows;
  size_t depths = (p->depth + DEPTH - 1) / DEPTH, depth = (p->depth + depths - 1) / depths;
  size_t most = depths == 1 ? p->columns : BLOCK_OF_C / smaller(rows, p->rows);
  for (size_t start = 0, end; start < p->columns; start = end) {
    end = block_end(tile, p->columns, start, most);
    for (size_t k = 0; k < p->depth; k += depth)
      for (size_t row = 0; row < p->rows; row += rows)
        for (size_t column = start; column < end;) {
          column_range columns = panel_at(tile, p->columns, column);
          multiply_panel(tile, p, columns, k, smaller(depth, p->depth - k), row, smaller(rows, p->rows - row), in_place,
                         scratch);
          column = after(columns);
        }
  }
}

void synoptic_float_matmul(synoptic_instruction_set set, const float *packed, const float *b, const float *bias,
                           float *c, size_t rows, size_t depth, size_t columns, float *scratch) {
  whole_product product = {packed, {b, columns, NULL}, bias, NULL, c, rows, depth, columns, -INFINITY, INFINITY};
  multiply(synoptic_float_tile(set), &product, scratch);
}

void synoptic_float_convolve(synoptic_instruction_set set, const synoptic_float_convolution *s, const float *input,
                             const float *packed, const float *bias, const float *addend, float *output,
                             float *scratch) {
  const float_tile *tile = synoptic_float_tile(set);
  size_t channels = s->channels / s->groups, rows = s->output_channels / s->groups;
  size_t depth = channels * s->kernel_height * s->kernel_width, columns = s->output_height * s->output_width;
  bool pointwise = s->kernel_height == 1 && s->kernel_width == 1 && s->stride_height == 1 && s->stride_width == 1 &&
                   s->output_height == s->height && s->output_width == s->width && !s->pad_top && !s->pad_left;
  for (size_t group = 0; group < s->groups; group++) {
    right_matrix right = {input + group * channels * s->height * s->width, columns, pointwise ? NULL : s};
    size_t start = group * rows * columns;
    whole_product product = {packed, right, bias ? bias + group * rows : NULL, addend ? addend + start : NULL,
                             output + start, rows, depth, columns, s->lower, s->upper};
    multiply(tile, &product, scratch);
    packed += synoptic_float_packed_count(set, rows, depth);
  }
}

void synoptic_float_dense(synoptic_instruction_set set, const float *x, const void *weights, float *y, size_t rows,
                          size_t depth, size_t columns) {
  const float_tile *tile = synoptic_float_tile(set);
  for (size_t r = 0; r < rows; r += 4)
    tile->dense(x + r * depth, weights, y + r * columns, smaller(4, rows - r), depth, columns);
}
