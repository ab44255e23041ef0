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
  const float32x4_t zero_point = vdupq_n_f32(to->zero_point), whole = vdupq_n_f32(SYNOPTIC_WHOLE);
  float32x4_t rounded[4];
  for (int q = 0; q < 4; q++) {
    const float32x4_t sums = vcvtq_f32_s32(accumulators[q]), scales = vld1q_f32(scale + q * 4);
    if (to->rounds_product) {
      rounded[q] = vaddq_f32(vmulq_f32(sums, scales), whole);
    } else if (residual) {
      const uint8x16_t bytes = vld1q_u8(residual);
      const uint16x8_t words = vmovl_u8(q < 2 ? vget_low_u8(bytes) : vget_high_u8(bytes));
      const uint16x4_t four = q % 2 == 0 ? vget_low_u16(words) : vget_high_u16(words);
      const float32x4_t addend =
          vfmaq_f32(zero_point, vcvtq_f32_u32(vmovl_u16(four)), vdupq_n_f32(to->residual_scale));
      rounded[q] = vaddq_f32(vfmaq_f32(addend, sums, scales), whole);
    } else {
      rounded[q] = vfmaq_f32(vaddq_f32(zero_point, whole), sums, scales);
    }
  }
  int16x4_t narrow[4];
  for (int q = 0; q < 4; q++)
    narrow[q] = vqmovn_s32(vqsubq_s32(vreinterpretq_s32_f32(rounded[q]), vdupq_n_s32(SYNOPTIC_WHOLE_BITS)));
  const int16x8_t after = vdupq_n_s16(to->zero_point_after);
  uint8x16_t bytes = vcombine_u8(vqmovun_s16(vqaddq_s16(vcombine_s16(narrow[0], narrow[1]), after)),
                                 vqmovun_s16(vqaddq_s16(vcombine_s16(narrow[2], narrow[3]), after)));
  bytes = vmaxq_u8(bytes, vdupq_n_u8(to->lower));
  vst1q_u8(output, vminq_u8(bytes, vdupq_n_u8(to->upper)));
}

#endif
