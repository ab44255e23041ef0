/// SHA-256 (FIPS 180-4): the block function, in portable C and with the x86 SHA extensions.
///
/// A library with a SHA-256 would bring a whole cryptographic toolkit into the build;
/// content hashes need just this one function.
#ifndef SYNOPTIC_CDIGEST_H
#define SYNOPTIC_CDIGEST_H

#include <stddef.h>
#include <stdint.h>

/// Folds `block_count` blocks of 64 bytes into the eight working words of `state`.
/// The implementation is chosen from what the processor can do.
void synoptic_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t block_count);

/// The portable implementation by itself, so that tests can compare the two.
void synoptic_sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t block_count);

#endif
