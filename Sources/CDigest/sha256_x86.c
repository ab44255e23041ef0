#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include "CDigest.h"
#include "round_constants.h"

/// The x86 SHA extensions keep the state as (A,B,E,F) and (C,D,G,H); Intel, "Intel SHA Extensions", 2013.
__attribute__((target("sha,sse4.1,ssse3"))) static void blocks_sha_extensions(
    uint32_t state[8], const uint8_t *blocks, size_t block_count) {
  const __m128i byte_swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8);
  __m128i cdgh = _mm_blend_epi16(high, low, 0xf0);

  for (; block_count > 0; block_count--, blocks += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; i++)
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * i)), byte_swap);
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) {
      const __m128i words = w[group & 3];
      __m128i sum = _mm_add_epi32(words, _mm_load_si128((const __m128i *)(round_constants + 4 * group)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (group < 12) {
        const __m128i next = w[(group + 1) & 3], after = w[(group + 2) & 3], last = w[(group + 3) & 3];
        __m128i partial = _mm_sha256msg1_epu32(words, next);
        partial = _mm_add_epi32(partial, _mm_alignr_epi8(last, after, 4));
        w[group & 3] = _mm_sha256msg2_epu32(partial, last);
      }
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  low = _mm_shuffle_epi32(abef, 0x1b);
  high = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

static int processor_has_sha_extensions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(1, 0, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

void synoptic_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t block_count) {
  // Asked once: cpuid traps to the hypervisor on virtual machines.
  static int has_extensions = -1;
  int known = __atomic_load_n(&has_extensions, __ATOMIC_RELAXED);
  if (known < 0) {
    known = processor_has_sha_extensions();
    __atomic_store_n(&has_extensions, known, __ATOMIC_RELAXED);
  }
  if (known)
    blocks_sha_extensions(state, blocks, block_count);
  else
    synoptic_sha256_blocks_portable(state, blocks, block_count);
}

#endif
