// The portable definition of what every instruction set's epilogue computes.
#ifndef SYNOPTIC_INT8_REQUANTIZE_H
#define SYNOPTIC_INT8_REQUANTIZE_H

#include <math.h>

#include "int8_kernels.h"

/// Beyond these bounds every value is clamped to a byte anyway, and a conversion to int would be undefined.
static inline uint8_t synoptic_round_to_byte(float value, uint8_t lower, uint8_t upper) {
  float rounded = rintf(value);
  rounded = rounded < 0 ? 0 : rounded > 255 ? 255 : rounded;
  uint8_t byte = (uint8_t)(int)rounded;
  return byte < lower ? lower : byte > upper ? upper : byte;
}

static inline uint8_t synoptic_requantize(int32_t accumulator, float scale, float addend,
                                          const synoptic_int8_requantization *to) {
  return synoptic_round_to_byte(fmaf((float)accumulator, scale, addend), to->lower, to->upper);
}

#if defined(__aarch64__)
#define SYNOPTIC_VECTOR_REGISTER "+w"
#else
#define SYNOPTIC_VECTOR_REGISTER "+x"
#endif

/// What these four vectors are made of is computed before this, and loads after this stay after it: in an unrolled
/// loop that fills all registers, the compiler would otherwise begin many steps at once, and spill.
#define SYNOPTIC_KEEP_ORDER(V)                                                                                    \
  __asm__ volatile(""                                                                                             \
                   : SYNOPTIC_VECTOR_REGISTER((V)[0]), SYNOPTIC_VECTOR_REGISTER((V)[1]),                          \
                     SYNOPTIC_VECTOR_REGISTER((V)[2]), SYNOPTIC_VECTOR_REGISTER((V)[3])                           \
                   :                                                                                              \
                   : "memory")

/// The residual's pixel at (block, row, column), or NULL where there is none.
static inline const uint8_t *synoptic_residual_pixel(const synoptic_int8_requantization *from, size_t block,
                                                     size_t row, size_t column) {
  if (!from->residual) return NULL;
  return from->residual + block * from->residual_plane + row * from->residual_row + column * 16;
}

static inline float synoptic_addend(const synoptic_int8_requantization *to, const uint8_t *residual, int channel) {
  if (!residual) return to->zero_point;
  return fmaf((float)residual[channel], to->residual_scale, to->zero_point);
}

#endif
