// The limit that kernels are measured against: dot products of registers, as many as can be under way at once.
#include "int8_kernels.h"

#if defined(__x86_64__)

/// 12 independent sums, 64 products an instruction.
__attribute__((target("avx512f,avx512vnni"))) static uint64_t run_avx512vnni(uint64_t repetitions) {
  for (uint64_t i = 0; i < repetitions; i++)
    __asm__ volatile(
        "vpdpbusd %%zmm30, %%zmm31, %%zmm0\n\tvpdpbusd %%zmm30, %%zmm31, %%zmm1\n\t"
        "vpdpbusd %%zmm30, %%zmm31, %%zmm2\n\tvpdpbusd %%zmm30, %%zmm31, %%zmm3\n\t"
        "vpdpbusd %%zmm30, %%zmm31, %%zmm4\n\tvpdpbusd %%zmm30, %%zmm31, %%zmm5\n\t"
        "vpdpbusd %%zmm30, %%zmm31, %%zmm6\n\tvpdpbusd %%zmm30, %%zmm31, %%zmm7\n\t"
        "vpdpbusd %%zmm30, %%zmm31, %%zmm8\n\tvpdpbusd %%zmm30, %%zmm31, %%zmm9\n\t"
        "vpdpbusd %%zmm30, %%zmm31, %%zmm10\n\tvpdpbusd %%zmm30, %%zmm31, %%zmm11"
        :
        :
        : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10", "zmm11");
  return repetitions * 12 * 64;
}

/// Four sums that meet two tiles of each operand: 16 pixels x 16 channels x 64 products an instruction.
__attribute__((target("amx-tile,amx-int8"))) static uint64_t run_amx(uint64_t repetitions) {
  struct {
    uint8_t palette_and_start[2];
    uint8_t reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } shape = {{1, 0}, {0}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};
  __asm__ volatile("ldtilecfg %0" : : "m"(shape));
  for (uint64_t i = 0; i < repetitions; i++)
    __asm__ volatile(
        "tdpbusd %tmm6, %tmm4, %tmm0\n\ttdpbusd %tmm6, %tmm5, %tmm1\n\t"
        "tdpbusd %tmm7, %tmm4, %tmm2\n\ttdpbusd %tmm7, %tmm5, %tmm3");
  __asm__ volatile("tilerelease");
  return repetitions * 4 * 16 * 16 * 64;
}

/// Half as wide, and twice a cycle where there are two such units.
__attribute__((target("avx2,avxvnni"))) static uint64_t run_avxvnni(uint64_t repetitions) {
  for (uint64_t i = 0; i < repetitions; i++)
    __asm__ volatile(
        "%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm0\n\t%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm1\n\t"
        "%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm2\n\t%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm3\n\t"
        "%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm4\n\t%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm5\n\t"
        "%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm6\n\t%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm7\n\t"
        "%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm8\n\t%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm9"
        :
        :
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9");
  return repetitions * 10 * 32;
}

/// vpmaddwd and vpaddd: 16 products for two instructions.
__attribute__((target("avx2"))) static uint64_t run_avx2(uint64_t repetitions) {
  for (uint64_t i = 0; i < repetitions; i++)
    __asm__ volatile(
        "vpmaddwd %%ymm14, %%ymm15, %%ymm0\n\tvpaddd %%ymm0, %%ymm6, %%ymm6\n\t"
        "vpmaddwd %%ymm14, %%ymm15, %%ymm1\n\tvpaddd %%ymm1, %%ymm7, %%ymm7\n\t"
        "vpmaddwd %%ymm14, %%ymm15, %%ymm2\n\tvpaddd %%ymm2, %%ymm8, %%ymm8\n\t"
        "vpmaddwd %%ymm14, %%ymm15, %%ymm3\n\tvpaddd %%ymm3, %%ymm9, %%ymm9\n\t"
        "vpmaddwd %%ymm14, %%ymm15, %%ymm4\n\tvpaddd %%ymm4, %%ymm10, %%ymm10\n\t"
        "vpmaddwd %%ymm14, %%ymm15, %%ymm5\n\tvpaddd %%ymm5, %%ymm11, %%ymm11"
        :
        :
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11");
  return repetitions * 6 * 16;
}

#endif

#if defined(__aarch64__)

/// 8 independent sums, 16 products an instruction.
__attribute__((target("dotprod"))) static uint64_t run_neon_dot(uint64_t repetitions) {
  for (uint64_t i = 0; i < repetitions; i++)
    __asm__ volatile(
        "sdot v0.4s, v30.16b, v31.16b\n\tsdot v1.4s, v30.16b, v31.16b\n\t"
        "sdot v2.4s, v30.16b, v31.16b\n\tsdot v3.4s, v30.16b, v31.16b\n\t"
        "sdot v4.4s, v30.16b, v31.16b\n\tsdot v5.4s, v30.16b, v31.16b\n\t"
        "sdot v6.4s, v30.16b, v31.16b\n\tsdot v7.4s, v30.16b, v31.16b"
        :
        :
        : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
  return repetitions * 8 * 16;
}

#endif

/// One product at a time, of values the compiler can't foresee.
static uint64_t run_scalar(uint64_t repetitions) {
  volatile int8_t weight = 3;
  const int32_t factor = weight;
  int32_t sums[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  for (uint64_t i = 0; i < repetitions; i++) {
#pragma clang loop vectorize(disable) unroll(full)
    for (int k = 0; k < 8; k++) {
      sums[k] += sums[k] * factor;
      __asm__ volatile("" : "+r"(sums[k]));
    }
  }
  return repetitions * 8;
}

uint64_t synoptic_int8_limit(synoptic_instruction_set set, uint64_t repetitions) {
  switch (set) {
#if defined(__x86_64__)
    case SYNOPTIC_AMX:
      return run_amx(repetitions);
    case SYNOPTIC_AVX512VNNI:
      return run_avx512vnni(repetitions);
    case SYNOPTIC_AVXVNNI:
      return run_avxvnni(repetitions);
    case SYNOPTIC_AVX2:
      return run_avx2(repetitions);
#endif
#if defined(__aarch64__)
    case SYNOPTIC_NEON_DOT:
    case SYNOPTIC_NEON_I8MM:
      return run_neon_dot(repetitions);
#endif
    default:
      return run_scalar(repetitions);
  }
}
