/// What the next bits of a JPEG's stream mean, looked up.
///
/// Source: ITU-T T.81, annexes C and F.2.2.
#ifndef SYNOPTIC_JPEG_HUFFMAN_TABLE_H
#define SYNOPTIC_JPEG_HUFFMAN_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

enum {
  /// Bits that a table is looked up by. More would find more values at once, and push more out of the cache.
  lookup_bits = 11,
  lookup_size = 1 << lookup_bits,
  longest_code = 16,
  /// The end of a block: farther than any block goes, and what is stored there is a zero.
  end_of_block = 64,
};

/// What the next bits are. Bits 0 to 5: how many to take. The second byte: how many coefficients to go on. The upper
/// half: the value. With `value_follows` the third byte is the number of bits that the value has and the fourth that of
/// the code; and 0 bits are to be taken where the code itself is longer than the lookup.
typedef uint32_t entry;
enum { taken_bits = 0x3f, value_follows = 0x80, no_code = value_follows };

typedef struct {
  entry lookup[lookup_size];
  /// By length: the greatest code, or -1; and what to add to a code for its symbol's place.
  int32_t greatest[longest_code + 2];
  int32_t offset[longest_code + 1];
  uint8_t symbols[256];
} huffman_table;

/// What the next bits are among coefficients, up to two codes at once: about half of all come in such pairs.
typedef struct {
  /// Of the first code alone.
  entry first;
  /// Of both: the bits that they take, how far they go on, and the second value. The same as `first` where the
  /// second code does not fit.
  entry both;
} entry_pair;

/// A value's bits as its number: those that begin with a zero are negative (T.81, F.2.2.1).
static inline int32_t extended(uint32_t bits, uint32_t size) {
  return size == 0 ? 0 : bits >> (size - 1) ? (int32_t)bits : (int32_t)bits - (int32_t)(1u << size) + 1;
}

/// How far a symbol goes on among the coefficients, and how many bits its value has.
typedef struct {
  uint32_t skip;
  uint32_t size;
} huffman_meaning;

static inline huffman_meaning huffman_meaning_of(uint8_t symbol, bool is_dc) {
  if (is_dc) return (huffman_meaning){0, symbol};
  uint32_t size = symbol & 15;
  return (huffman_meaning){size == 0 && symbol != 0xf0 ? end_of_block : (symbol >> 4) + 1u, size};
}

/// - Returns: false for lengths that are no Huffman code.
bool synoptic_huffman_make_table(huffman_table *table, const JHUFF_TBL *given, bool is_dc);

void synoptic_huffman_make_pairs(entry_pair *pairs, const entry *lookup);

#endif
