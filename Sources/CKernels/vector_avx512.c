#include "vector_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

/// The first `count` of 16 lanes.
AVX512 static inline __mmask16 first(size_t count) {
  return count >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << count) - 1);
}

AVX512 static inline __m512 halves(const uint8_t *row, size_t index) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(row + 2 * index)));
}

AVX512 static inline __m512 first_halves(__mmask16 mask, const uint8_t *row, size_t index) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, row + 2 * index));
}

AVX512 static inline __m512 bytes(const uint8_t *row, size_t index) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(row + index))));
}

AVX512 static inline __m512 first_bytes(__mmask16 mask, const uint8_t *row, size_t index) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(mask, row + index)));
}

/// One body for both encodings; four sums each hide the latency of the fused multiply-add.
#define DEFINE_DOT_NORM(NAME, LOAD, WITH_NORM)                                                 \
  AVX512 static inline synoptic_dot_norm NAME(const float *query, const void *data, size_t count) { \
    const uint8_t *row = data;                                                                 \
    __m512 dot[4], norm[4];                                                                    \
    for (int lane = 0; lane < 4; lane++) dot[lane] = norm[lane] = _mm512_setzero_ps();         \
    size_t i = 0;                                                                              \
    for (; i + 64 <= count; i += 64) {                                                         \
      for (size_t lane = 0; lane < 4; lane++) {                                                \
        const __m512 value = LOAD(row, i + 16 * lane);                                         \
        dot[lane] = _mm512_fmadd_ps(_mm512_loadu_ps(query + i + 16 * lane), value, dot[lane]); \
        if (WITH_NORM) norm[lane] = _mm512_fmadd_ps(value, value, norm[lane]);                 \
      }                                                                                        \
    }                                                                                          \
    for (; i < count; i += 16) {                                                               \
      const __mmask16 mask = first(count - i);                                                 \
      const __m512 value = first_##LOAD(mask, row, i);                                         \
      dot[0] = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, query + i), value, dot[0]);         \
      if (WITH_NORM) norm[0] = _mm512_fmadd_ps(value, value, norm[0]);                         \
    }                                                                                          \
    const __m512 dots = _mm512_add_ps(_mm512_add_ps(dot[0], dot[1]), _mm512_add_ps(dot[2], dot[3])); \
    const __m512 norms = _mm512_add_ps(_mm512_add_ps(norm[0], norm[1]), _mm512_add_ps(norm[2], norm[3])); \
    return (synoptic_dot_norm){_mm512_reduce_add_ps(dots), WITH_NORM ? _mm512_reduce_add_ps(norms) : 0}; \
  }

DEFINE_DOT_NORM(dot_norm_float16, halves, 1)
DEFINE_DOT_NORM(dot_only_float16, halves, 0)
DEFINE_DOT_NORM(dot_norm_int8, bytes, 1)
DEFINE_DOT_NORM(dot_only_int8, bytes, 0)

AVX512 static float dot_float16(const float *query, const void *row, size_t count) {
  return dot_only_float16(query, row, count).dot;
}

AVX512 static float dot_int8(const float *query, const void *row, size_t count) {
  return dot_only_int8(query, row, count).dot;
}

AVX512 static int64_t dot_int8_int8(const void *query, const void *row, size_t count) {
  const int8_t *left = query, *right = row;
  __m512i total = _mm512_setzero_si512();
  size_t i = 0;
  while (i < count) {
    // A step adds at most 2 * 127 * 127 to a 32-bit sum: 2^15 steps stay below 2^31.
    __m512i part = _mm512_setzero_si512();
    for (size_t step = 0; step < 32768 && i < count; step++, i += 32) {
      const __mmask32 mask = count - i >= 32 ? 0xffffffffu : (__mmask32)((1u << (count - i)) - 1);
      const __m512i a = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, left + i));
      const __m512i b = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, right + i));
      part = _mm512_add_epi32(part, _mm512_madd_epi16(a, b));
    }
    total = _mm512_add_epi64(total, _mm512_cvtepi32_epi64(_mm512_castsi512_si256(part)));
    total = _mm512_add_epi64(total, _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(part, 1)));
  }
  return _mm512_reduce_add_epi64(total);
}

AVX512 static void float32_to_float16(const float *source, void *data, size_t count) {
  uint8_t *target = data;
  for (size_t i = 0; i < count; i += 16) {
    const __mmask16 mask = first(count - i);
    const __m512 values = _mm512_maskz_loadu_ps(mask, source + i);
    _mm256_mask_storeu_epi16(target + 2 * i, mask, _mm512_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT));
  }
}

AVX512 static void float16_to_float32(const void *data, float *target, size_t count) {
  const uint8_t *source = data;
  for (size_t i = 0; i < count; i += 16) {
    const __mmask16 mask = first(count - i);
    _mm512_mask_storeu_ps(target + i, mask, first_halves(mask, source, i));
  }
}

synoptic_vector_kernels synoptic_vector_kernels_avx512(void) {
  return (synoptic_vector_kernels){dot_norm_float16, dot_float16,        dot_norm_int8,     dot_int8,
                                   dot_int8_int8,    float32_to_float16, float16_to_float32};
}

#else

synoptic_vector_kernels synoptic_vector_kernels_avx512(void) { return synoptic_vector_kernels_scalar(); }

#endif
