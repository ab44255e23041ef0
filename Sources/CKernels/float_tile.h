/// The micro-kernel of matrix products: what the driver in float_gemm.c knows of each instruction set's.
#ifndef SYNOPTIC_FLOAT_TILE_H
#define SYNOPTIC_FLOAT_TILE_H

#include <stdbool.h>
#include <stddef.h>

#include "float_kernels.h"

/// float32 at any address.
typedef float unaligned_float __attribute__((aligned(1), may_alias));

/// c[rows][columns] (+)= a * b for one tile, plus what lies at `addend`, then the clamp.
typedef struct float_tile_product {
  /// [depth][tile rows]; `next_a` is what will be read next, to fetch it into the cache.
  const float *a, *next_a;
  /// [depth] rows, `b_stride` apart.
  const float *b;
  size_t b_stride;
  /// One column more, after the `columns`: its values `more_stride` apart; NULL: there is none.
  const float *more;
  size_t more_stride;
  size_t depth;
  float *c;
  size_t c_stride;
  size_t rows, columns;
  /// With `bias` (a value for every one of the tile's rows) c is new, without it is added to.
  const float *bias;
  /// Rows as far apart as c's, or NULL.
  const float *addend;
  float lower, upper;
} float_tile_product;

/// A block of b as it is packed for tiles: rows of `count` columns, `stride` apart, and the column after them if `more`.
typedef struct float_panel {
  float *start;
  size_t stride, count;
  float *more;
} float_panel;

typedef struct float_tile {
  /// The largest tile of the result, and the columns of one vector.
  size_t rows, columns, lanes;
  /// Whether a tile may have one column more than `columns`.
  bool has_more;
  void (*run)(const float_tile_product *product);
  /// Packs `depth` rows of a matrix, `from_stride` apart.
  void (*pack_rows)(const float *from, size_t from_stride, size_t depth, const float_panel *panel);
  /// Packs rows k... of the patches of a map: row (channel, ky, kx), column an output pixel, from pixel `column` on.
  void (*pack_patches)(const synoptic_float_convolution *shape, const float *input, size_t k, size_t depth,
                       size_t column, const float_panel *panel);
  /// y[columns] = x[depth] * weights[columns][depth]' for 1 to 4 rows of x.
  void (*dense)(const float *x, const unaligned_float *weights, float *y, size_t rows, size_t depth, size_t columns);
  /// out[i] = clamp(bias + sum over taps of weights[t] * in[offsets[t] + i]); may read and write 64 floats past the end.
  void (*taps)(const float *in, const size_t *offsets, const unaligned_float *weights, size_t taps, float bias,
               float lower, float upper, float *out, size_t count);
} float_tile;

extern const float_tile synoptic_float_tile_scalar;
#if defined(__x86_64__)
extern const float_tile synoptic_float_tile_avx2;
extern const float_tile synoptic_float_tile_avx512;

/// `pack_patches` for AVX-512.
void synoptic_float_patches_avx512(const synoptic_float_convolution *shape, const float *input, size_t k, size_t depth,
                                   size_t column, const float_panel *panel);
#endif

const float_tile *synoptic_float_tile(int set);

#endif
