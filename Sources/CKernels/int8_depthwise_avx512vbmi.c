// The same windows with the one-instruction byte permutation of AVX-512 VBMI, which processors with VNNI have
// from Ice Lake and Zen 4 on: nearly twice as fast.
#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"

#pragma clang attribute push(                                                             \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi"))), \
    apply_to = function)

/// Byte 4c + p of a transposed window is byte 16p + c of four pixels.
static const uint8_t transposition[64] __attribute__((aligned(64))) = {
    0, 16, 32, 48, 1, 17, 33, 49, 2,  18, 34, 50, 3,  19, 35, 51, 4,  20, 36, 52, 5,  21,
    37, 53, 6, 22, 38, 54, 7, 23, 39, 55, 8,  24, 40, 56, 9,  25, 41, 57, 10, 26, 42, 58,
    11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63};

/// `[4 pixels][16 channels]` to `[16 channels][4 pixels]`.
static inline __attribute__((always_inline)) __m512i transposed(__m512i pixels) {
  return _mm512_permutexvar_epi8(_mm512_load_si512(transposition), pixels);
}

#include "int8_depthwise_windows.h"

bool synoptic_int8_convolve_depthwise_avx512vbmi(const synoptic_int8_depthwise *d) { return convolve_by_windows(d); }

#pragma clang attribute pop

#endif
