/// Between numbers and bytes in row-major order (the float executor).
#ifndef SYNOPTIC_FLOAT_LEVELS_H
#define SYNOPTIC_FLOAT_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// y = x / scale, rounded to the nearest, ties to even, plus a zero point, clamped to int8 or uint8; what is no number
/// becomes the zero point.
void synoptic_float_to_levels(synoptic_instruction_set set, const float *x, float scale, int32_t zero_point,
                              bool is_signed, uint8_t *y, size_t count);

/// y = (x - zero_point) * scale, of int8 or uint8.
void synoptic_levels_to_float(synoptic_instruction_set set, const uint8_t *x, float scale, int32_t zero_point,
                              bool is_signed, float *y, size_t count);

#endif
