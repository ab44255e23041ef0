#if defined(__aarch64__)

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "int8_operands_neon_dot.h"

#include "int8_convolution_neon.h"

void synoptic_int8_convolve_neon_dot(const synoptic_int8_convolution *c) { convolve(c); }

#pragma clang attribute pop

#endif
