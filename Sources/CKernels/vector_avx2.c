#include "vector_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma,f16c")))

AVX2 static inline float sum(__m256 v) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

AVX2 static inline int64_t sum_int64(__m256i v) {
  const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  return _mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1);
}

AVX2 static inline __m256 halves(const uint8_t *row, size_t index) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(row + 2 * index)));
}

AVX2 static inline __m256 bytes(const uint8_t *row, size_t index) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(row + index))));
}

/// One body for both encodings. Four sums each hide the latency of the fused multiply-add; the tail, shorter
/// than eight, goes through a block padded by zeros.
#define DEFINE_DOT_NORM(NAME, LOAD, WIDTH, WITH_NORM)                                          \
  AVX2 static inline synoptic_dot_norm NAME(const float *query, const void *data, size_t count) { \
    const uint8_t *row = data;                                                                 \
    __m256 dot[4], norm[4];                                                                    \
    for (int lane = 0; lane < 4; lane++) dot[lane] = norm[lane] = _mm256_setzero_ps();         \
    size_t i = 0;                                                                              \
    for (; i + 32 <= count; i += 32) {                                                         \
      for (size_t lane = 0; lane < 4; lane++) {                                                \
        const __m256 value = LOAD(row, i + 8 * lane);                                          \
        dot[lane] = _mm256_fmadd_ps(_mm256_loadu_ps(query + i + 8 * lane), value, dot[lane]);  \
        if (WITH_NORM) norm[lane] = _mm256_fmadd_ps(value, value, norm[lane]);                 \
      }                                                                                        \
    }                                                                                          \
    for (; i < count; i += 8) {                                                                \
      float padded_query[8] = {0};                                                             \
      uint8_t padded_row[16] = {0};                                                            \
      const size_t rest = count - i < 8 ? count - i : 8;                                       \
      memcpy(padded_query, query + i, rest * sizeof(float));                                   \
      memcpy(padded_row, row + i * WIDTH, rest * WIDTH);                                       \
      const __m256 value = LOAD(padded_row, 0);                                                \
      dot[0] = _mm256_fmadd_ps(_mm256_loadu_ps(padded_query), value, dot[0]);                  \
      if (WITH_NORM) norm[0] = _mm256_fmadd_ps(value, value, norm[0]);                         \
    }                                                                                          \
    const __m256 dots = _mm256_add_ps(_mm256_add_ps(dot[0], dot[1]), _mm256_add_ps(dot[2], dot[3])); \
    const __m256 norms = _mm256_add_ps(_mm256_add_ps(norm[0], norm[1]), _mm256_add_ps(norm[2], norm[3])); \
    return (synoptic_dot_norm){sum(dots), WITH_NORM ? sum(norms) : 0};                         \
  }

DEFINE_DOT_NORM(dot_norm_float16, halves, 2, 1)
DEFINE_DOT_NORM(dot_only_float16, halves, 2, 0)
DEFINE_DOT_NORM(dot_norm_int8, bytes, 1, 1)
DEFINE_DOT_NORM(dot_only_int8, bytes, 1, 0)

AVX2 static float dot_float16(const float *query, const void *row, size_t count) {
  return dot_only_float16(query, row, count).dot;
}

AVX2 static float dot_int8(const float *query, const void *row, size_t count) {
  return dot_only_int8(query, row, count).dot;
}

AVX2 static int64_t dot_int8_int8(const void *query, const void *row, size_t count) {
  const int8_t *left = query, *right = row;
  __m256i total = _mm256_setzero_si256();
  size_t i = 0;
  while (i + 16 <= count) {
    // A step adds at most 2 * 127 * 127 to a 32-bit sum: 2^15 steps stay below 2^31.
    __m256i part = _mm256_setzero_si256();
    for (size_t step = 0; step < 32768 && i + 16 <= count; step++, i += 16) {
      const __m256i a = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(left + i)));
      const __m256i b = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(right + i)));
      part = _mm256_add_epi32(part, _mm256_madd_epi16(a, b));
    }
    total = _mm256_add_epi64(total, _mm256_cvtepi32_epi64(_mm256_castsi256_si128(part)));
    total = _mm256_add_epi64(total, _mm256_cvtepi32_epi64(_mm256_extracti128_si256(part, 1)));
  }
  int64_t dot = sum_int64(total);
  for (; i < count; i++) dot += left[i] * right[i];
  return dot;
}

AVX2 static void float32_to_float16(const float *source, void *data, size_t count) {
  uint8_t *target = data;
  for (size_t i = 0; i < count; i += 8) {
    float padded[8] = {0};
    const size_t rest = count - i < 8 ? count - i : 8;
    memcpy(padded, source + i, rest * sizeof(float));
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(padded), _MM_FROUND_TO_NEAREST_INT);
    memcpy(target + 2 * i, &halves, 2 * rest);
  }
}

AVX2 static void float16_to_float32(const void *data, float *target, size_t count) {
  const uint8_t *source = data;
  for (size_t i = 0; i < count; i += 8) {
    uint8_t padded[16] = {0};
    const size_t rest = count - i < 8 ? count - i : 8;
    memcpy(padded, source + 2 * i, 2 * rest);
    const __m256 values = halves(padded, 0);
    memcpy(target + i, &values, rest * sizeof(float));
  }
}

synoptic_vector_kernels synoptic_vector_kernels_avx2(void) {
  return (synoptic_vector_kernels){dot_norm_float16, dot_float16,        dot_norm_int8,     dot_int8,
                                   dot_int8_int8,    float32_to_float16, float16_to_float32};
}

#else

synoptic_vector_kernels synoptic_vector_kernels_avx2(void) { return synoptic_vector_kernels_scalar(); }

#endif
