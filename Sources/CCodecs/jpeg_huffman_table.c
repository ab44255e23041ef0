#include "jpeg_huffman_table.h"

/// Fills what begins with a code.
static void fill_lookup(entry *first, uint32_t free_bits, uint32_t length, huffman_meaning meaning) {
  uint32_t size = meaning.size, skip = meaning.skip;
  if (size > free_bits) {
    entry code_only = (length + size) | value_follows | skip << 8 | size << 16 | length << 24;
    for (uint32_t i = 0; i < 1u << free_bits; ++i) first[i] = code_only;
    return;
  }
  uint32_t copies = 1u << (free_bits - size);
  for (uint32_t bits = 0; bits < 1u << size; ++bits) {
    uint32_t value = (uint32_t)extended(bits, size) << 16;
    for (uint32_t i = 0; i < copies; ++i) *first++ = (length + size) | skip << 8 | value;
  }
}

bool synoptic_huffman_make_table(huffman_table *table, const JHUFF_TBL *given, bool is_dc) {
  if (given == NULL) return false;
  for (int i = 0; i < lookup_size; ++i) table->lookup[i] = no_code;
  uint32_t code = 0;
  int32_t place = 0;
  for (uint32_t length = 1; length <= longest_code; ++length, code <<= 1) {
    uint32_t count = given->bits[length];
    table->greatest[length] = -1;
    table->offset[length] = place - (int32_t)code;
    if (place + (int32_t)count > 256 || code + count > 1u << length) return false;
    for (uint32_t i = 0; i < count; ++i, ++code, ++place) {
      uint8_t symbol = given->huffval[place];
      if (is_dc && symbol > 15) return false;
      table->symbols[place] = symbol;
      if (length > lookup_bits) continue;
      uint32_t free_bits = lookup_bits - length;
      fill_lookup(table->lookup + (code << free_bits), free_bits, length, huffman_meaning_of(symbol, is_dc));
    }
    if (count > 0) table->greatest[length] = (int32_t)code - 1;
  }
  return true;
}

void synoptic_huffman_make_pairs(entry_pair *pairs, const entry *lookup) {
  for (uint32_t i = 0; i < lookup_size; ++i) {
    entry first = lookup[i];
    entry both = first;
    if ((first & value_follows) == 0 && (first >> 8 & 0xff) < end_of_block) {
      uint32_t taken = first & taken_bits;
      entry second = lookup[i << taken & (lookup_size - 1)];
      // The bits that are not known yet were taken to be zeros: what needs them is not known either.
      if ((second & value_follows) == 0 && taken + (second & taken_bits) <= lookup_bits) {
        both = (second & 0xffff0000) + ((first + second) & 0xffff);
      }
    }
    pairs[i] = (entry_pair){first, both};
  }
}
