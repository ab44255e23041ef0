#if defined(__x86_64__)
#include <immintrin.h>

#include "float_patch_lines.h"

#define FLOAT_LANES 8
#define FLOAT_TARGET __attribute__((target("avx2,fma")))
#include "float_vector_rows.h"

enum { ROWS = 6, VECTORS = 2 };

/// A tile of 6 rows by 1 or 2 vectors: 12 accumulators. `vectors` is a constant wherever this is inlined.
FLOAT_INLINE void tile(const float_tile_product *p, size_t vectors, __m256i last) {
  __m256 sums[ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      const float *c = p->c + r * p->c_stride + 8 * v;
      if (p->bias) sums[r][v] = _mm256_set1_ps(p->bias[r]);
      else if (r < p->rows) sums[r][v] = v + 1 == vectors ? _mm256_maskload_ps(c, last) : _mm256_loadu_ps(c);
      else sums[r][v] = _mm256_setzero_ps();
    }
  const float *a = p->a, *b = p->b;
  for (size_t k = 0; k < p->depth; k++, a += ROWS, b += p->b_stride) {
    __m256 columns[VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      columns[v] = v + 1 == vectors ? _mm256_maskload_ps(b + 8 * v, last) : _mm256_loadu_ps(b + 8 * v);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROWS; r++) {
      __m256 weight = _mm256_broadcast_ss(a + r);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[r][v] = _mm256_fmadd_ps(weight, columns[v], sums[r][v]);
    }
  }
  if (p->addend)
#pragma clang loop unroll(full)
    for (size_t r = 0; r < ROWS; r++)
      if (r < p->rows)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
          const float *addend = p->addend + r * p->c_stride + 8 * v;
          sums[r][v] = _mm256_add_ps(
              sums[r][v], v + 1 == vectors ? _mm256_maskload_ps(addend, last) : _mm256_loadu_ps(addend));
        }
  __m256 low = _mm256_set1_ps(p->lower), high = _mm256_set1_ps(p->upper);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < ROWS; r++)
    if (r < p->rows)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) {
        float *c = p->c + r * p->c_stride + 8 * v;
        __m256 sum = _mm256_min_ps(high, _mm256_max_ps(low, sums[r][v]));
        if (v + 1 == vectors) _mm256_maskstore_ps(c, last, sum);
        else _mm256_storeu_ps(c, sum);
      }
}

FLOAT_TARGET static void run(const float_tile_product *p) {
  int valid = (int)((p->columns + 7) % 8) + 1;
  __m256i last = _mm256_cmpgt_epi32(_mm256_set1_epi32(valid), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  if (p->columns > 8) tile(p, 2, last);
  else tile(p, 1, last);
}

FLOAT_TARGET static void pack_rows(const float *from, size_t from_stride, size_t depth, const float_panel *panel) {
  for (size_t d = 0; d < depth; d++, from += from_stride) {
    float *to = panel->start + d * panel->stride;
    // The usual width is a constant to the compiler.
    if (panel->count == 16) memcpy(to, from, 16 * sizeof(float));
    else memcpy(to, from, panel->count * sizeof(float));
  }
}

FLOAT_TARGET static void every_second(const float *in, float *out, size_t count) {
  size_t i = 0;
  for (; i + 8 < count; i += 8) {
    __m256 pairs = _mm256_shuffle_ps(_mm256_loadu_ps(in + 2 * i), _mm256_loadu_ps(in + 2 * i + 8), 0x88);
    _mm256_storeu_ps(out + i, _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(pairs), 0xD8)));
  }
  for (; i < count; i++) out[i] = in[2 * i];
}

FLOAT_TARGET static void pack_patches(const synoptic_float_convolution *shape, const float *input, size_t k,
                                      size_t depth, size_t column, const float_panel *panel) {
  for (size_t d = 0; d < depth; d++)
    patch_row(shape, input, k + d, column, panel->count, panel->start + d * panel->stride, every_second);
}

const float_tile synoptic_float_tile_avx2 = {ROWS, 8 * VECTORS, 8, false, run, pack_rows, pack_patches, dense, taps};
#endif
