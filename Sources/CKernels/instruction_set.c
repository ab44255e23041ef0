// For syscall(2).
#define _DEFAULT_SOURCE
#include "instruction_set.h"

#include <stddef.h>

#if defined(__x86_64__)

#include <cpuid.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

/// Linux gives a process the state of tiles only where it asks (arch_prctl, since 5.16); asking again is no harm.
static bool may_use_tiles(void) {
  const int request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#else
static bool may_use_tiles(void) { return false; }
#endif

/// CPUID leaf 7, EDX bits 24 (TILE) and 25 (INT8).
static bool has_amx(void) {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx >> 24 & 3) == 3 && may_use_tiles();
}

/// CPUID leaf 7, subleaf 1, EAX bit 4.
static bool has_avxvnni(void) {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 4 & 1);
}

bool synoptic_has_instruction_set(synoptic_instruction_set set) {
  __builtin_cpu_init();
  switch (set) {
    case SYNOPTIC_SCALAR:
      return true;
    case SYNOPTIC_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    case SYNOPTIC_AVXVNNI:
      return synoptic_has_instruction_set(SYNOPTIC_AVX2) && has_avxvnni();
    case SYNOPTIC_AVX512VNNI:
      return synoptic_has_instruction_set(SYNOPTIC_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    case SYNOPTIC_AMX:
      return synoptic_has_instruction_set(SYNOPTIC_AVX512VNNI) && __builtin_cpu_supports("avx512vbmi") && has_amx();
    default:
      return false;
  }
}

#elif defined(__aarch64__) && defined(__linux__)

#include <sys/auxv.h>

// Bits of the kernel's arch/arm64/include/uapi/asm/hwcap.h.
bool synoptic_has_instruction_set(synoptic_instruction_set set) {
  const bool has_dot = getauxval(AT_HWCAP) >> 20 & 1, has_i8mm = getauxval(AT_HWCAP2) >> 13 & 1;
  switch (set) {
    case SYNOPTIC_SCALAR:
      return true;
    case SYNOPTIC_NEON_DOT:
      return has_dot;
    case SYNOPTIC_NEON_I8MM:
      return has_dot && has_i8mm;
    default:
      return false;
  }
}

#elif defined(__aarch64__) && defined(__APPLE__)

#include <sys/sysctl.h>

static bool has_feature(const char *name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}

bool synoptic_has_instruction_set(synoptic_instruction_set set) {
  switch (set) {
    case SYNOPTIC_SCALAR:
      return true;
    case SYNOPTIC_NEON_DOT:
      return has_feature("hw.optional.arm.FEAT_DotProd");
    case SYNOPTIC_NEON_I8MM:
      return has_feature("hw.optional.arm.FEAT_DotProd") && has_feature("hw.optional.arm.FEAT_I8MM");
    default:
      return false;
  }
}

#else

bool synoptic_has_instruction_set(synoptic_instruction_set set) { return set == SYNOPTIC_SCALAR; }

#endif

synoptic_instruction_set synoptic_best_instruction_set(void) {
  for (int set = SYNOPTIC_NEON_I8MM; set > SYNOPTIC_SCALAR; set--)
    if (synoptic_has_instruction_set((synoptic_instruction_set)set)) return (synoptic_instruction_set)set;
  return SYNOPTIC_SCALAR;
}
