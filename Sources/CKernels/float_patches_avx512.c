// Patches of a map into panels of up to 48 output pixels and one more: 16 pixels lie in a few lines of the map, and
// each line's share of them is one masked load, which gives the padding too.
#if defined(__x86_64__)

#include <immintrin.h>

#include "float_tile.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2"))), apply_to = function)

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16, MOST_VECTORS = 4, MOST_PARTS = 4, MOST_TAPS = 16 };

/// What of a vector's pixels is in one line of the output.
typedef struct line_part {
  /// From a plane's start to what lane 0 would read at tap (0, 0).
  ptrdiff_t offset;
  /// For each column of taps the lanes that read inside the map; for each row of taps all lanes or none.
  __mmask16 columns[MOST_TAPS], rows[MOST_TAPS];
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

/// The lanes first..<end of which lane i reads column x + (i - first) * stride, where that is inside the map. The
/// stride is 1 or 2.
static __mmask16 inside(const synoptic_float_convolution *s, size_t first, size_t end, ptrdiff_t x) {
  const int halves = s->stride_width == 2;
  const ptrdiff_t width = (ptrdiff_t)s->width, lanes = (ptrdiff_t)(end - first);
  const ptrdiff_t before = x < 0 ? (halves - x) >> halves : 0, most = (width - x + halves) >> halves;
  const ptrdiff_t until = most < lanes ? most : lanes;
  return before >= until ? 0 : (__mmask16)(((1u << until) - (1u << before)) << first);
}

static line_part part_of(const synoptic_float_convolution *s, size_t row, size_t column, size_t first, size_t end) {
  const ptrdiff_t y = (ptrdiff_t)(row * s->stride_height) - (ptrdiff_t)s->pad_top;
  const ptrdiff_t x = (ptrdiff_t)(column * s->stride_width) - (ptrdiff_t)s->pad_left;
  line_part part = {.offset = y * (ptrdiff_t)s->width + x - (ptrdiff_t)(first * s->stride_width)};
  for (size_t kx = 0; kx < s->kernel_width; kx++)
    part.columns[kx] = inside(s, first, end, x + (ptrdiff_t)(kx * s->dilation_width));
  for (size_t ky = 0; ky < s->kernel_height; ky++) {
    const ptrdiff_t line = y + (ptrdiff_t)(ky * s->dilation_height);
    part.rows[ky] = line >= 0 && line < (ptrdiff_t)s->height ? 0xFFFF : 0;
  }
  return part;
}

/// - Returns: false if the pixels lie in more lines than a vector can have parts.
static bool split(const synoptic_float_convolution *s, pixel_vector *vector) {
  size_t y = vector->column / s->output_width, x = vector->column % s->output_width;
  vector->parts = 0;
  for (size_t lane = 0; lane < vector->count; y++, x = 0) {
    if (vector->parts == MOST_PARTS) return false;
    const size_t length = s->output_width - x < vector->count - lane ? s->output_width - x : vector->count - lane;
    vector->part[vector->parts++] = part_of(s, y, x, lane, lane + length);
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
  const float *tap = rows->input + rows->ky * s->dilation_height * s->width + rows->kx * s->dilation_width;
  size_t parts = 0;
  for (size_t i = 0; i < vector->parts; i++) {
    const line_part *part = &vector->part[i];
    masks[parts] = part->columns[rows->kx] & part->rows[rows->ky];
    from[parts] = tap + part->offset;
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

/// The rows of the first tap in `depth` rows from `k` on.
static tap_rows first_tap(const synoptic_float_convolution *s, const float *input, size_t k, size_t depth) {
  const size_t window = s->kernel_height * s->kernel_width, rest = k % window, plane = s->height * s->width;
  const size_t first = rest ? window - rest : 0;
  return (tap_rows){.input = input + (k + first) / window * plane, .first = first, .step = window, .plane = plane,
                    .count = depth / window + (first < depth % window)};
}

/// The next tap's.
INLINE void step(const synoptic_float_convolution *s, size_t depth, tap_rows *rows) {
  if (++rows->kx == s->kernel_width) {
    rows->kx = 0;
    rows->ky++;
  }
  if (++rows->first == rows->step) {
    // This tap of the channel before is among the rows too.
    rows->first = 0;
    rows->input -= rows->plane;
  }
  rows->count = depth / rows->step + (rows->first < depth % rows->step);
}

void synoptic_float_patches_avx512(const synoptic_float_convolution *s, const float *input, size_t k, size_t depth,
                                   size_t column, const float_panel *panel) {
  pixel_vector vectors[MOST_VECTORS];
  size_t count = 0;
  for (size_t j = 0; j < panel->count; j += LANES, count++) {
    const size_t pixels = panel->count - j < LANES ? panel->count - j : LANES;
    vectors[count].column = column + j;
    vectors[count].count = pixels;
    vectors[count].to = panel->start + j;
    vectors[count].stride = panel->stride;
  }
  if (panel->more) {
    vectors[count].column = column + panel->count;
    vectors[count].count = 1;
    vectors[count].to = panel->more;
    vectors[count++].stride = 1;
  }
  bool by_line = s->stride_width <= 2 && s->kernel_width <= MOST_TAPS && s->kernel_height <= MOST_TAPS;
  for (size_t v = 0; v < count; v++) by_line = by_line && split(s, &vectors[v]);
  tap_rows rows = first_tap(s, input, k, depth);
  for (size_t tap = 0; tap < rows.step; tap++, step(s, depth, &rows))
    for (size_t v = 0; v < count; v++) {
      if (!by_line) gather(s, &rows, &vectors[v]);
      else if (s->stride_width == 1) copy_lines(1, s, &rows, &vectors[v]);
      else copy_lines(2, s, &rows, &vectors[v]);
    }
}

#pragma clang attribute pop

#endif
