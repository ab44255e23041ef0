/// The instruction sets that kernels are written for, and what this processor has.
#ifndef SYNOPTIC_INSTRUCTION_SET_H
#define SYNOPTIC_INSTRUCTION_SET_H

#include <stdbool.h>

/// In the order of preference: of those that a processor has, a later one is faster.
typedef enum synoptic_instruction_set {
  SYNOPTIC_SCALAR = 0,
  /// AVX2, FMA and F16C.
  SYNOPTIC_AVX2 = 1,
  /// AVX-VNNI beside those of AVX2.
  SYNOPTIC_AVXVNNI = 2,
  /// AVX-512 F, BW, DQ, VL and VNNI.
  SYNOPTIC_AVX512VNNI = 3,
  /// AMX tiles of bytes (TILE, INT8), beside AVX-512 with VBMI and VNNI.
  SYNOPTIC_AMX = 4,
  /// NEON with the dot product of signed bytes (Armv8.2).
  SYNOPTIC_NEON_DOT = 5,
  /// NEON with the dot product of unsigned and signed bytes too (FEAT_I8MM).
  SYNOPTIC_NEON_I8MM = 6,
} synoptic_instruction_set;

/// Whether this processor, and the operating system on it, can run the kernels of an instruction set.
bool synoptic_has_instruction_set(synoptic_instruction_set set);

/// The set whose kernels a set runs where tiles are of no use: AMX has no vectors of its own.
static inline synoptic_instruction_set synoptic_vector_set(synoptic_instruction_set set) {
  return set == SYNOPTIC_AMX ? SYNOPTIC_AVX512VNNI : set;
}

/// The fastest instruction set that is there.
synoptic_instruction_set synoptic_best_instruction_set(void);

#endif
