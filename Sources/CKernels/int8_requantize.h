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

/// Adding it to a float below 2^22 leaves no place for a fraction: the sum is rounded to a whole number, half to even,
/// whose difference to `SYNOPTIC_WHOLE_BITS` its bits are as an int32. It saves a conversion, and where there is no
/// residual, the multiplication adds it too: rounded once.
#define SYNOPTIC_WHOLE 12582912.0f
#define SYNOPTIC_WHOLE_BITS 0x4b400000

/// What lies beyond 2^22 is clamped to a byte's bounds anyway. A sum below -1.5 * 2^23 stays negative, and its bits
/// less `SYNOPTIC_WHOLE_BITS` would be beyond an int32: vector code takes its bits for 0, or subtracts with saturation.
static inline uint8_t synoptic_requantize(int32_t accumulator, float scale, const synoptic_int8_requantization *to,
                                          const uint8_t *residual) {
  float sum;
  if (to->rounds_product) {
    // A statement of its own: within one, the compiler may make a single rounding of both.
    const float product = (float)accumulator * scale;
    sum = product + SYNOPTIC_WHOLE;
  } else if (residual) {
    const float addend = fmaf((float)*residual, to->residual_scale, to->zero_point);
    sum = fmaf((float)accumulator, scale, addend) + SYNOPTIC_WHOLE;
  } else {
    sum = fmaf((float)accumulator, scale, to->zero_point + SYNOPTIC_WHOLE);
  }
  return synoptic_round_to_byte(sum - SYNOPTIC_WHOLE + to->zero_point_after, to->lower, to->upper);
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

#endif
