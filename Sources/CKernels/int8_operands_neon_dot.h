// Operands of Armv8.2's signed dot product: activations less 128 are signed bytes too. Include inside a region whose
// functions have the target.
#ifndef SYNOPTIC_INT8_OPERANDS_NEON_DOT_H
#define SYNOPTIC_INT8_OPERANDS_NEON_DOT_H

#include <arm_neon.h>

enum { weight_factor = 128 };
typedef int8x16_t activation_vector;

static inline __attribute__((always_inline)) int8x16_t prepare(uint8x16_t bytes) {
  return vreinterpretq_s8_u8(veorq_u8(bytes, vdupq_n_u8(0x80)));
}

#define dot_lane(sums, weights, activations, lane) vdotq_laneq_s32(sums, weights, activations, lane)
#define dot(sums, weights, activations) vdotq_s32(sums, weights, activations)

#endif
