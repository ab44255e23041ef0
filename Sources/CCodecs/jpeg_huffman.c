#include "jpeg_huffman.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <jpeglib.h>

#if defined(LIBJPEG_TURBO_VERSION) && JPEG_LIB_VERSION < 80 && __has_include(<jpegint.h>)

#define JPEG_INTERNALS
#include <jpegint.h>

enum {
  /// Bits that a table is looked up by. More would find more values at once, and push more out of the cache.
  lookup_bits = 11,
  /// Lookups that the bits of one refill are enough for.
  lookups_a_refill = 56 / lookup_bits,
  lookup_size = 1 << lookup_bits,
  longest_code = 16,
  /// A block reads at most 64 codes of 16 bits, each with up to 15 bits of value, and then whole words.
  readable_behind = 64 * 31 / 8 + 16,
  /// The end of a block: farther than any block goes, and what is stored there is a zero.
  end_of_block = 64,
};

/// What the next bits are. Bits 0 to 5: how many to take. The second byte: how many coefficients to go on. The upper
/// half: the value. With `value_follows` the upper half is the number of bits that the value has, and 0 bits are
/// taken where the code itself is longer than the lookup.
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

/// Where reading is. The bits in hand are the upper `bits` of `buffer`; below them, the next ones may already be.
typedef struct {
  uint64_t buffer;
  uint32_t bits;
  const uint8_t *read;
} bit_reader;

typedef struct {
  /// What libjpeg knows of it: first, as in every module of its.
  struct jpeg_entropy_decoder module;
  void (*give_up)(j_decompress_ptr);
  bit_reader reader;
  /// The bytes up to the next marker, without the zeros that are stuffed behind each 0xff.
  uint8_t *segment;
  const uint8_t *segment_end;
  /// In the stream: the marker that ends the segment, or the stream's end.
  const uint8_t *marker;
  const uint8_t *stream_end;
  uint32_t restarts_to_go;
  uint32_t next_restart;
  uint64_t units_to_go;
  uint32_t last_dc[MAX_COMPS_IN_SCAN];
  /// Of each block in a unit.
  struct {
    const huffman_table *dc, *ac;
    const entry_pair *pairs;
    uint32_t *last_dc;
  } blocks[D_MAX_BLOCKS_IN_MCU];
  /// Where blocks go that nobody wants.
  JBLOCK unwanted;
  huffman_table dc[NUM_HUFF_TBLS];
  huffman_table ac[NUM_HUFF_TBLS];
  entry_pair ac_pairs[NUM_HUFF_TBLS][lookup_size];
} huffman_decoder;

/// The order of coefficients in a stream. A damaged block may go past its end, which libjpeg stores in the last
/// place; so does the end of a block, with a zero.
static const uint8_t natural_order[64 + 2 * end_of_block] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    [64 ... 64 + 2 * end_of_block - 1] = 63};

/// A value's bits as its number: those that begin with a zero are negative (T.81, F.2.2.1).
static inline int32_t extended(uint32_t bits, uint32_t size) {
  return size == 0 ? 0 : bits >> (size - 1) ? (int32_t)bits : (int32_t)bits - (int32_t)(1u << size) + 1;
}

/// How far a symbol goes on among the coefficients, and how many bits its value has.
static void meaning(uint8_t symbol, bool is_dc, uint32_t *skip, uint32_t *size) {
  *size = is_dc ? symbol : symbol & 15;
  *skip = is_dc ? 0 : (symbol >> 4) + 1;
  if (!is_dc && *size == 0 && symbol != 0xf0) *skip = end_of_block;
}

static void fill_lookup(entry *first, uint32_t free_bits, uint32_t length, uint32_t skip, uint32_t size) {
  if (size > free_bits) {
    entry code_only = length | value_follows | skip << 8 | size << 16;
    for (uint32_t i = 0; i < 1u << free_bits; ++i) first[i] = code_only;
    return;
  }
  uint32_t copies = 1u << (free_bits - size);
  for (uint32_t bits = 0; bits < 1u << size; ++bits) {
    uint32_t value = (uint32_t)extended(bits, size) << 16;
    for (uint32_t i = 0; i < copies; ++i) *first++ = (length + size) | skip << 8 | value;
  }
}

/// - Returns: false for lengths that are no Huffman code.
static bool make_table(huffman_table *table, const JHUFF_TBL *given, bool is_dc) {
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
      uint32_t skip, size;
      meaning(symbol, is_dc, &skip, &size);
      uint32_t free_bits = lookup_bits - length;
      fill_lookup(table->lookup + (code << free_bits), free_bits, length, skip, size);
    }
    if (count > 0) table->greatest[length] = (int32_t)code - 1;
  }
  return true;
}

static void make_pairs(entry_pair *pairs, const entry *lookup) {
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

/// The value behind a code of `size` bits, all of them in hand, as the entry of the code would have it.
static inline __attribute__((always_inline)) entry take_value(bit_reader *reader, uint32_t skip, uint32_t size) {
  uint32_t bits = size == 0 ? 0 : (uint32_t)(reader->buffer >> (64 - size));
  take(reader, size);
  refill(reader);
  return (uint32_t)extended(bits, size) << 16 | skip << 8;
}

/// A code that is longer than the lookup, with its value; `no_code` for what is none.
static __attribute__((noinline)) entry long_code(bit_reader *reader, const huffman_table *table, bool is_dc) {
  uint32_t length = lookup_bits + 1;
  while (length <= longest_code && (int32_t)(reader->buffer >> (64 - length)) > table->greatest[length]) ++length;
  if (length > longest_code) return no_code;
  int32_t place = (int32_t)(reader->buffer >> (64 - length)) + table->offset[length];
  uint32_t skip, size;
  meaning(table->symbols[place & 255], is_dc, &skip, &size);
  take(reader, length);
  return take_value(reader, skip, size);
}

/// What the lookup did not give whole, its bits taken; `no_code` for what is none.
static inline __attribute__((always_inline)) entry
    complete(bit_reader *reader, const huffman_table *table, entry found, bool is_dc) {
  refill(reader);
  if (__builtin_expect(found != no_code, 1)) {
    take(reader, found & taken_bits);
    return take_value(reader, found >> 8 & 0xff, found >> 16);
  }
  // A copy is lent, so that the reader itself stays in registers.
  bit_reader lent = *reader;
  found = long_code(&lent, table, is_dc);
  *reader = lent;
  return found;
}

/// The difference of a block's first coefficient, and how many bits it took; `no_code`.
static inline __attribute__((always_inline)) entry
    next_difference(bit_reader *reader, const huffman_table *table) {
  entry found = table->lookup[reader->buffer >> (64 - lookup_bits)];
  if (__builtin_expect((found & value_follows) != 0, 0)) return complete(reader, table, found, true);
  take(reader, found & taken_bits);
  return found;
}

/// - Returns: false for what is no code.
static inline __attribute__((always_inline)) bool decode_block(
    bit_reader *reader, const huffman_table *dc, const huffman_table *ac, const entry_pair *pairs,
    uint32_t *last_dc, JCOEF *block) {
  refill(reader);
  entry difference = next_difference(reader, dc);
  if (difference == no_code) return false;
  *last_dc += (uint32_t)((int32_t)difference >> 16);
  block[0] = (JCOEF)*last_dc;
  uint32_t place = 0;
  for (;;) {
    refill(reader);
#pragma GCC unroll 8
    for (int i = 0; i < lookups_a_refill; ++i) {
      entry_pair next = pairs[reader->buffer >> (64 - lookup_bits)];
      if (__builtin_expect((next.first & value_follows) != 0, 0)) {
        next.first = next.both = complete(reader, ac, next.first, false);
        if (next.first == no_code) return false;
      }
      uint32_t first_place = place + (next.first >> 8 & 0xff);
      place += next.both >> 8 & 0xff;
      // In this order: where the first is the block's last one, the second belongs to the next block.
      block[natural_order[place]] = (JCOEF)((int32_t)next.both >> 16);
      block[natural_order[first_place]] = (JCOEF)((int32_t)next.first >> 16);
      if (place >= DCTSIZE2 - 1) {
        take(reader, (first_place >= DCTSIZE2 - 1 ? next.first : next.both) & taken_bits);
        return true;
      }
      take(reader, next.both & taken_bits);
    }
  }
}

/// Bits taken beyond the segment's end, which libjpeg would make up.
static inline bool has_overrun(const huffman_decoder *decoder, const bit_reader *reader) {
  return reader->read - (ptrdiff_t)(reader->bits / 8) > decoder->segment_end;
}

/// Copies what lies before the next marker without the stuffed zeros, and begins to read there.
static void begin_segment(huffman_decoder *decoder, const uint8_t *stream) {
  uint8_t *target = decoder->segment;
  for (;;) {
    size_t left = (size_t)(decoder->stream_end - stream);
    const uint8_t *found = left > 0 ? memchr(stream, 0xff, left) : NULL;
    size_t count = found != NULL ? (size_t)(found - stream) : left;
    memcpy(target, stream, count);
    target += count;
    stream += count;
    if (found == NULL || left - count < 2 || stream[1] != 0) break;
    *target++ = 0xff;
    stream += 2;
  }
  decoder->marker = stream;
  decoder->segment_end = target;
  memset(target, 0, readable_behind);
  decoder->reader = (bit_reader){0, 0, decoder->segment};
  memset(decoder->last_dc, 0, sizeof decoder->last_dc);
}

/// Whether reading has come to the segment's last byte, of which some bits may be left.
static bool is_segment_used_up(const huffman_decoder *decoder) {
  const bit_reader *reader = &decoder->reader;
  return reader->read - (ptrdiff_t)(reader->bits / 8) == decoder->segment_end;
}

/// - Returns: false where the marker that is due is not there.
static bool restart(huffman_decoder *decoder, uint32_t interval) {
  const uint8_t *marker = decoder->marker;
  if (!is_segment_used_up(decoder) || decoder->stream_end - marker < 2) return false;
  if (marker[1] != JPEG_RST0 + decoder->next_restart) return false;
  decoder->next_restart = (decoder->next_restart + 1) & 7;
  decoder->restarts_to_go = interval;
  begin_segment(decoder, marker + 2);
  return true;
}

static bool decode_unit(j_decompress_ptr codec, huffman_decoder *decoder, JBLOCKROW *blocks) {
  if (decoder->units_to_go == 0) return false;
  if (codec->restart_interval > 0) {
    if (decoder->restarts_to_go == 0 && !restart(decoder, codec->restart_interval)) return false;
    decoder->restarts_to_go -= 1;
  }
  // A copy, whose address nothing else knows, stays in registers.
  bit_reader reader = decoder->reader;
  for (int i = 0; i < codec->blocks_in_MCU; ++i) {
    bool is_sound = decode_block(
        &reader, decoder->blocks[i].dc, decoder->blocks[i].ac, decoder->blocks[i].pairs,
        decoder->blocks[i].last_dc, blocks != NULL ? *blocks[i] : decoder->unwanted);
    if (!is_sound || has_overrun(decoder, &reader)) return false;
  }
  decoder->reader = reader;
  decoder->units_to_go -= 1;
  if (decoder->units_to_go > 0) return true;
  // Bytes too many before the marker are a damage that libjpeg is to speak of.
  if (!is_segment_used_up(decoder)) return false;
  codec->src->next_input_byte = decoder->marker;
  codec->src->bytes_in_buffer = (size_t)(decoder->stream_end - decoder->marker);
  return true;
}

/// The module's only function: the next unit of a few blocks, zeroed before; without `blocks` it is skipped.
static boolean decode_mcu(j_decompress_ptr codec, JBLOCKROW *blocks) {
  huffman_decoder *decoder = (huffman_decoder *)codec->entropy;
  if (!decode_unit(codec, decoder, blocks)) decoder->give_up(codec);
  return TRUE;
}

static bool make_tables(j_decompress_ptr codec, huffman_decoder *decoder) {
  for (int i = 0; i < codec->comps_in_scan; ++i) {
    int dc = codec->cur_comp_info[i]->dc_tbl_no, ac = codec->cur_comp_info[i]->ac_tbl_no;
    if (dc < 0 || dc >= NUM_HUFF_TBLS || ac < 0 || ac >= NUM_HUFF_TBLS) return false;
    bool is_dc_known = false, is_ac_known = false;
    for (int j = 0; j < i; ++j) {
      is_dc_known |= codec->cur_comp_info[j]->dc_tbl_no == dc;
      is_ac_known |= codec->cur_comp_info[j]->ac_tbl_no == ac;
    }
    if (!is_dc_known && !make_table(&decoder->dc[dc], codec->dc_huff_tbl_ptrs[dc], true)) return false;
    if (is_ac_known) continue;
    if (!make_table(&decoder->ac[ac], codec->ac_huff_tbl_ptrs[ac], false)) return false;
    make_pairs(decoder->ac_pairs[ac], decoder->ac[ac].lookup);
  }
  return true;
}

bool synoptic_huffman_attach(j_decompress_ptr codec, void (*give_up)(j_decompress_ptr)) {
  if (codec->progressive_mode || codec->arith_code || codec->data_precision != 8) return false;
  if (codec->inputctl->has_multiple_scans || codec->buffered_image) return false;
  if (codec->src->bytes_in_buffer == 0) return false;
  // Memory of the image's pool goes with the image.
  huffman_decoder *decoder =
      (*codec->mem->alloc_large)((j_common_ptr)codec, JPOOL_IMAGE, sizeof *decoder);
  if (!make_tables(codec, decoder)) return false;
  for (int i = 0; i < codec->blocks_in_MCU; ++i) {
    int component = codec->MCU_membership[i];
    const jpeg_component_info *info = codec->cur_comp_info[component];
    decoder->blocks[i].dc = &decoder->dc[info->dc_tbl_no];
    decoder->blocks[i].ac = &decoder->ac[info->ac_tbl_no];
    decoder->blocks[i].pairs = decoder->ac_pairs[info->ac_tbl_no];
    decoder->blocks[i].last_dc = &decoder->last_dc[component];
  }
  decoder->module = *codec->entropy;
  decoder->module.decode_mcu = decode_mcu;
  decoder->give_up = give_up;
  decoder->segment = (*codec->mem->alloc_large)(
      (j_common_ptr)codec, JPOOL_IMAGE, codec->src->bytes_in_buffer + readable_behind);
  decoder->stream_end = codec->src->next_input_byte + codec->src->bytes_in_buffer;
  decoder->restarts_to_go = codec->restart_interval;
  decoder->next_restart = 0;
  decoder->units_to_go = (uint64_t)codec->MCUs_per_row * codec->MCU_rows_in_scan;
  begin_segment(decoder, codec->src->next_input_byte);
  codec->entropy = &decoder->module;
  return true;
}

bool synoptic_huffman_sees_end(j_decompress_ptr codec) {
  const huffman_decoder *decoder = (const huffman_decoder *)codec->entropy;
  const uint8_t *place = decoder->marker;
  while (decoder->stream_end - place >= 2) {
    if (place[0] == 0xff && place[1] == JPEG_EOI) return true;
    // What lies between here and there is further segments and their restart markers.
    place = memchr(place + 1, 0xff, (size_t)(decoder->stream_end - place - 1));
    if (place == NULL) return false;
  }
  return false;
}

#else

bool synoptic_huffman_sees_end(j_decompress_ptr codec) {
  (void)codec;
  return false;
}

bool synoptic_huffman_attach(j_decompress_ptr codec, void (*give_up)(j_decompress_ptr)) {
  (void)codec;
  (void)give_up;
  return false;
}

#endif
