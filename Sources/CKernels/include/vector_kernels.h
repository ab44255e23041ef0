/// Dot products of a query with stored feature vectors, and the conversions of what is stored.
///
/// Stored vectors lie in database pages, so they may start at any address: they are passed as bytes.
#ifndef SYNOPTIC_VECTOR_KERNELS_H
#define SYNOPTIC_VECTOR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

/// What a cosine needs of a stored vector.
typedef struct synoptic_dot_norm {
  /// Sum of query[i] * row[i].
  float dot;
  /// Sum of row[i] * row[i].
  float squared_norm;
} synoptic_dot_norm;

typedef struct synoptic_vector_kernels {
  /// `row`: `count` IEEE binary16 values, little-endian.
  synoptic_dot_norm (*dot_norm_float16)(const float *query, const void *row, size_t count);
  float (*dot_float16)(const float *query, const void *row, size_t count);
  /// `row`: `count` int8 values, without their scale.
  synoptic_dot_norm (*dot_norm_int8)(const float *query, const void *row, size_t count);
  float (*dot_int8)(const float *query, const void *row, size_t count);
  /// Exact for values in -127...127 (the symmetric range) and any count below 2^49.
  int64_t (*dot_int8_int8)(const void *query, const void *row, size_t count);
  /// Rounds to nearest even, as IEEE 754 says.
  void (*float32_to_float16)(const float *source, void *target, size_t count);
  /// Exact.
  void (*float16_to_float32)(const void *source, float *target, size_t count);
} synoptic_vector_kernels;

/// The kernels of an instruction set. The caller asks only for one that is there.
synoptic_vector_kernels synoptic_vector_kernels_of(synoptic_instruction_set set);

/// One for each instruction set; a set that this architecture lacks gives the scalar kernels.
synoptic_vector_kernels synoptic_vector_kernels_scalar(void);
synoptic_vector_kernels synoptic_vector_kernels_avx2(void);
synoptic_vector_kernels synoptic_vector_kernels_avx512(void);

#endif
