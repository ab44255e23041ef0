// Epilogue shared by the NEON kernels: accumulators to bytes.
#ifndef SYNOPTIC_INT8_STORE_NEON_H
#define SYNOPTIC_INT8_STORE_NEON_H

#include <arm_neon.h>

#include "int8_kernels.h"
#include "int8_requantize.h"

/// 16 channels of one pixel, from their accumulators to bytes.
static inline __attribute__((always_inline)) void store_pixel(uint8_t *output, const int32x4_t accumulators[4],
                                                              const float *scale,
                                                              const synoptic_int8_requantization *to,
                                                              const uint8_t *residual) {
  float32x4_t addends[4];
  for (int q = 0; q < 4; q++) addends[q] = vdupq_n_f32(to->zero_point);
  if (residual) {
    const uint8x16_t bytes = vld1q_u8(residual);
    const uint16x8_t words[2] = {vmovl_u8(vget_low_u8(bytes)), vmovl_u8(vget_high_u8(bytes))};
    const float32x4_t residual_scale = vdupq_n_f32(to->residual_scale);
    for (int q = 0; q < 4; q++) {
      const uint16x4_t four = q % 2 == 0 ? vget_low_u16(words[q / 2]) : vget_high_u16(words[q / 2]);
      addends[q] = vfmaq_f32(addends[q], vcvtq_f32_u32(vmovl_u16(four)), residual_scale);
    }
  }
  int16x4_t narrow[4];
  for (int q = 0; q < 4; q++) {
    const float32x4_t value = vfmaq_f32(addends[q], vcvtq_f32_s32(accumulators[q]), vld1q_f32(scale + q * 4));
    narrow[q] = vqmovn_s32(vcvtnq_s32_f32(value));
  }
  uint8x16_t bytes = vcombine_u8(vqmovun_s16(vcombine_s16(narrow[0], narrow[1])),
                                 vqmovun_s16(vcombine_s16(narrow[2], narrow[3])));
  bytes = vmaxq_u8(bytes, vdupq_n_u8(to->lower));
  vst1q_u8(output, vminq_u8(bytes, vdupq_n_u8(to->upper)));
}

#endif
