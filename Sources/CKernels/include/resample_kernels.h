/// Resampling of 8-bit images with four bytes a pixel, bit-equal to Pillow's `Image.resize`.
///
/// Pillow (libImaging/Resample.c) rounds each weight to a multiple of 2^-22, sums weight times byte in 32-bit
/// integers, adds one half, shifts and clamps; first along rows, then along columns. Every instruction set
/// gives those same bytes: integer sums have no order.
#ifndef SYNOPTIC_RESAMPLE_KERNELS_H
#define SYNOPTIC_RESAMPLE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// The fraction bits of a weight.
#define SYNOPTIC_RESAMPLE_BITS 22

/// Where the outputs along one axis come from.
typedef struct synoptic_resample_axis {
  /// Outputs.
  int32_t count;
  /// Groups of four taps that each output has room for.
  int32_t groups;
  /// `count` positions in the source: of each output's first tap.
  const int32_t *first;
  /// `count` numbers of taps, each at most four times `groups`.
  const int32_t *taps;
  /// `count` times `groups` times eight: four weights' low 15 bits, then the same weights shifted right by
  /// 15. Those beyond an output's taps are zero.
  const int16_t *weights;
} synoptic_resample_axis;

/// Resamples along rows: `rows` rows of pixels to as many rows of `axis->count` pixels.
///
/// Reads whole groups: each source row must be readable up to pixel `first + 4 * groups - 1` of every output.
void synoptic_resample_rows(
    synoptic_instruction_set set, const synoptic_resample_axis *axis, const uint8_t *source,
    size_t source_stride, uint8_t *target, size_t target_stride, int32_t rows);

/// Resamples along columns: to `axis->count` rows of `width` pixels.
///
/// Reads whole 64-byte blocks and an even number of rows: `source_stride` must be a multiple of 64 and one
/// row after the last tap must be readable. `target_bytes` a pixel is 3 (the fourth byte is dropped; exactly
/// 3 * width bytes a row are written) or 4 (whole 64-byte blocks are written: so must `target_stride` be).
void synoptic_resample_columns(
    synoptic_instruction_set set, const synoptic_resample_axis *axis, const uint8_t *source,
    size_t source_stride, uint8_t *target, size_t target_stride, int32_t width, int32_t target_bytes);

#endif
