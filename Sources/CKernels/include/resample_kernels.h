/// Resampling of 8-bit images.
#ifndef SYNOPTIC_RESAMPLE_KERNELS_H
#define SYNOPTIC_RESAMPLE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

#endif
