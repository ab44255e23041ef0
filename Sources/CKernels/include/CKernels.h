/// The micro-kernels, one header a role; each role has a portable definition and one file an instruction set.
#ifndef SYNOPTIC_CKERNELS_H
#define SYNOPTIC_CKERNELS_H

#include "float_exponential.h"
#include "float_kernels.h"
#include "float_levels.h"
#include "float_normalization.h"
#include "instruction_set.h"
#include "int8_kernels.h"
#include "resample_kernels.h"
#include "resample_planes.h"
#include "spin_hint.h"
#include "vector_kernels.h"

#endif
