#include "vector_kernels.h"

synoptic_vector_kernels synoptic_vector_kernels_of(synoptic_instruction_set set) {
  switch (synoptic_vector_set(set)) {
    case SYNOPTIC_AVX2:
    case SYNOPTIC_AVXVNNI:
      return synoptic_vector_kernels_avx2();
    case SYNOPTIC_AVX512VNNI:
      return synoptic_vector_kernels_avx512();
    default:
      return synoptic_vector_kernels_scalar();
  }
}
