/// Dot products of a query with stored feature vectors.
#ifndef SYNOPTIC_VECTOR_KERNELS_H
#define SYNOPTIC_VECTOR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

#endif
