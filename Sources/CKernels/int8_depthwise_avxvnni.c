#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#include "int8_interleave_bytes.h"

static inline __attribute__((always_inline)) __m256i dot(__m256i sums, __m256i window, __m256i weights) {
  return _mm256_dpbusd_avx_epi32(sums, window, weights);
}

#include "int8_depthwise_columns.h"

void synoptic_int8_convolve_depthwise_avxvnni(const synoptic_int8_depthwise *d) { convolve_depthwise(d); }

#pragma clang attribute pop

#endif
