/// Rows of numbers brought to one mean and deviation, or to a sum of one (the float executor).
#ifndef SYNOPTIC_FLOAT_NORMALIZATION_H
#define SYNOPTIC_FLOAT_NORMALIZATION_H

#include <stddef.h>

#include "instruction_set.h"

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias for a row of `count` > 0; the same bits by every
/// instruction set, and those of ONNX Runtime (1.32, measured where it has AVX-512) where eight divides the count.
void synoptic_float_normalize(synoptic_instruction_set set, const float *x, const float *scale, const float *bias,
                              float epsilon, float *y, size_t count);

/// y = levels * exp(x) / sum of exp(x) for a row of `count` > 0 multiples of a scale, no further apart than 255.
///
/// Exponentials are taken from `table`, by the distance from the row's largest: entry 255 is that one's.
void synoptic_float_softmax_of_levels(const float *x, float scale, const float table[256], float levels, float *y,
                                      size_t count);

#endif
