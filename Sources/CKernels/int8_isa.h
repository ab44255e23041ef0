// What the kernels of each instruction set offer to the one place that chooses between them.
#ifndef SYNOPTIC_INT8_ISA_H
#define SYNOPTIC_INT8_ISA_H

#include "int8_kernels.h"

void synoptic_int8_convolve_scalar(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_depthwise_scalar(const synoptic_int8_depthwise *depthwise);

#if defined(__x86_64__)
void synoptic_int8_convolve_avx2(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_depthwise_avx2(const synoptic_int8_depthwise *depthwise);
void synoptic_int8_convolve_avxvnni(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_depthwise_avxvnni(const synoptic_int8_depthwise *depthwise);
void synoptic_int8_convolve_avx512vnni(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_depthwise_avx512vnni(const synoptic_int8_depthwise *depthwise);
void synoptic_int8_convolve_amx(const synoptic_int8_convolution *convolution);
bool synoptic_int8_gathers_pixels_amx(size_t quads, size_t pixels);
uint32_t synoptic_int8_blocks_together_amx(uint32_t input_blocks, uint32_t kernel_height, uint32_t kernel_width);
size_t synoptic_int8_convolve_scratch_size_amx(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_winograd_avx512vnni(const synoptic_int8_winograd *winograd);
/// Needs AVX-512 VBMI too. Returns false where it has no function for the window.
bool synoptic_int8_convolve_depthwise_avx512vbmi(const synoptic_int8_depthwise *depthwise);
/// `synoptic_int8_load_pixels` of three channels into three.
void synoptic_int8_load_colors_avx512vbmi(const uint8_t *pixels, const uint32_t order[3], const uint8_t *tables,
                                          uint8_t *output, uint32_t pixel, size_t output_row, uint32_t height,
                                          uint32_t width);
/// `synoptic_int8_quantize` of an image, each of whose pixels is `pixel` bytes.
void synoptic_int8_quantize_image_avx512vbmi(const float *input, size_t plane, uint32_t channels, float scale,
                                             int32_t zero_point, uint8_t *output, uint32_t pixel, size_t output_row,
                                             uint32_t height, uint32_t width);
#endif

#if defined(__aarch64__)
void synoptic_int8_convolve_neon_dot(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_depthwise_neon_dot(const synoptic_int8_depthwise *depthwise);
void synoptic_int8_convolve_neon_i8mm(const synoptic_int8_convolution *convolution);
void synoptic_int8_convolve_depthwise_neon_i8mm(const synoptic_int8_depthwise *depthwise);
#endif

#endif
