/// Float32 matrix and convolution kernels (the float executor).
///
/// Maps are NCHW. `const void *` weights are float32 at any address: they lie in a mapped file as they come.
/// Results of the instruction sets agree to rounding only: the order of the additions differs.
#ifndef SYNOPTIC_FLOAT_KERNELS_H
#define SYNOPTIC_FLOAT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// One image's convolution. A clamp to [lower, upper] ends it; infinities mean none.
typedef struct synoptic_float_convolution {
  size_t channels, height, width;
  size_t output_channels, output_height, output_width;
  size_t kernel_height, kernel_width;
  size_t stride_height, stride_width;
  size_t dilation_height, dilation_width;
  size_t pad_top, pad_left;
  size_t groups;
  float lower, upper;
} synoptic_float_convolution;

/// Floats that a packed matrix [rows][depth] takes.
size_t synoptic_float_packed_count(synoptic_instruction_set set, size_t rows, size_t depth);

/// Packs a matrix [rows][depth] into panels [rows / tile][depth][tile], the last filled with zeros. Element (r, d) is
/// read at r * row_step + d * depth_step, so a transposed matrix packs as well.
void synoptic_float_pack(synoptic_instruction_set set, const void *matrix, size_t rows, size_t depth,
                         size_t row_step, size_t depth_step, float *packed);

/// Floats of scratch that `synoptic_float_convolve` and `synoptic_float_matmul` take.
size_t synoptic_float_scratch_count(synoptic_instruction_set set);

/// output[O][oH][oW] from input[C][H][W]; `packed`: for each group its weights [O / groups][C / groups * kH * kW], packed,
/// one after another; `bias`: [O] or NULL; `addend`: as large as the output, added before the clamp, or NULL. The sums
/// are the same bits as those of the convolution alone and `synoptic_float_add` after it.
void synoptic_float_convolve(synoptic_instruction_set set, const synoptic_float_convolution *shape,
                             const float *input, const float *packed, const float *bias, const float *addend,
                             float *output, float *scratch);

/// Floats of scratch that `synoptic_float_depthwise` takes.
size_t synoptic_float_depthwise_scratch_count(const synoptic_float_convolution *shape);

/// A convolution with one input channel a group; weights [O][1][kH][kW] as they come.
void synoptic_float_depthwise(synoptic_instruction_set set, const synoptic_float_convolution *shape,
                              const float *input, const void *weights, const float *bias, float *output,
                              float *scratch);

/// c[rows][columns] = a * b, a packed [rows][depth], b[depth][columns]; `bias`: [rows] or NULL.
void synoptic_float_matmul(synoptic_instruction_set set, const float *packed, const float *b, const float *bias,
                           float *c, size_t rows, size_t depth, size_t columns, float *scratch);

/// y[rows][columns] = x[rows][depth] * weights[columns][depth]', without packing: for weights used once or few times.
void synoptic_float_dense(synoptic_instruction_set set, const float *x, const void *weights, float *y,
                          size_t rows, size_t depth, size_t columns);

/// sum = min(max(a + b, lower), upper), element by element; any of the three may be the same.
void synoptic_float_add(const float *a, const float *b, float *sum, size_t count, float lower, float upper);

/// y = min(max(x, lower), upper).
void synoptic_float_clamp(const float *x, float *y, size_t count, float lower, float upper);

/// The mean of `count` floats.
float synoptic_float_mean(const float *x, size_t count);

/// One plane's maxima. `row` is scratch of `width` floats. The window's sizes are those of `shape`.
void synoptic_float_max_pool(synoptic_instruction_set set, const synoptic_float_convolution *shape, const float *plane,
                             float *output, float *row);

#endif
