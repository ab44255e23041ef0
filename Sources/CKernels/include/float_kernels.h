/// Float32 matrix and convolution kernels (the float executor).
#ifndef SYNOPTIC_FLOAT_KERNELS_H
#define SYNOPTIC_FLOAT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

#endif
