/// One definition an instruction set of each resampling kernel; `resample_dispatch.c` chooses.
#ifndef SYNOPTIC_RESAMPLE_VARIANTS_H
#define SYNOPTIC_RESAMPLE_VARIANTS_H

#include "include/resample_kernels.h"

typedef void synoptic_resample_rows_function(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t rows);
typedef void synoptic_resample_columns_function(
    const synoptic_resample_axis *axis, const uint8_t *source, size_t source_stride, uint8_t *target,
    size_t target_stride, int32_t width, int32_t target_bytes);

synoptic_resample_rows_function synoptic_resample_rows_scalar;
synoptic_resample_columns_function synoptic_resample_columns_scalar;
#if defined(__x86_64__)
synoptic_resample_rows_function synoptic_resample_rows_avx2;
synoptic_resample_columns_function synoptic_resample_columns_avx2;
synoptic_resample_rows_function synoptic_resample_rows_avx512vnni;
synoptic_resample_columns_function synoptic_resample_columns_avx512vnni;
#endif

#endif
