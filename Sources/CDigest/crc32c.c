#include "CDigest.h"

/// The polynomial 0x1EDC6F41, its bits reversed.
static const uint32_t polynomial = 0x82f63b78;

uint32_t synoptic_crc32c_portable(uint32_t checksum, const uint8_t *bytes, size_t count) {
  uint32_t table[256];
  for (uint32_t value = 0; value < 256; value++) {
    uint32_t remainder = value;
    for (int bit = 0; bit < 8; bit++) remainder = remainder >> 1 ^ (remainder & 1 ? polynomial : 0);
    table[value] = remainder;
  }
  checksum = ~checksum;
  for (size_t i = 0; i < count; i++) checksum = checksum >> 8 ^ table[(checksum ^ bytes[i]) & 0xff];
  return ~checksum;
}

#if defined(__x86_64__)

#include <nmmintrin.h>
#include <string.h>

__attribute__((target("sse4.2"))) static uint32_t checksum_sse42(uint32_t checksum, const uint8_t *bytes,
                                                                size_t count) {
  uint64_t state = (uint32_t)~checksum;
  for (; count >= 8; count -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    state = _mm_crc32_u64(state, word);
  }
  for (; count > 0; count--, bytes++) state = _mm_crc32_u8((uint32_t)state, *bytes);
  return ~(uint32_t)state;
}

uint32_t synoptic_crc32c(uint32_t checksum, const uint8_t *bytes, size_t count) {
  return __builtin_cpu_supports("sse4.2") ? checksum_sse42(checksum, bytes, count)
                                          : synoptic_crc32c_portable(checksum, bytes, count);
}

#else

uint32_t synoptic_crc32c(uint32_t checksum, const uint8_t *bytes, size_t count) {
  return synoptic_crc32c_portable(checksum, bytes, count);
}

#endif
