/// Resampling of luma and chroma along rows, straight into colours: what a decoder's own conversion would do to every
/// pixel of the source is done to the outputs alone.
///
/// Weights are multiples of 2^-14. Sums keep 7 bits of fraction, from which BT.601's full-range conversion (JFIF) makes
/// RGB, rounded once. Every instruction set gives the same bytes.
#ifndef SYNOPTIC_RESAMPLE_PLANES_H
#define SYNOPTIC_RESAMPLE_PLANES_H

#include <stdint.h>

#include "instruction_set.h"

/// Where the outputs along rows of a plane come from: four neighbouring samples each.
typedef struct synoptic_plane_axis {
  /// Outputs, a multiple of 16: those beyond the wanted ones have weights of zero.
  int32_t count;
  /// Of every four outputs, a position in the source: 16 samples are read from there.
  const int32_t *first;
  /// Of every output, four places among those 16.
  const uint8_t *places;
  /// Of every sixteen outputs: the weights of each one's places 0 and 2, then those of each one's places 1 and 3. None is
  /// negative, and an output's sum to 2^14.
  const int16_t *weights;
} synoptic_plane_axis;

/// One row of `luma->count` pixels RGBX, X being zero. `chroma` has as many outputs as `luma`.
void synoptic_resample_planes(
    synoptic_instruction_set set, const synoptic_plane_axis *luma, const synoptic_plane_axis *chroma,
    const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *target);

#endif
