#include <string.h>

#include "vector_kernels.h"

/// Giesen, "Half to float done quicker" (2012): the exponent is rebased by a multiplication, which is exact.
static float half_to_float(uint16_t half) {
  uint32_t bits = (uint32_t)(half & 0x7fff) << 13;
  const uint32_t exponent = bits & 0x0f800000;
  float value;
  if (exponent == 0x0f800000) {
    bits += 0x70000000; // infinity and NaN
    if (bits & 0x007fffff) bits |= 0x00400000; // a NaN becomes a quiet one, as the processors do it
    memcpy(&value, &bits, sizeof value);
  } else {
    memcpy(&value, &bits, sizeof value);
    value *= 0x1p112f;
    memcpy(&bits, &value, sizeof bits);
  }
  bits |= (uint32_t)(half & 0x8000) << 16;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// Round to nearest even (IEEE 754-2008, 4.3.1).
static uint16_t float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = (uint16_t)((bits >> 16) & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return sign | 0x7e00 | (uint16_t)((bits >> 13) & 0x1ff);
  if (bits >= 0x47800000) return sign | 0x7c00; // 65,536 and more
  if (bits < 0x38800000) {
    // Below 2^-14 the half is subnormal. Adding 1/2 lines its last bit up with the float's last bit, so that
    // the addition itself rounds to nearest even.
    float magnitude;
    memcpy(&magnitude, &bits, sizeof magnitude);
    magnitude += 0.5f;
    memcpy(&bits, &magnitude, sizeof bits);
    return sign | (uint16_t)(bits - 0x3f000000);
  }
  bits += 0xfff + ((bits >> 13) & 1);
  return sign | (uint16_t)((bits - 0x38000000) >> 13);
}

static float half_at(const void *row, size_t index) {
  uint16_t half;
  memcpy(&half, (const uint8_t *)row + 2 * index, sizeof half);
  return half_to_float(half);
}

static synoptic_dot_norm dot_norm_float16(const float *query, const void *row, size_t count) {
  double dot = 0, norm = 0;
  for (size_t i = 0; i < count; i++) {
    const double value = half_at(row, i);
    dot += query[i] * value;
    norm += value * value;
  }
  return (synoptic_dot_norm){(float)dot, (float)norm};
}

static float dot_float16(const float *query, const void *row, size_t count) {
  return dot_norm_float16(query, row, count).dot;
}

static synoptic_dot_norm dot_norm_int8(const float *query, const void *row, size_t count) {
  const int8_t *values = row;
  double dot = 0;
  int64_t norm = 0;
  for (size_t i = 0; i < count; i++) {
    dot += (double)query[i] * values[i];
    norm += values[i] * values[i];
  }
  return (synoptic_dot_norm){(float)dot, (float)norm};
}

static float dot_int8(const float *query, const void *row, size_t count) {
  return dot_norm_int8(query, row, count).dot;
}

static int64_t dot_int8_int8(const void *query, const void *row, size_t count) {
  const int8_t *left = query, *right = row;
  int64_t dot = 0;
  for (size_t i = 0; i < count; i++) dot += left[i] * right[i];
  return dot;
}

static void float32_to_float16(const float *source, void *target, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const uint16_t half = float_to_half(source[i]);
    memcpy((uint8_t *)target + 2 * i, &half, sizeof half);
  }
}

static void float16_to_float32(const void *source, float *target, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = half_at(source, i);
}

synoptic_vector_kernels synoptic_vector_kernels_scalar(void) {
  return (synoptic_vector_kernels){dot_norm_float16, dot_float16,        dot_norm_int8,     dot_int8,
                                   dot_int8_int8,    float32_to_float16, float16_to_float32};
}
