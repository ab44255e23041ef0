// Windows over one plane: depthwise 3x3 and 5x5 at strides 1 and 2, maxima at stride 2. They are read where the map
// lies: masked loads give the padding.
#if defined(__x86_64__)

#include <immintrin.h>

#include "float_windows.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Output rows that share what is loaded.
enum { ROWS = 4 };

/// The lanes i for which column `first` + i is in a row of `width`.
INLINE __mmask16 inside(ptrdiff_t first, ptrdiff_t width) {
  const ptrdiff_t before = first < 0 ? (-first < 16 ? -first : 16) : 0;
  const ptrdiff_t end = width - first < 0 ? 0 : width - first < 16 ? width - first : 16;
  return end <= before ? 0 : (__mmask16)((0xFFFFu << before) & (0xFFFFu >> (16 - end)));
}

/// What 16 neighbouring outputs of one plane have in common.
typedef struct columns {
  /// From a row's start to the first output's first tap.
  ptrdiff_t shift;
  /// For each tap at stride 1; at stride 2 for each two taps the lower and the upper half of what they read.
  __mmask16 masks[6];
  __mmask16 stored;
} columns;

/// One row of the map into the sums of the output rows it is under. Row `line` is the first output row's tap `line`.
INLINE void add_line(const int kernel, const int stride, const int line, const float *row, const columns *c,
                     const __m512 weights[5][5], __m512 sums[ROWS]) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  __m512 low = _mm512_setzero_ps(), high = low;
  UNROLL for (int tap = 0; tap < kernel; tap++) {
    __m512 values;
    if (stride == 1) {
      values = _mm512_maskz_loadu_ps(c->masks[tap], row + c->shift + tap);
    } else {
      if (tap % 2 == 0) {
        low = _mm512_maskz_loadu_ps(c->masks[tap], row + c->shift + tap);
        high = _mm512_maskz_loadu_ps(c->masks[tap + 1], row + c->shift + tap + 16);
      }
      values = _mm512_permutex2var_ps(low, tap % 2 == 0 ? even : odd, high);
    }
    UNROLL for (int r = 0; r < ROWS; r++) {
      const int y = line - r * stride;
      if (y >= 0 && y < kernel) sums[r] = _mm512_fmadd_ps(weights[y][tap], values, sums[r]);
    }
  }
}

INLINE void filter_columns(const int kernel, const int stride, const synoptic_float_convolution *s, const float *input,
                           const columns *c, const __m512 weights[5][5], __m512 start, float *output) {
  const __m512 low = _mm512_set1_ps(s->lower), high = _mm512_set1_ps(s->upper);
  for (size_t y = 0; y < s->output_height; y += ROWS) {
    __m512 sums[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++) sums[r] = start;
    const ptrdiff_t first = (ptrdiff_t)(y * (size_t)stride) - (ptrdiff_t)s->pad_top;
    UNROLL for (int line = 0; line < kernel + (ROWS - 1) * stride; line++)
      if (first + line >= 0 && first + line < (ptrdiff_t)s->height)
        add_line(kernel, stride, line, input + (first + line) * (ptrdiff_t)s->width, c, weights, sums);
    UNROLL for (int r = 0; r < ROWS; r++)
      if (y + (size_t)r < s->output_height)
        _mm512_mask_storeu_ps(output + (y + (size_t)r) * s->output_width, c->stored,
                              _mm512_min_ps(high, _mm512_max_ps(low, sums[r])));
  }
}

INLINE void filter_plane(const int kernel, const int stride, const synoptic_float_convolution *s, const float *input,
                         const unaligned_float *taps, float bias, float *output) {
  __m512 weights[5][5];
  UNROLL for (int y = 0; y < kernel; y++) UNROLL for (int x = 0; x < kernel; x++)
    weights[y][x] = _mm512_set1_ps(taps[y * kernel + x]);
  for (size_t x = 0; x < s->output_width; x += 16) {
    columns c;
    c.shift = (ptrdiff_t)(x * (size_t)stride) - (ptrdiff_t)s->pad_left;
    for (int tap = 0; tap < 6; tap++)
      c.masks[tap] = inside(stride == 1 ? c.shift + tap : c.shift + tap / 2 * 2 + tap % 2 * 16, (ptrdiff_t)s->width);
    c.stored = s->output_width - x < 16 ? (__mmask16)(0xFFFFu >> (16 - (s->output_width - x))) : 0xFFFF;
    filter_columns(kernel, stride, s, input, &c, weights, _mm512_set1_ps(bias), output + x);
  }
}

#define PLANE(K, S)                                                                                          \
  __attribute__((noinline)) static void plane_##K##_##S(const synoptic_float_convolution *s, const float *input, \
                                                        const unaligned_float *taps, float bias, float *output) { \
    filter_plane(K, S, s, input, taps, bias, output);                                                        \
  }
PLANE(3, 1)
PLANE(3, 2)
PLANE(5, 1)
PLANE(5, 2)

/// What 16 neighbouring maxima read of a row: 32 columns from `shift` on, and of a 3x3 window the last lane's third.
typedef struct pooled_columns {
  ptrdiff_t shift;
  __mmask16 low, high, third, stored;
} pooled_columns;

/// Maxima of 2x2 or 3x3 windows at stride 2 in one row of outputs: what lies outside the map is less than anything.
INLINE void pool_row(const int kernel, const synoptic_float_convolution *s, const float *input, ptrdiff_t first,
                     const pooled_columns *c, float *output) {
  const __m512 least = _mm512_set1_ps(-__builtin_inff());
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  const __m512i next = _mm512_add_epi32(even, _mm512_set1_epi32(2));
  __m512 low = least, high = least, third = least;
  UNROLL for (int line = 0; line < kernel; line++) {
    const ptrdiff_t from = first + line;
    if (from < 0 || from >= (ptrdiff_t)s->height) continue;
    const float *row = input + from * (ptrdiff_t)s->width + c->shift;
    low = _mm512_max_ps(low, _mm512_mask_loadu_ps(least, c->low, row));
    high = _mm512_max_ps(high, _mm512_mask_loadu_ps(least, c->high, row + 16));
    if (kernel == 3) third = _mm512_max_ps(third, _mm512_mask_loadu_ps(least, c->third, row + 17));
  }
  __m512 most = _mm512_max_ps(_mm512_permutex2var_ps(low, even, high), _mm512_permutex2var_ps(low, odd, high));
  if (kernel == 3) {
    // The last lane's third column is beyond `high`; its place is taken from there.
    const __m512 thirds = _mm512_permutex2var_ps(low, next, high);
    most = _mm512_max_ps(most, _mm512_mask_mov_ps(thirds, 0x8000, third));
  }
  _mm512_mask_storeu_ps(output, c->stored, most);
}

/// Row by row, so that the map is read as it lies; wide maps in parts.
INLINE void pool_plane(const int kernel, const synoptic_float_convolution *s, const float *input, float *output) {
  enum { MOST = 8 };
  const ptrdiff_t width = (ptrdiff_t)s->width;
  for (size_t start = 0; start < s->output_width; start += 16 * MOST) {
    pooled_columns columns[MOST];
    size_t count = 0;
    for (size_t x = start; x < s->output_width && count < MOST; x += 16) {
      const ptrdiff_t shift = (ptrdiff_t)(2 * x) - (ptrdiff_t)s->pad_left;
      const size_t left = s->output_width - x;
      columns[count++] = (pooled_columns){shift, inside(shift, width), inside(shift + 16, width),
                                          inside(shift + 17, width) & 0x8000,
                                          left < 16 ? (__mmask16)(0xFFFFu >> (16 - left)) : 0xFFFF};
    }
    for (size_t y = 0; y < s->output_height; y++)
      for (size_t i = 0; i < count; i++)
        pool_row(kernel, s, input, (ptrdiff_t)(2 * y) - (ptrdiff_t)s->pad_top, &columns[i],
                 output + y * s->output_width + start + 16 * i);
  }
}

bool synoptic_float_max_pool_avx512(const synoptic_float_convolution *s, const float *plane, float *output) {
  if (s->kernel_height != s->kernel_width || s->stride_height != 2 || s->stride_width != 2 || s->dilation_height != 1 ||
      s->dilation_width != 1)
    return false;
  if (s->kernel_height == 2) pool_plane(2, s, plane, output);
  else if (s->kernel_height == 3) pool_plane(3, s, plane, output);
  else return false;
  return true;
}

float_plane synoptic_float_plane_avx512(const synoptic_float_convolution *s) {
  const size_t kernel = s->kernel_height, stride = s->stride_height;
  if (kernel != s->kernel_width || stride != s->stride_width || (kernel != 3 && kernel != 5) || stride < 1 || stride > 2 ||
      s->dilation_height != 1 || s->dilation_width != 1)
    return NULL;
  if (kernel == 3) return stride == 1 ? plane_3_1 : plane_3_2;
  return stride == 1 ? plane_5_1 : plane_5_2;
}

#pragma clang attribute pop

#endif
