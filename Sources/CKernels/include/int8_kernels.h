/// Kernels over quantised activations (the int8 plan).
///
/// Activations are unsigned 8-bit affine: real = scale * (q - zero_point). They lie in blocks of 16 channels,
/// `[block][row][column][16]` ("c16"): a pixel's 16 channels are 16 bytes, so four of its channels are one
/// dword for a dot-product instruction, four pixels are one 64-byte vector for a store, and no kernel needs
/// another layout than its neighbours. An image of up to four channels lies as `[row][column][4]` ("c4"), or one of
/// three as `[row][column][3]` ("c3"), where a window's row takes fewer dwords so: 6 instead of 7 for seven pixels.
/// A border, filled with the zero point, surrounds a tensor that a padded kernel reads: kernels have no
/// padding branch. Channels beyond the last are there up to a multiple of 16 and meet zero weights.
///
/// Weights are signed 8-bit, symmetric, with a scale for each output channel; the input's zero point is
/// folded into the bias. Every instruction set gives the same bytes:
///
///     q = clamp(round_half_even(fma(float(accumulator), scale[c], addend)), lower, upper)
///     addend = zero_point, or fma(float(residual), residual_scale, zero_point)
///
/// Whoever packs the weights makes sure that no accumulator overflows an int32 and that
/// |accumulator * scale + addend| stays below 2^31.
#ifndef SYNOPTIC_INT8_KERNELS_H
#define SYNOPTIC_INT8_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// Kernels may read (never write) this many bytes past the last pixel of a tensor.
#define SYNOPTIC_INT8_SLACK 256

/// From accumulators to bytes.
typedef struct synoptic_int8_requantization {
  /// One for each output channel, padded to a multiple of 16.
  const int32_t *bias;
  const float *scale;
  /// The output's zero point, a whole number; with a residual, less the residual's zero point times `residual_scale`.
  float zero_point;
  uint8_t lower;
  uint8_t upper;
  /// Whether every sum, scaled, lies within an int16, and the clamp is that of a byte: a shorter way is taken then.
  bool fits_words;
  /// A tensor of the output's shape that is added before rounding, or NULL.
  const uint8_t *residual;
  size_t residual_plane;
  size_t residual_row;
  /// residual's scale / output's scale.
  float residual_scale;
  /// Whether the product of sum and scale is rounded to a float, then to a whole number, and only then meets the zero
  /// point, as ONNX Runtime does it; otherwise all is one multiplication and addition, rounded once. Without a residual,
  /// and not where `fits_words`.
  bool rounds_product;
  /// Where `rounds_product`: the output's zero point; `zero_point` is 0 then. Elsewhere 0.
  int16_t zero_point_after;
} synoptic_int8_requantization;

/// A convolution over all input channels; also matrix products, as a 1x1 convolution.
typedef struct synoptic_int8_convolution {
  /// The first tap of output (0, 0).
  const uint8_t *input;
  /// Bytes between the first taps of outputs that are neighbours in a column, and in a row.
  size_t row_step;
  size_t pixel_step;
  /// For each step, bytes from an output's first tap to `4 * quads` channels that belong to it: every
  /// combination of input block and tap is a step; in c3 every four bytes of a window's row.
  const int32_t *tap_offsets;
  size_t step_count;
  /// How many steps at the end have zero weights in their last two quads, of four: a last block of up to 8 channels.
  size_t half_steps;
  /// 4 in c16, 1 in c4 and c3.
  uint32_t quads;
  /// Input blocks whose taps lie side by side in the order of steps, `[group of blocks][tap][block]`. Above 1 all taps of
  /// the window, `kernel_height` x `kernel_width`, lie in the input without gaps, in rows and blocks of these sizes.
  uint32_t blocks_together;
  uint32_t kernel_height;
  uint32_t kernel_width;
  size_t input_row;
  size_t input_plane;
  /// `[output block][step][quad][16 output channels][4 input channels]`
  const int8_t *weights;
  uint8_t *output;
  /// Where not NULL, float(accumulator) * scale goes here instead, unrounded, in `[block][row][column][16]`.
  float *float_output;
  /// Elements between blocks and between rows of the output.
  size_t output_plane;
  size_t output_row;
  uint32_t rows;
  uint32_t columns;
  uint32_t blocks;
  /// Whether the weights and biases of the last block's upper 8 channels are zero.
  bool last_block_is_half;
  synoptic_int8_requantization requantization;
  /// `synoptic_int8_convolve_scratch_size` bytes, at a multiple of 64; not looked at where those are 0.
  void *scratch;
} synoptic_int8_convolution;

/// Whether calls of so many quads (of all their steps) and output pixels bring an input's pixels into another order first:
/// a call for all blocks is cheaper then than one for some after the other.
bool synoptic_int8_gathers_pixels(synoptic_instruction_set set, size_t quads, size_t pixels);

/// How many of an input's blocks should lie together in the order of steps, for windows without gaps.
uint32_t synoptic_int8_blocks_together(synoptic_instruction_set set, uint32_t input_blocks, uint32_t kernel_height,
                                       uint32_t kernel_width);

/// Bytes of scratch that a call, or a part of it, needs. Its sizes and `tap_offsets` are looked at.
size_t synoptic_int8_convolve_scratch_size(synoptic_instruction_set set, const synoptic_int8_convolution *convolution);

void synoptic_int8_convolve(synoptic_instruction_set set, const synoptic_int8_convolution *convolution);

/// `[outputs][inputs][taps]` into the order of `synoptic_int8_convolution.weights`, for input blocks of `block`
/// channels (4 or 16), of which `blocks_together` lie together. Channels that fill up a block are left as they are:
/// zeros, from the caller.
void synoptic_int8_pack_convolution(const int8_t *weights, uint32_t outputs, uint32_t inputs, uint32_t taps,
                                    uint32_t block, uint32_t blocks_together, int8_t *packed);

/// `[outputs][3][kernel_height][kernel_width]` into the same order for c3: `[output block][row][quad][16][4 bytes]`, zeros
/// from the caller behind a row's last tap.
void synoptic_int8_pack_color_convolution(const int8_t *weights, uint32_t outputs, uint32_t kernel_height,
                                          uint32_t kernel_width, int8_t *packed);

/// Of weights `[channels][per_channel]`: the sum of each channel's positive ones into `sums[0..<channels]`, of its
/// negative ones behind them. Saturated.
void synoptic_int8_weight_sums(const int8_t *weights, uint32_t channels, size_t per_channel, int32_t *sums);

/// A 3x3 convolution of stride 1 over all input channels, c16 to c16, by Winograd's F(4x4, 3x3). It gives the
/// bytes of `synoptic_int8_convolve` as long as no accumulator, bias included, can leave -2^25 ..< 2^25.
typedef struct synoptic_int8_winograd {
  /// The first tap of output (0, 0). Up to 3 rows and 3 pixels past the last tap are read; what is there doesn't matter.
  const uint8_t *input;
  size_t input_plane;
  size_t input_row;
  uint32_t input_blocks;
  /// By `synoptic_int8_winograd_transform_weights` where `transformed`, else by `synoptic_int8_winograd_pack_weights`.
  const void *weights;
  /// Transformed weights are eight times the bytes. Over a few tiles it is cheaper to transform them when they are used,
  /// in the core's own cache, than to read them from memory.
  bool transformed;
  uint8_t *output;
  size_t output_plane;
  size_t output_row;
  uint32_t rows;
  uint32_t columns;
  uint32_t blocks;
  synoptic_int8_requantization requantization;
  /// `synoptic_int8_winograd_scratch_size` bytes.
  void *scratch;
} synoptic_int8_winograd;

/// Whether there is a kernel for an instruction set; else the direct one must do.
bool synoptic_int8_has_winograd(synoptic_instruction_set set);
void synoptic_int8_convolve_winograd(synoptic_instruction_set set, const synoptic_int8_winograd *winograd);

/// Bytes of scratch that a call needs. Its sizes and `transformed` are looked at.
size_t synoptic_int8_winograd_scratch_size(const synoptic_int8_winograd *winograd);

/// Filters, with those that fill up blocks: 9 bytes each as packed, 36 elements each as transformed.
size_t synoptic_int8_winograd_filter_count(uint32_t inputs, uint32_t outputs);

/// From `[outputs][inputs][9]`. Channels that fill up a block are left as they are: zeros, from the caller.
void synoptic_int8_winograd_transform_weights(const int8_t *weights, uint32_t inputs, uint32_t outputs,
                                              int16_t *transformed);

/// The same into `[group of up to four output blocks][input pair][output block][9][16 outputs][2 inputs]`.
void synoptic_int8_winograd_pack_weights(const int8_t *weights, uint32_t inputs, uint32_t outputs, int8_t *packed);

/// A convolution of every channel with a filter of its own.
typedef struct synoptic_int8_depthwise {
  /// The first tap of output (0, 0) of the first block.
  const uint8_t *input;
  size_t input_plane;
  size_t input_row;
  uint32_t kernel_height;
  uint32_t kernel_width;
  uint32_t stride_height;
  uint32_t stride_width;
  uint32_t dilation_height;
  uint32_t dilation_width;
  /// `[block][kernel row][(kernel_width + 3) / 4][16 channels][4 taps]`, zero beyond the last tap.
  const int8_t *weights;
  uint8_t *output;
  size_t output_plane;
  size_t output_row;
  uint32_t rows;
  uint32_t columns;
  uint32_t blocks;
  synoptic_int8_requantization requantization;
} synoptic_int8_depthwise;

void synoptic_int8_convolve_depthwise(synoptic_instruction_set set, const synoptic_int8_depthwise *depthwise);

/// SYNOPTIC_AVX512VNNI as a processor without VBMI runs it: for the tests of those that have both.
void synoptic_int8_convolve_depthwise_without_vbmi(const synoptic_int8_depthwise *depthwise);

/// The window of a pooling operation; positions outside the input are not looked at.
typedef struct synoptic_int8_pooling {
  const uint8_t *input;
  size_t input_plane;
  size_t input_row;
  uint32_t input_height;
  uint32_t input_width;
  uint32_t kernel_height;
  uint32_t kernel_width;
  uint32_t stride_height;
  uint32_t stride_width;
  uint32_t dilation_height;
  uint32_t dilation_width;
  uint32_t pad_top;
  uint32_t pad_left;
  uint8_t *output;
  size_t output_plane;
  size_t output_row;
  uint32_t rows;
  uint32_t columns;
  uint32_t blocks;
  /// Averages only: q = clamp(round_half_even(fma(sum - count * input_zero_point, scale / divisor, zero_point))); where
  /// `rounds_product`, the product is rounded by itself, and the zero point added after that.
  int32_t input_zero_point;
  float scale;
  float zero_point;
  bool rounds_product;
  /// Where it is not zero, instead: numbers, input_scale * (q - input_zero_point), are added in order, and their mean
  /// divided by the output's scale is rounded with the zero point less `origin`.
  float input_scale;
  float output_scale;
  int32_t origin;
  /// The divisor counts the padding too (ONNX count_include_pad).
  bool includes_padding;
} synoptic_int8_pooling;

void synoptic_int8_pool_maximum(const synoptic_int8_pooling *pooling);
void synoptic_int8_pool_average(const synoptic_int8_pooling *pooling);

/// Means over the whole of each channel, as floats: mean[c] = scale * (sum / pixels - zero_point).
void synoptic_int8_pool_global(const uint8_t *input, size_t plane, size_t row, uint32_t height, uint32_t width,
                               uint32_t blocks, float scale, float zero_point, float *means);

/// A rectangle of c16 pixels of one tensor.
typedef struct synoptic_int8_region {
  uint8_t *pixels;
  size_t plane;
  size_t row;
} synoptic_int8_region;

/// output = clamp(round_half_even(fma(a - origin, scale_a, fma(b - origin, scale_b, addend))) + origin, lower, upper)
///
/// `origin`: 0, or 128 where sums are to be rounded as those of signed bytes are.
void synoptic_int8_add(synoptic_int8_region a, float scale_a, synoptic_int8_region b, float scale_b, float addend,
                       int32_t origin, uint8_t lower, uint8_t upper, synoptic_int8_region output, uint32_t blocks,
                       uint32_t height, uint32_t width);

/// output = clamp(round_half_even(fma((a - zero_point_a) * (b - zero_point_b), scale, zero_point)), 0, 255)
///
/// `is_vector`: b has one pixel, which meets every pixel of a.
void synoptic_int8_multiply(synoptic_int8_region a, int32_t zero_point_a, synoptic_int8_region b,
                            int32_t zero_point_b, bool is_vector, float scale, float zero_point,
                            synoptic_int8_region output, uint32_t blocks, uint32_t height, uint32_t width);

/// output = table[input]: any function of one activation.
void synoptic_int8_lookup(synoptic_int8_region input, const uint8_t table[256], synoptic_int8_region output,
                          uint32_t blocks, uint32_t height, uint32_t width);

/// Copies `channels` channels to channel `first` of the output: one input of a concatenation.
void synoptic_int8_copy_channels(synoptic_int8_region input, uint32_t channels, synoptic_int8_region output,
                                 uint32_t first, uint32_t height, uint32_t width);

/// output[c][y][x] = input[c'][y'][x'], for slices, shuffled channels and nearest neighbours. The offsets are bytes from
/// the input's first pixel: of each of `channels` output channels, of each row, and of each column.
void synoptic_int8_rearrange(synoptic_int8_region input, const int32_t *channel_offsets, uint32_t channels,
                             const int32_t *row_offsets, const int32_t *column_offsets,
                             synoptic_int8_region output, uint32_t height, uint32_t width);

/// Fills the border of a tensor whose rows are `left + width + right` pixels of `pixel` bytes.
void synoptic_int8_fill_border(uint8_t *tensor, size_t plane, uint32_t blocks, uint32_t pixel, uint32_t top,
                               uint32_t bottom, uint32_t left, uint32_t right, uint32_t height, uint32_t width,
                               uint8_t value);

/// 8-bit pixels of `image_channels` interleaved channels, through one table of 256 bytes for each of `channels`
/// (1 to 4) tensor channels, into pixels of `pixel` bytes (c4, c3). `order[c]` is the image channel that feeds
/// tensor channel c.
void synoptic_int8_load_pixels(const uint8_t *pixels, uint32_t image_channels, uint32_t channels,
                               const uint32_t *order, const uint8_t *tables, uint8_t *output, uint32_t pixel,
                               size_t output_row, uint32_t height, uint32_t width);

/// Rows of a float32 `[channels][row][width]` tensor, quantised into blocks of `block` channels (3, 4 or 16). Its channels
/// are `input_plane` elements apart.
void synoptic_int8_quantize(const float *input, size_t input_plane, uint32_t channels, uint32_t block, float scale,
                            int32_t zero_point, uint8_t *output, size_t output_plane, size_t output_row,
                            uint32_t height, uint32_t width);

/// c16 or c4 bytes as a float32 `[channels][height][width]` tensor.
void synoptic_int8_dequantize(const uint8_t *input, size_t plane, size_t row, uint32_t block, uint32_t channels,
                              float scale, int32_t zero_point, float *output, uint32_t height, uint32_t width);

/// Does products of 8-bit values in registers and nothing else: what kernels' speed is measured against.
///
/// - Returns: how many products were done.
uint64_t synoptic_int8_limit(synoptic_instruction_set set, uint64_t repetitions);

#endif
