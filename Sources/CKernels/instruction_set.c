#include "instruction_set.h"

#if defined(__x86_64__)

bool synoptic_has_instruction_set(synoptic_instruction_set set) {
  __builtin_cpu_init();
  switch (set) {
    case SYNOPTIC_SCALAR:
      return true;
    case SYNOPTIC_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    case SYNOPTIC_AVX512VNNI:
      return synoptic_has_instruction_set(SYNOPTIC_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
  }
  return false;
}

#else

bool synoptic_has_instruction_set(synoptic_instruction_set set) { return set == SYNOPTIC_SCALAR; }

#endif

synoptic_instruction_set synoptic_best_instruction_set(void) {
  if (synoptic_has_instruction_set(SYNOPTIC_AVX512VNNI)) return SYNOPTIC_AVX512VNNI;
  if (synoptic_has_instruction_set(SYNOPTIC_AVX2)) return SYNOPTIC_AVX2;
  return SYNOPTIC_SCALAR;
}
