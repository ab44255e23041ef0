// Operands of the dot product of unsigned and signed bytes (FEAT_I8MM): activations as they are. Include inside a
// region whose functions have the target.
#ifndef SYNOPTIC_INT8_OPERANDS_NEON_I8MM_H
#define SYNOPTIC_INT8_OPERANDS_NEON_I8MM_H

#include <arm_neon.h>

enum { weight_factor = 0 };
typedef uint8x16_t activation_vector;

static inline __attribute__((always_inline)) uint8x16_t prepare(uint8x16_t bytes) { return bytes; }

#define dot_lane(sums, weights, activations, lane) vsudotq_laneq_s32(sums, weights, activations, lane)
#define dot(sums, weights, activations) vusdotq_s32(sums, activations, weights)

#endif
