/// The definition that the other instruction sets are held to.
#include "resample_variants.h"

static uint32_t weight(const int16_t *weights, int32_t tap) {
  const int16_t *group = weights + 8 * (tap / 4) + tap % 4;
  // Unsigned: sums are taken modulo 2^32, as the parts added up in other orders elsewhere are.
  return (uint32_t)group[0] + ((uint32_t)group[4] << 15);
}

static uint8_t rounded(uint32_t sum) {
  int32_t value = (int32_t)(sum + (1u << (SYNOPTIC_RESAMPLE_BITS - 1))) >> SYNOPTIC_RESAMPLE_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void synoptic_resample_rows_scalar(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t rows) {
  for (int32_t y = 0; y < rows; ++y) {
    for (int32_t x = 0; x < axis->count; ++x) {
      const uint8_t *pixel = source + 4 * (size_t)axis->first[x];
      const int16_t *weights = axis->weights + 8 * (size_t)axis->groups * (size_t)x;
      uint32_t sums[4] = {0, 0, 0, 0};
      for (int32_t tap = 0; tap < axis->taps[x]; ++tap, pixel += 4) {
        uint32_t w = weight(weights, tap);
        for (int channel = 0; channel < 4; ++channel) sums[channel] += w * pixel[channel];
      }
      for (int channel = 0; channel < 4; ++channel) target[4 * x + channel] = rounded(sums[channel]);
    }
    source += source_stride;
    target += target_stride;
  }
}

void synoptic_resample_columns_scalar(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t width, int32_t target_bytes) {
  for (int32_t y = 0; y < axis->count; ++y) {
    const int16_t *weights = axis->weights + 8 * (size_t)axis->groups * (size_t)y;
    const uint8_t *top = source + source_stride * (size_t)axis->first[y];
    for (int32_t x = 0; x < width; ++x) {
      const uint8_t *pixel = top + 4 * (size_t)x;
      uint32_t sums[4] = {0, 0, 0, 0};
      for (int32_t tap = 0; tap < axis->taps[y]; ++tap, pixel += source_stride) {
        uint32_t w = weight(weights, tap);
        for (int channel = 0; channel < target_bytes; ++channel) sums[channel] += w * pixel[channel];
      }
      for (int channel = 0; channel < target_bytes; ++channel) target[target_bytes * x + channel] = rounded(sums[channel]);
    }
    target += target_stride;
  }
}
