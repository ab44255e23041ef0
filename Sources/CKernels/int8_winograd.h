// What the Winograd kernel, its scratch and the orders of its weights agree on.
#ifndef SYNOPTIC_INT8_WINOGRAD_H
#define SYNOPTIC_INT8_WINOGRAD_H

#include "int8_kernels.h"

/// Tiles of 4x4 outputs that are transformed together: few enough for the cache where all input channels of a strip are
/// multiplied at once, more where weights must be transformed anew for every strip.
#define SYNOPTIC_WINOGRAD_STRIP 25
#define SYNOPTIC_WINOGRAD_LONG_STRIP 52

/// Input channels whose weights are transformed together.
#define SYNOPTIC_WINOGRAD_PART 128

/// Output blocks whose weights lie together, from `block` on: groups of four, and what is left.
static inline size_t synoptic_winograd_group(size_t blocks, size_t block) {
  return blocks - block < 4 ? blocks - block : 4;
}

/// Tiles of the longest strip: strips are as equal as can be.
static inline size_t synoptic_winograd_strip(const synoptic_int8_winograd *w) {
  const size_t tiles = (size_t)((w->rows + 3) / 4) * ((w->columns + 3) / 4);
  const size_t longest = w->transformed ? SYNOPTIC_WINOGRAD_STRIP : SYNOPTIC_WINOGRAD_LONG_STRIP;
  const size_t strips = (tiles + longest - 1) / longest;
  return strips == 0 ? 0 : (tiles + strips - 1) / strips;
}

// Elements, with 64 bytes a position more than needed, so that 36 positions don't share a cache set.

static inline size_t synoptic_winograd_activation_count(size_t channels, size_t tiles) {
  return 36 * (tiles * channels + 32);
}

static inline size_t synoptic_winograd_product_count(size_t tiles) { return 36 * (tiles * 64 + 16); }

#endif
