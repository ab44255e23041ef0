// What the Winograd kernel and the transform of its weights agree on.
#ifndef SYNOPTIC_INT8_WINOGRAD_H
#define SYNOPTIC_INT8_WINOGRAD_H

#include "int8_kernels.h"

/// Tiles of 4x4 outputs that are transformed together.
#define SYNOPTIC_WINOGRAD_STRIP 24

/// Output blocks whose weights lie together, from `block` on: groups of four, and what is left.
static inline size_t synoptic_winograd_group(size_t blocks, size_t block) {
  return blocks - block < 4 ? blocks - block : 4;
}

#endif
