/// Loops without a call or a branch for each element: the compiler's own vectors do, as wide as they may be.
#include "float_levels.h"

#define INLINE static inline __attribute__((always_inline))

INLINE void to_levels(const float *x, float scale, int32_t zero_point, bool is_signed, uint8_t *y, size_t count) {
  const float lower = is_signed ? -128.0f : 0.0f, upper = lower + 255, zero = (float)zero_point;
  for (size_t i = 0; i < count; i++) {
    float level = x[i] / scale;
    // Bounded far outside of a byte's levels, it can be rounded by adding 1.5 * 2^23, which leaves no bits for a fraction.
    level = level == level ? level : 0.0f;
    level = level > -1024.0f ? level : -1024.0f;
    level = level < 1024.0f ? level : 1024.0f;
    level += 12582912.0f;
    level -= 12582912.0f;
    level += zero;
    level = level > lower ? level : lower;
    level = level < upper ? level : upper;
    y[i] = (uint8_t)(int32_t)level;
  }
}

INLINE void from_levels(const uint8_t *x, float scale, int32_t zero_point, bool is_signed, float *y, size_t count) {
  // Turning the sign bit makes of an int8 an uint8 that is 128 more.
  const uint8_t flip = is_signed ? 128 : 0;
  const int32_t zero = zero_point + flip;
  for (size_t i = 0; i < count; i++) y[i] = (float)((int32_t)(uint8_t)(x[i] ^ flip) - zero) * scale;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2"))) static

AVX2 void to_levels_avx2(const float *x, float scale, int32_t zero_point, bool is_signed, uint8_t *y, size_t count) {
  to_levels(x, scale, zero_point, is_signed, y, count);
}

AVX2 void from_levels_avx2(const uint8_t *x, float scale, int32_t zero_point, bool is_signed, float *y, size_t count) {
  from_levels(x, scale, zero_point, is_signed, y, count);
}
#endif

void synoptic_float_to_levels(synoptic_instruction_set set, const float *x, float scale, int32_t zero_point,
                              bool is_signed, uint8_t *y, size_t count) {
#if defined(__x86_64__)
  if (set != SYNOPTIC_SCALAR) {
    to_levels_avx2(x, scale, zero_point, is_signed, y, count);
    return;
  }
#endif
  (void)set;
  to_levels(x, scale, zero_point, is_signed, y, count);
}

void synoptic_levels_to_float(synoptic_instruction_set set, const uint8_t *x, float scale, int32_t zero_point,
                              bool is_signed, float *y, size_t count) {
#if defined(__x86_64__)
  if (set != SYNOPTIC_SCALAR) {
    from_levels_avx2(x, scale, zero_point, is_signed, y, count);
    return;
  }
#endif
  (void)set;
  from_levels(x, scale, zero_point, is_signed, y, count);
}
