// Hashes and checksums in portable C and with the processor's own instructions. A library that has them would bring a
// whole cryptographic toolkit into the build.
#ifndef SYNOPTIC_CDIGEST_H
#define SYNOPTIC_CDIGEST_H

#include <stddef.h>
#include <stdint.h>

/// SHA-256 (FIPS 180-4): folds `block_count` blocks of 64 bytes into the eight working words of `state`.
/// The implementation is chosen from what the processor can do.
void synoptic_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t block_count);

/// The portable implementation by itself, so that tests can compare the two.
void synoptic_sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t block_count);

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of `count` more bytes; `checksum` is that of what came before, 0 at
/// the start. With the processor's own instruction where it has one.
uint32_t synoptic_crc32c(uint32_t checksum, const uint8_t *bytes, size_t count);

/// The portable implementation by itself, so that tests can compare the two.
uint32_t synoptic_crc32c_portable(uint32_t checksum, const uint8_t *bytes, size_t count);

#endif
