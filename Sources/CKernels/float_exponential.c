/// Exponentials without a call or a branch for each element, so that the compiler's own vectors do.
/// Source of the polynomial: Moshier, Cephes Mathematical Library, expf.
#include "float_exponential.h"

#include <stdint.h>
#include <string.h>

static inline float exponential(float x) {
  // Past these bounds the result is 0 or infinity. Comparisons with a NaN are false, which leaves it.
  float bounded = x < -87.33f ? -87.33f : x;
  bounded = bounded > 89.0f ? 89.0f : bounded;
  // Adding 1.5 * 2^23 leaves no bits for a fraction: this rounds to the nearest integer.
  float whole = bounded * 1.44269504088896341f + 12582912.0f;
  whole -= 12582912.0f;
  float r = bounded - whole * 0.693359375f + whole * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  float value = p * r * r + r + 1;
  // Half the power of two at a time: 2^128 is no float. A NaN has no power, and is not read as one.
  int32_t power = (int32_t)(whole == whole ? whole : 0);
  int32_t half = power / 2;
  int32_t first = (half + 127) << 23, second = (power - half + 127) << 23;
  float a, b;
  memcpy(&a, &first, sizeof a);
  memcpy(&b, &second, sizeof b);
  value = value * a * b;
  return x < -87.33f ? 0.0f : value;
}

void synoptic_float_exponentials(const float *x, float less, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = exponential(x[i] - less);
}

void synoptic_float_sigmoids(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = 1 / (1 + exponential(-x[i]));
}
