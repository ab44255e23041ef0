/// One definition an instruction set of the resampling of planes; `resample_dispatch.c` chooses.
#ifndef SYNOPTIC_RESAMPLE_PLANES_VARIANTS_H
#define SYNOPTIC_RESAMPLE_PLANES_VARIANTS_H

#include "include/resample_planes.h"

/// Multiples of 2^-13: what a sample adds to a colour (JFIF 1.02).
enum {
  plane_fraction_bits = 7,
  color_fraction_bits = 13,
  color_shift = plane_fraction_bits + color_fraction_bits,
  y_weight = 8192,
  red_of_cr = 11485,
  green_of_cb = -2819,
  green_of_cr = -5850,
  blue_of_cb = 14516,
  /// Chroma's zero, 128, in sums; and one half, for rounding.
  chroma_zero = 128 << plane_fraction_bits,
  color_half = 1 << (color_shift - 1),
  red_start = color_half - chroma_zero * red_of_cr,
  green_start = color_half - chroma_zero * (green_of_cb + green_of_cr),
  blue_start = color_half - chroma_zero * blue_of_cb,
};

typedef void synoptic_resample_planes_function(
    const synoptic_plane_axis *luma, const synoptic_plane_axis *chroma, const uint8_t *y, const uint8_t *cb,
    const uint8_t *cr, uint8_t *target);

synoptic_resample_planes_function synoptic_resample_planes_scalar;
#if defined(__x86_64__)
synoptic_resample_planes_function synoptic_resample_planes_avx2;
synoptic_resample_planes_function synoptic_resample_planes_avx512vnni;
#endif

#endif
