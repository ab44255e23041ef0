#include "resample_planes_variants.h"
#include "resample_variants.h"

void synoptic_resample_rows(
    synoptic_instruction_set set, const synoptic_resample_axis *axis, const uint8_t *source,
    size_t source_stride, uint8_t *target, size_t target_stride, int32_t rows) {
  synoptic_resample_rows_function *function = synoptic_resample_rows_scalar;
#if defined(__x86_64__)
  if (set >= SYNOPTIC_AVX2) function = synoptic_resample_rows_avx2;
  if (synoptic_vector_set(set) == SYNOPTIC_AVX512VNNI) function = synoptic_resample_rows_avx512vnni;
#endif
  (void)set;
  function(axis, source, source_stride, target, target_stride, rows);
}

void synoptic_resample_columns(
    synoptic_instruction_set set, const synoptic_resample_axis *axis, const uint8_t *source,
    size_t source_stride, uint8_t *target, size_t target_stride, int32_t width, int32_t target_bytes) {
  synoptic_resample_columns_function *function = synoptic_resample_columns_scalar;
#if defined(__x86_64__)
  if (set >= SYNOPTIC_AVX2) function = synoptic_resample_columns_avx2;
  if (synoptic_vector_set(set) == SYNOPTIC_AVX512VNNI) function = synoptic_resample_columns_avx512vnni;
#endif
  (void)set;
  function(axis, source, source_stride, target, target_stride, width, target_bytes);
}

void synoptic_resample_planes(
    synoptic_instruction_set set, const synoptic_plane_axis *luma, const synoptic_plane_axis *chroma,
    const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *target) {
  synoptic_resample_planes_function *function = synoptic_resample_planes_scalar;
#if defined(__x86_64__)
  if (set >= SYNOPTIC_AVX2) function = synoptic_resample_planes_avx2;
  if (synoptic_vector_set(set) == SYNOPTIC_AVX512VNNI) function = synoptic_resample_planes_avx512vnni;
#endif
  (void)set;
  function(luma, chroma, y, cb, cr, target);
}
