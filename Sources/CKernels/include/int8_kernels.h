/// Kernels over quantised activations (the int8 plan).
#ifndef SYNOPTIC_INT8_KERNELS_H
#define SYNOPTIC_INT8_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

#endif
