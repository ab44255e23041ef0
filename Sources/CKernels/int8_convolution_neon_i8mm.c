#if defined(__aarch64__)

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)

#include "int8_operands_neon_i8mm.h"

#include "int8_convolution_neon.h"

void synoptic_int8_convolve_neon_i8mm(const synoptic_int8_convolution *c) { convolve(c); }

#pragma clang attribute pop

#endif
