// AVX-VNNI: the dot product of processors that have it without AVX-512.
#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

static inline __attribute__((always_inline)) __m256i dot_bytes(__m256i sums, __m256i activations, __m256i weights) {
  return _mm256_dpbusd_avx_epi32(sums, activations, weights);
}

#include "int8_convolution_dot256.h"

void synoptic_int8_convolve_avxvnni(const synoptic_int8_convolution *c) { convolve(c); }

#pragma clang attribute pop

#endif
