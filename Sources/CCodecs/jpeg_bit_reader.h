/// Reading a stream's bits, most significant first.
///
/// Source: variant 4 of Fabian Giesen, "Reading bits in far too many ways", part 2.
#ifndef SYNOPTIC_JPEG_BIT_READER_H
#define SYNOPTIC_JPEG_BIT_READER_H

#include <stdint.h>
#include <string.h>

/// Where reading is. The bits in hand are the upper `bits` of `buffer`; below them, the next ones may already be.
typedef struct {
  uint64_t buffer;
  uint32_t bits;
  const uint8_t *read;
} bit_reader;

/// Brings the bits in hand to at least 56.
static inline void refill(bit_reader *reader) {
  uint64_t next;
  memcpy(&next, reader->read, sizeof next);
  reader->buffer |= __builtin_bswap64(next) >> reader->bits;
  reader->read += (63 - reader->bits) >> 3;
  reader->bits |= 56;
}

static inline void take(bit_reader *reader, uint32_t count) {
  reader->buffer <<= count;
  reader->bits -= count;
}

#endif
