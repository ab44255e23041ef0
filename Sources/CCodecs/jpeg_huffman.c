#include "jpeg_huffman.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <jpeglib.h>

#if defined(LIBJPEG_TURBO_VERSION) && JPEG_LIB_VERSION < 80 && __has_include(<jpegint.h>)

#define JPEG_INTERNALS
#include <jpegint.h>

#include "jpeg_bit_reader.h"
#include "jpeg_huffman_table.h"

enum {
  /// Lookups that the bits of one refill are enough for, a first coefficient's before them included.
  lookups_a_refill = 56 / lookup_bits - 1,
  /// A block reads at most 64 codes of 16 bits, each with up to 15 bits of value, and then whole words.
  readable_behind = 64 * 31 / 8 + 16,
};

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

/// Takes what an entry says. Reading waits for this: so the entry is not masked before it shifts, which a processor does
/// by its lowest six bits anyhow.
static inline __attribute__((always_inline)) void take_of(bit_reader *reader, entry found) {
  uint64_t shift = found;
#if defined(__x86_64__)
  // Another value to the compiler, which would else mask once for both lines.
  __asm__("" : "+r"(shift));
#endif
  reader->buffer <<= shift & taken_bits;
  reader->bits -= found & taken_bits;
}

/// A code that is longer than the lookup, with its value; `no_code` for what is none.
static __attribute__((noinline)) entry long_code(bit_reader *reader, const huffman_table *table, bool is_dc) {
  uint32_t length = lookup_bits + 1;
  while (length <= longest_code && (int32_t)(reader->buffer >> (64 - length)) > table->greatest[length]) ++length;
  if (length > longest_code) return no_code;
  int32_t place = (int32_t)(reader->buffer >> (64 - length)) + table->offset[length];
  huffman_meaning meaning = huffman_meaning_of(table->symbols[place & 255], is_dc);
  take(reader, length);
  uint32_t bits = meaning.size == 0 ? 0 : (uint32_t)(reader->buffer >> (64 - meaning.size));
  take(reader, meaning.size);
  refill(reader);
  return (uint32_t)extended(bits, meaning.size) << 16 | meaning.skip << 8;
}

/// What the lookup did not give whole, its bits taken; `no_code` for what is none.
static inline __attribute__((always_inline)) entry
    complete(bit_reader *reader, const huffman_table *table, entry found, bool is_dc) {
  refill(reader);
  if (__builtin_expect(found != no_code, 1)) {
    uint32_t size = found >> 16 & 0xff;
    uint32_t bits = (uint32_t)(reader->buffer << (found >> 24) >> (64 - size));
    take_of(reader, found);
    refill(reader);
    return (uint32_t)extended(bits, size) << 16 | (found & 0xff00);
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
  take_of(reader, found);
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
    entry_pair next;
#pragma GCC unroll 8
    for (int i = 0; i < lookups_a_refill; ++i) {
      next = pairs[reader->buffer >> (64 - lookup_bits)];
      if (__builtin_expect((next.first & value_follows) != 0, 0)) goto incomplete;
      uint32_t first_place = place + (next.first >> 8 & 0xff);
      place += next.both >> 8 & 0xff;
      // In this order: where the first is the block's last one, the second belongs to the next block.
      block[natural_order[place]] = (JCOEF)((int32_t)next.both >> 16);
      block[natural_order[first_place]] = (JCOEF)((int32_t)next.first >> 16);
      if (place >= DCTSIZE2 - 1) {
        take_of(reader, first_place >= DCTSIZE2 - 1 ? next.first : next.both);
        return true;
      }
      take_of(reader, next.both);
    }
    refill(reader);
    continue;
  incomplete:
    next.first = complete(reader, ac, next.first, false);
    if (next.first == no_code) return false;
    place += next.first >> 8 & 0xff;
    block[natural_order[place]] = (JCOEF)((int32_t)next.first >> 16);
    if (place >= DCTSIZE2 - 1) return true;
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

/// Whether a marker ends the segment. Fill bytes and a zero are none but, to libjpeg, a byte of data; and where the stream
/// ends, libjpeg says so of rows that it has not finished.
static bool is_ended_by_marker(const huffman_decoder *decoder) {
  const uint8_t *place = decoder->marker;
  while (place < decoder->stream_end && *place == 0xff) ++place;
  return place < decoder->stream_end && *place != 0;
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

static inline __attribute__((always_inline)) bool
    decode_unit(j_decompress_ptr codec, huffman_decoder *decoder, JBLOCKROW *blocks) {
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
  if (!is_segment_used_up(decoder) || !is_ended_by_marker(decoder)) return false;
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

#if defined(__x86_64__)
/// The same with shifts by any register: one step instead of three between a lookup and the next.
static __attribute__((target("bmi2"))) boolean decode_mcu_bmi2(j_decompress_ptr codec, JBLOCKROW *blocks) {
  huffman_decoder *decoder = (huffman_decoder *)codec->entropy;
  if (!decode_unit(codec, decoder, blocks)) decoder->give_up(codec);
  return TRUE;
}
#endif

static bool make_tables(j_decompress_ptr codec, huffman_decoder *decoder) {
  for (int i = 0; i < codec->comps_in_scan; ++i) {
    int dc = codec->cur_comp_info[i]->dc_tbl_no, ac = codec->cur_comp_info[i]->ac_tbl_no;
    if (dc < 0 || dc >= NUM_HUFF_TBLS || ac < 0 || ac >= NUM_HUFF_TBLS) return false;
    bool is_dc_known = false, is_ac_known = false;
    for (int j = 0; j < i; ++j) {
      is_dc_known |= codec->cur_comp_info[j]->dc_tbl_no == dc;
      is_ac_known |= codec->cur_comp_info[j]->ac_tbl_no == ac;
    }
    if (!is_dc_known && !synoptic_huffman_make_table(&decoder->dc[dc], codec->dc_huff_tbl_ptrs[dc], true)) return false;
    if (is_ac_known) continue;
    if (!synoptic_huffman_make_table(&decoder->ac[ac], codec->ac_huff_tbl_ptrs[ac], false)) return false;
    synoptic_huffman_make_pairs(decoder->ac_pairs[ac], decoder->ac[ac].lookup);
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
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) decoder->module.decode_mcu = decode_mcu_bmi2;
#endif
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
