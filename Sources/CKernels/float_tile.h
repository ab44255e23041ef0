/// The micro-kernel of matrix products: what the driver in float_gemm.c knows of each instruction set's.
#ifndef SYNOPTIC_FLOAT_TILE_H
#define SYNOPTIC_FLOAT_TILE_H

#include <stddef.h>

/// float32 at any address.
typedef float unaligned_float __attribute__((aligned(1), may_alias));

typedef struct float_tile {
  /// The largest tile of the result.
  size_t rows, columns;
  /// c[rows][columns] (+)= a * b: a [depth][tile rows], b [depth] rows b_stride apart, c rows c_stride apart. With `bias`
  /// (a value for every one of the tile's rows) c is new, without it is added to. Then the clamp.
  void (*run)(const float *a, const float *b, size_t b_stride, size_t depth, float *c, size_t c_stride, size_t rows,
              size_t columns, const float *bias, float lower, float upper);
  /// y[columns] = x[depth] * weights[columns][depth]' for 1 to 4 rows of x.
  void (*dense)(const float *x, const unaligned_float *weights, float *y, size_t rows, size_t depth, size_t columns);
  /// out[i] = clamp(bias + sum over taps of weights[t] * in[offsets[t] + i]); may read and write 64 floats past the end.
  void (*taps)(const float *in, const size_t *offsets, const unaligned_float *weights, size_t taps, float bias,
               float lower, float upper, float *out, size_t count);
  /// out[i] = in[2 i].
  void (*every_second)(const float *in, float *out, size_t count);
} float_tile;

extern const float_tile synoptic_float_tile_scalar;
#if defined(__x86_64__)
extern const float_tile synoptic_float_tile_avx2;
extern const float_tile synoptic_float_tile_avx512;
#endif

const float_tile *synoptic_float_tile(int set);

#endif
