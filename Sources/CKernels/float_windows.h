/// Windows over one plane, where an instruction set has a kernel for them.
#ifndef SYNOPTIC_FLOAT_WINDOWS_H
#define SYNOPTIC_FLOAT_WINDOWS_H

#include <stdbool.h>

#include "float_kernels.h"
#include "float_tile.h"

typedef void (*float_plane)(const synoptic_float_convolution *shape, const float *input, const unaligned_float *taps,
                            float bias, float *output);

#if defined(__x86_64__)
/// NULL for windows other than 3x3 and 5x5 at strides 1 and 2.
float_plane synoptic_float_plane_avx512(const synoptic_float_convolution *shape);

/// - Returns: false, and nothing done, for windows other than 2x2 and 3x3 at stride 2.
bool synoptic_float_max_pool_avx512(const synoptic_float_convolution *shape, const float *plane, float *output);
#endif

#endif
