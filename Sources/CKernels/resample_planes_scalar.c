/// The definition that the other instruction sets are held to.
#include <stddef.h>

#include "resample_planes_variants.h"

static int32_t resampled(const synoptic_plane_axis *axis, int32_t x, const uint8_t *plane) {
  const uint8_t *samples = plane + axis->first[x / 4];
  const uint8_t *places = axis->places + 4 * (size_t)x;
  const int16_t *weights = axis->weights + 64 * (size_t)(x / 16) + 2 * (x % 16);
  int32_t sum = 1 << (plane_fraction_bits - 1);
  for (int tap = 0; tap < 4; ++tap) sum += weights[32 * (tap % 2) + tap / 2] * samples[places[tap]];
  return sum >> plane_fraction_bits;
}

static uint8_t clamped(int32_t sum) {
  int32_t value = sum >> color_shift;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void synoptic_resample_planes_scalar(
    const synoptic_plane_axis *luma, const synoptic_plane_axis *chroma, const uint8_t *y, const uint8_t *cb,
    const uint8_t *cr, uint8_t *target) {
  for (int32_t x = 0; x < luma->count; ++x) {
    int32_t light = y_weight * resampled(luma, x, y);
    int32_t blue = resampled(chroma, x, cb), red = resampled(chroma, x, cr);
    target[4 * x] = clamped(red_start + light + red_of_cr * red);
    target[4 * x + 1] = clamped(green_start + light + green_of_cb * blue + green_of_cr * red);
    target[4 * x + 2] = clamped(blue_start + light + blue_of_cb * blue);
    target[4 * x + 3] = 0;
  }
}
