#if defined(__aarch64__)

#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "int8_operands_neon_dot.h"

#include "int8_depthwise_neon.h"

void synoptic_int8_convolve_depthwise_neon_dot(const synoptic_int8_depthwise *d) { convolve_depthwise(d); }

#pragma clang attribute pop

#endif
