#include "int8_isa.h"

bool synoptic_int8_gathers_pixels(synoptic_instruction_set set, size_t quads, size_t pixels) {
#if defined(__x86_64__)
  if (set == SYNOPTIC_AMX) return synoptic_int8_gathers_pixels_amx(quads, pixels);
#endif
  (void)set;
  (void)quads;
  (void)pixels;
  return false;
}

uint32_t synoptic_int8_blocks_together(synoptic_instruction_set set, uint32_t input_blocks, uint32_t kernel_height,
                                       uint32_t kernel_width) {
#if defined(__x86_64__)
  if (set == SYNOPTIC_AMX) return synoptic_int8_blocks_together_amx(input_blocks, kernel_height, kernel_width);
#endif
  (void)set;
  (void)input_blocks;
  (void)kernel_height;
  (void)kernel_width;
  return 1;
}

size_t synoptic_int8_convolve_scratch_size(synoptic_instruction_set set, const synoptic_int8_convolution *convolution) {
#if defined(__x86_64__)
  if (set == SYNOPTIC_AMX) return synoptic_int8_convolve_scratch_size_amx(convolution);
#endif
  (void)set;
  (void)convolution;
  return 0;
}

void synoptic_int8_convolve(synoptic_instruction_set set, const synoptic_int8_convolution *convolution) {
  switch (set) {
#if defined(__x86_64__)
    case SYNOPTIC_AMX:
      synoptic_int8_convolve_amx(convolution);
      return;
    case SYNOPTIC_AVX512VNNI:
      synoptic_int8_convolve_avx512vnni(convolution);
      return;
    case SYNOPTIC_AVXVNNI:
      synoptic_int8_convolve_avxvnni(convolution);
      return;
    case SYNOPTIC_AVX2:
      synoptic_int8_convolve_avx2(convolution);
      return;
#endif
#if defined(__aarch64__)
    case SYNOPTIC_NEON_I8MM:
      synoptic_int8_convolve_neon_i8mm(convolution);
      return;
    case SYNOPTIC_NEON_DOT:
      synoptic_int8_convolve_neon_dot(convolution);
      return;
#endif
    default:
      synoptic_int8_convolve_scalar(convolution);
  }
}

void synoptic_int8_convolve_depthwise(synoptic_instruction_set set, const synoptic_int8_depthwise *depthwise) {
  switch (synoptic_vector_set(set)) {
#if defined(__x86_64__)
    case SYNOPTIC_AVX512VNNI:
      synoptic_int8_convolve_depthwise_avx512vnni(depthwise);
      return;
    case SYNOPTIC_AVXVNNI:
      synoptic_int8_convolve_depthwise_avxvnni(depthwise);
      return;
    case SYNOPTIC_AVX2:
      synoptic_int8_convolve_depthwise_avx2(depthwise);
      return;
#endif
#if defined(__aarch64__)
    case SYNOPTIC_NEON_I8MM:
      synoptic_int8_convolve_depthwise_neon_i8mm(depthwise);
      return;
    case SYNOPTIC_NEON_DOT:
      synoptic_int8_convolve_depthwise_neon_dot(depthwise);
      return;
#endif
    default:
      synoptic_int8_convolve_depthwise_scalar(depthwise);
  }
}

#if !defined(__x86_64__)
void synoptic_int8_convolve_depthwise_without_vbmi(const synoptic_int8_depthwise *depthwise) {
  synoptic_int8_convolve_depthwise_scalar(depthwise);
}
#endif
