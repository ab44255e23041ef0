#if defined(__x86_64__)

#include <immintrin.h>

#include "stand_ins.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512vl,avx512vnni"))), apply_to = function)

#include "int8_interleave_bytes.h"
static inline __attribute__((always_inline)) __m256i dot(__m256i sums, __m256i bytes, __m256i weights) {
  return _mm256_dpbusd_epi32(sums, bytes, weights);
}

#include "int8_depthwise_columns.h"

void depthwise_avxvnni_stand_in(const synoptic_int8_depthwise *call) { convolve_depthwise(call); }

#pragma clang attribute pop

#endif
