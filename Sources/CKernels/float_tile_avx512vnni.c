#if defined(__x86_64__)
#include <immintrin.h>

#define FLOAT_LANES 16
#define FLOAT_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#include "float_vector_rows.h"

enum { ROWS = 8, VECTORS = 3 };

/// The one column more: what its sums start from,
FLOAT_INLINE __m256 column_start(const float_tile_product *p) {
  if (p->bias) return _mm256_loadu_ps(p->bias);
  float start[ROWS] = {0};
  for (size_t r = 0; r < p->rows; r++) start[r] = p->c[r * p->c_stride + p->columns];
  return _mm256_loadu_ps(start);
}

/// and where they go.
FLOAT_INLINE void column_end(const float_tile_product *p, __m256 sums) {
  float end[ROWS] = {0};
  if (p->addend) {
    for (size_t r = 0; r < p->rows; r++) end[r] = p->addend[r * p->c_stride + p->columns];
    sums = _mm256_add_ps(sums, _mm256_loadu_ps(end));
  }
  _mm256_storeu_ps(end, _mm256_min_ps(_mm256_set1_ps(p->upper), _mm256_max_ps(_mm256_set1_ps(p->lower), sums)));
  for (size_t r = 0; r < p->rows; r++) p->c[r * p->c_stride + p->columns] = end[r];
}

/// A tile of 8 rows by 1 to 3 vectors, 24 accumulators, and, with `more`, one column of 8 rows: a vector down that
/// column costs one product a step where a vector along the rows would cost eight. `vectors` and `more` are constants
/// wherever this is inlined.
FLOAT_INLINE void tile(const float_tile_product *p, size_t vectors, bool more, __mmask16 last) {
  __m512 sums[ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      const __mmask16 mask = v + 1 == vectors ? last : 0xFFFF;
      if (p->bias) sums[r][v] = _mm512_set1_ps(p->bias[r]);
      else if (r < p->rows) sums[r][v] = _mm512_maskz_loadu_ps(mask, p->c + r * p->c_stride + 16 * v);
      else sums[r][v] = _mm512_setzero_ps();
    }
  __m256 down = more ? column_start(p) : _mm256_setzero_ps();
  const float *a = p->a, *next = p->next_a, *b = p->b, *one = p->more;
  for (size_t k = 0; k < p->depth; k++, a += ROWS, next += ROWS, b += p->b_stride) {
    __m512 columns[VECTORS];
    // Weights may come from memory.
    _mm_prefetch((const char *)next, _MM_HINT_T0);
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      columns[v] = v + 1 == vectors ? _mm512_maskz_loadu_ps(last, b + 16 * v) : _mm512_loadu_ps(b + 16 * v);
    if (more) {
      down = _mm256_fmadd_ps(_mm256_loadu_ps(a), _mm256_set1_ps(*one), down);
      one += p->more_stride;
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROWS; r++) {
      __m512 weight = _mm512_set1_ps(a[r]);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[r][v] = _mm512_fmadd_ps(weight, columns[v], sums[r][v]);
    }
  }
  if (p->addend)
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROWS; r++)
      if (r < p->rows)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++)
          sums[r][v] = _mm512_add_ps(sums[r][v], _mm512_maskz_loadu_ps(v + 1 == vectors ? last : 0xFFFF,
                                                                        p->addend + r * p->c_stride + 16 * v));
  __m512 low = _mm512_set1_ps(p->lower), high = _mm512_set1_ps(p->upper);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
    if (r < p->rows)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        _mm512_mask_storeu_ps(p->c + r * p->c_stride + 16 * v, v + 1 == vectors ? last : 0xFFFF,
                              _mm512_min_ps(high, _mm512_max_ps(low, sums[r][v])));
  if (more) column_end(p, down);
}

FLOAT_TARGET static void run(const float_tile_product *p) {
  __mmask16 last = (__mmask16)(0xFFFF >> ((16 - p->columns % 16) % 16));
  if (p->more) tile(p, 3, true, 0xFFFF);
  else if (p->columns > 32) tile(p, 3, false, last);
  else if (p->columns > 16) tile(p, 2, false, last);
  else tile(p, 1, false, last);
}

FLOAT_TARGET static void pack_rows(const float *from, size_t from_stride, size_t depth, const float_panel *panel) {
  __mmask16 last = (__mmask16)(0xFFFF >> ((16 - panel->count % 16) % 16));
  size_t full = (panel->count - 1) / 16 * 16;
  for (size_t d = 0; d < depth; d++, from += from_stride) {
    float *to = panel->start + d * panel->stride;
    for (size_t v = 0; v < full; v += 16) _mm512_storeu_ps(to + v, _mm512_loadu_ps(from + v));
    _mm512_mask_storeu_ps(to + full, last, _mm512_maskz_loadu_ps(last, from + full));
    if (panel->more) panel->more[d] = from[panel->count];
  }
}

const float_tile synoptic_float_tile_avx512 = {ROWS, 16 * VECTORS, 16, true, run, pack_rows,
                                               synoptic_float_patches_avx512, dense, taps};
#endif
