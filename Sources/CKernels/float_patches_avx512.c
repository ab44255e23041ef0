// Patches of a map into panels of up to 48 output pixels and one more: 16 pixels lie in a few lines of the map, and each
// line's share of them is one masked load, which gives the padding too.
#if defined(__x86_64__)

#include <immintrin.h>

#include "float_tile.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2"))), apply_to = function)

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16, MOST_PARTS = 4 };

/// What of a vector's pixels is in one line of the output: lanes first..<end. `y` and `x` are where the first of them
/// reads at tap (0, 0).
typedef struct line_part {
  ptrdiff_t first, end, y, x;
} line_part;

/// Up to 16 neighbouring pixels, and where they go at each row of the patch matrix.
typedef struct pixel_vector {
  size_t column, count, parts;
  line_part part[MOST_PARTS];
  float *to;
  size_t stride;
} pixel_vector;

/// The rows of a patch matrix that are one tap's: `count` of them, `step` apart, from channels `plane` floats apart.
typedef struct tap_rows {
  const float *input;
  size_t ky, kx, first, step, count, plane;
} tap_rows;

/// The lanes of the part whose pixels read inside the map at a tap.
INLINE __mmask16 inside(const synoptic_float_convolution *s, const line_part *part, ptrdiff_t y, ptrdiff_t x) {
  const ptrdiff_t stride = (ptrdiff_t)s->stride_width, width = (ptrdiff_t)s->width;
  if (y < 0 || y >= (ptrdiff_t)s->height || x >= width) return 0;
  const ptrdiff_t before = x < 0 ? (stride - 1 - x) / stride : 0, most = (width - x + stride - 1) / stride;
  const ptrdiff_t first = part->first + before, end = part->first + most < part->end ? part->first + most : part->end;
  return first >= end ? 0 : (__mmask16)((0xFFFFu << first) & (0xFFFFu >> (LANES - end)));
}

/// - Returns: false if the pixels lie in more lines than a vector can have parts.
static bool split(const synoptic_float_convolution *s, pixel_vector *vector) {
  size_t y = vector->column / s->output_width, x = vector->column % s->output_width;
  vector->parts = 0;
  for (size_t lane = 0; lane < vector->count; y++, x = 0) {
    if (vector->parts == MOST_PARTS) return false;
    const size_t length = s->output_width - x < vector->count - lane ? s->output_width - x : vector->count - lane;
    vector->part[vector->parts++] =
        (line_part){(ptrdiff_t)lane, (ptrdiff_t)(lane + length), (ptrdiff_t)(y * s->stride_height) - (ptrdiff_t)s->pad_top,
                    (ptrdiff_t)(x * s->stride_width) - (ptrdiff_t)s->pad_left};
    lane += length;
  }
  return true;
}

/// One tap of all channels for one vector. `parts` and `stride`, 1 or 2, are constants wherever this is inlined.
INLINE void copy(const size_t parts, const int stride, const tap_rows *rows, const float *const from[MOST_PARTS],
                 const __mmask16 masks[MOST_PARTS], const pixel_vector *vector) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __mmask16 stored = (__mmask16)(0xFFFFu >> (LANES - vector->count));
  __mmask16 low[MOST_PARTS], high[MOST_PARTS];
  for (size_t i = 0; i < parts; i++) {
    low[i] = (__mmask16)_pdep_u32(masks[i], 0x5555);
    high[i] = (__mmask16)_pdep_u32((unsigned)masks[i] >> 8, 0x5555);
  }
  float *to = vector->to + rows->first * vector->stride;
  const size_t step = rows->step * vector->stride;
  size_t offset = 0;
  for (size_t n = 0; n < rows->count; n++, to += step, offset += rows->plane) {
    __m512 values = _mm512_setzero_ps();
#pragma clang loop unroll(full)
    for (size_t i = 0; i < parts; i++) {
      if (stride == 1)
        values = _mm512_mask_loadu_ps(values, masks[i], from[i] + offset);
      else
        values = _mm512_mask_blend_ps(
            masks[i], values,
            _mm512_permutex2var_ps(_mm512_maskz_loadu_ps(low[i], from[i] + offset), even,
                                   _mm512_maskz_loadu_ps(high[i], from[i] + offset + LANES)));
    }
    _mm512_mask_storeu_ps(to, stored, values);
  }
}

INLINE void copy_lines(const int stride, const synoptic_float_convolution *s, const tap_rows *rows,
                       const pixel_vector *vector) {
  const float *from[MOST_PARTS];
  __mmask16 masks[MOST_PARTS];
  size_t parts = 0;
  for (size_t i = 0; i < vector->parts; i++) {
    const line_part *part = &vector->part[i];
    const ptrdiff_t y = part->y + (ptrdiff_t)(rows->ky * s->dilation_height);
    const ptrdiff_t x = part->x + (ptrdiff_t)(rows->kx * s->dilation_width);
    masks[parts] = inside(s, part, y, x);
    from[parts] = rows->input + y * (ptrdiff_t)s->width + x - part->first * stride;
    if (masks[parts]) parts++;
  }
  switch (parts) {
    case 0: copy(0, stride, rows, from, masks, vector); break;
    case 1: copy(1, stride, rows, from, masks, vector); break;
    case 2: copy(2, stride, rows, from, masks, vector); break;
    case 3: copy(3, stride, rows, from, masks, vector); break;
    default: copy(4, stride, rows, from, masks, vector); break;
  }
}

/// For any stride and any map: lane by lane.
static void gather(const synoptic_float_convolution *s, const tap_rows *rows, const pixel_vector *vector) {
  int index[LANES] = {0};
  __mmask16 mask = 0;
  for (size_t lane = 0; lane < vector->count; lane++) {
    const size_t column = vector->column + lane;
    const ptrdiff_t y = (ptrdiff_t)(column / s->output_width * s->stride_height + rows->ky * s->dilation_height) -
                        (ptrdiff_t)s->pad_top;
    const ptrdiff_t x = (ptrdiff_t)(column % s->output_width * s->stride_width + rows->kx * s->dilation_width) -
                        (ptrdiff_t)s->pad_left;
    if (y < 0 || y >= (ptrdiff_t)s->height || x < 0 || x >= (ptrdiff_t)s->width) continue;
    mask |= (__mmask16)(1u << lane);
    index[lane] = (int)(y * (ptrdiff_t)s->width + x);
  }
  const __m512i indices = _mm512_loadu_si512(index);
  const __mmask16 stored = (__mmask16)(0xFFFFu >> (LANES - vector->count));
  float *to = vector->to + rows->first * vector->stride;
  for (size_t n = 0; n < rows->count; n++, to += rows->step * vector->stride)
    _mm512_mask_storeu_ps(to, stored, _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, indices,
                                                               rows->input + n * rows->plane, 4));
}

static void pack_vector(const synoptic_float_convolution *s, const float *input, size_t k, size_t depth,
                        pixel_vector *vector) {
  const size_t window = s->kernel_height * s->kernel_width;
  const bool by_line = s->stride_width <= 2 && split(s, vector);
  tap_rows rows = {.step = window, .plane = s->height * s->width};
  for (size_t tap = 0; tap < window; tap++) {
    rows.first = (tap + window - k % window) % window;
    if (rows.first >= depth) continue;
    rows.count = (depth - rows.first + window - 1) / window;
    rows.input = input + (k + rows.first) / window * rows.plane;
    rows.ky = tap / s->kernel_width;
    rows.kx = tap % s->kernel_width;
    if (!by_line) gather(s, &rows, vector);
    else if (s->stride_width == 1) copy_lines(1, s, &rows, vector);
    else copy_lines(2, s, &rows, vector);
  }
}

void synoptic_float_patches_avx512(const synoptic_float_convolution *s, const float *input, size_t k, size_t depth,
                                   size_t column, const float_panel *panel) {
  for (size_t j = 0; j < panel->count; j += LANES) {
    const size_t count = panel->count - j < LANES ? panel->count - j : LANES;
    pixel_vector vector = {.column = column + j, .count = count, .to = panel->start + j, .stride = panel->stride};
    pack_vector(s, input, k, depth, &vector);
  }
  if (panel->more) {
    pixel_vector vector = {.column = column + panel->count, .count = 1, .to = panel->more, .stride = 1};
    pack_vector(s, input, k, depth, &vector);
  }
}

#pragma clang attribute pop

#endif
