// A product of tiles is 16 pixels x 16 channels x up to 64 bytes of weights and activations: 16 K products in 16 cycles.
// The weights' order is a tile's already. Taps that lie side by side are loaded as they lie; other activations, 16 bytes
// of a block a tap, are gathered into rows of 64 bytes first. Two tiles of pixels meet two blocks of channels, so that a
// load serves two products. What vectors do, gathering the pixels that come next and turning the sums before these into
// bytes, is done between the products, which take no part of a vector unit.
#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"

#pragma clang attribute push(                                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni,amx-tile,amx-int8"))), \
    apply_to = function)

#include "int8_gather_amx.h"
#include "int8_store_amx.h"

static size_t places_size(const cut *to) { return whole_lines(to->chunk * sizeof(place)); }
static size_t tiles_size(const cut *to) { return to->is_direct ? 0 : to->chunk * to->segments * TILE; }
static size_t segments_size(const cut *to) { return whole_lines(to->segments * sizeof(segment)); }
static size_t pieces_size(const synoptic_int8_convolution *c) {
  return c->quads == 1 ? whole_lines(c->step_count * sizeof(piece)) : 0;
}

size_t synoptic_int8_convolve_scratch_size_amx(const synoptic_int8_convolution *c) {
  const cut to = cut_of(c);
  return 2 * tiles_size(&to) + 3 * places_size(&to) + segments_size(&to) + pieces_size(c);
}

/// Sums of up to two blocks and two tiles of pixels, on their way to the output.
typedef struct pending {
  int32_t sums[4][PIXELS * 16] __attribute__((aligned(64)));
  struct {
    size_t block;
    const place *to;
  } tiles[4];
  size_t count;
  size_t stored;
} pending;

/// What is done between products.
typedef struct background {
  const synoptic_int8_convolution *convolution;
  store_function store;
  pending *pending;
  gathering gathering;
  /// Segments to gather for every `products` segments that are multiplied, and how many of `products` have been saved up.
  size_t wanted;
  size_t products;
  size_t saved;
  /// Weights of the next blocks, or of the next layer, which lie behind these: they come from beyond the core's own cache.
  /// How many lines of them are asked for at a time.
  const char *fetched;
  const char *fetched_end;
  size_t lines;
} background;

/// The next of the sums, unless no more than `left` are left.
INLINE void store_next(background *b, size_t left) {
  pending *p = b->pending;
  if (p->count - p->stored <= left) return;
  b->store(b->convolution, p->tiles[p->stored].block, p->tiles[p->stored].to, p->sums[p->stored]);
  p->stored++;
}

INLINE void fetch_weights(background *b) {
  if (b->fetched >= b->fetched_end) return;
  for (size_t i = 0; i < b->lines; i++, b->fetched += 64) _mm_prefetch(b->fetched, _MM_HINT_T1);
}

INLINE void work(background *b) {
  fetch_weights(b);
  store_next(b, 2);
  for (b->saved += b->wanted; b->saved >= b->products; b->saved -= b->products)
    if (b->gathering.tile < b->gathering.tiles) gather_segment(&b->gathering);
}

/// Tiles 0 to 3 are sums, 4 and 5 activations, 6 and 7 weights.
static void configure_tiles(const cut *to) {
  struct {
    uint8_t palette;
    uint8_t start_row;
    uint8_t reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } shape = {.palette = 1};
  const uint8_t quads = (uint8_t)to->segment_quads;
  for (int tile = 0; tile < 8; tile++) {
    shape.row_bytes[tile] = tile == 4 || tile == 5 ? quads * 4 : 64;
    shape.rows[tile] = tile < 6 ? PIXELS : quads;
  }
  _tile_loadconfig(&shape);
}

/// What up to two tiles of pixels and two blocks of channels are multiplied from.
typedef struct operands {
  const uint8_t *activations[2];
  const int8_t *weights[2];
  bool has_second_tile;
  bool has_second_block;
} operands;

INLINE void load_tiles(const operands *from, const segment *segment, size_t pixel_step) {
  _tile_loadd(4, from->activations[0] + segment->activations, pixel_step);
  _tile_loadd(6, from->weights[0] + segment->weights, 64);
  if (from->has_second_tile) _tile_loadd(5, from->activations[1] + segment->activations, pixel_step);
  if (from->has_second_block) _tile_loadd(7, from->weights[1] + segment->weights, 64);
}

INLINE void multiply_tiles(const operands *from) {
  _tile_dpbusd(0, 4, 6);
  if (from->has_second_tile) _tile_dpbusd(1, 5, 6);
  if (from->has_second_block) {
    _tile_dpbusd(2, 4, 7);
    if (from->has_second_tile) _tile_dpbusd(3, 5, 7);
  }
}

/// All segments but the last one's products; tiles hold the first segment's operands before, and the last's after.
INLINE void multiply_segments(const operands *from, const cut *to, const segment *segments, size_t pixel_step,
                              background *b) {
  for (size_t i = 1; i < to->segments; i++) {
    multiply_tiles(from);
    load_tiles(from, segments + i, pixel_step);
    work(b);
  }
}

/// The same for two tiles of pixels and two blocks: without a branch in between.
INLINE void multiply_full_segments(const operands *from, const cut *to, const segment *segments, size_t pixel_step,
                                   background *b) {
  operands full = *from;
  full.has_second_tile = full.has_second_block = true;
  multiply_segments(&full, to, segments, pixel_step, b);
}

/// Tiles 0 to 3, those that are in use, into memory.
INLINE void keep_sums(const operands *from, size_t block, const place *to, pending *sums) {
  _tile_stored(0, sums->sums[0], 64);
  if (from->has_second_tile) _tile_stored(1, sums->sums[1], 64);
  if (from->has_second_block) {
    _tile_stored(2, sums->sums[from->has_second_tile ? 2 : 1], 64);
    if (from->has_second_tile) _tile_stored(3, sums->sums[3], 64);
  }
  sums->count = 0;
  sums->stored = 0;
  for (size_t n = 0; n < (from->has_second_block ? 2 : 1); n++)
    for (size_t m = 0; m < (from->has_second_tile ? 2 : 1); m++, sums->count++) {
      sums->tiles[sums->count].block = block + n;
      sums->tiles[sums->count].to = to + m;
    }
}

/// Some tiles of pixels, all ready to be multiplied.
typedef struct chunk {
  size_t tiles;
  const place *places;
  /// Of what was gathered.
  const uint8_t *activations;
} chunk;

INLINE operands operands_of(const synoptic_int8_convolution *c, const cut *to, const chunk *of, size_t block, size_t tile) {
  operands from = {.has_second_tile = tile + 1 < of->tiles, .has_second_block = block + 1 < c->blocks};
  for (size_t i = 0; i < 2; i++) {
    from.activations[i] = to->is_direct ? c->input + of->places[tile + i * from.has_second_tile].input[0]
                                        : of->activations + (tile + i) * to->segments * TILE;
    from.weights[i] = c->weights + (block + i) * to->quads * 64;
  }
  return from;
}

/// All blocks of a chunk, while the next one is gathered.
///
/// Tiles are loaded one segment ahead, also over the end of a product: in a loop of nothing else a segment then takes as
/// long as its products, and a fifth more where each waits for its own loads.
static void convolve_chunk(const synoptic_int8_convolution *c, const cut *to, const segment *segments, const chunk *of,
                           bool is_first, background *b, pending sums[2]) {
  const size_t pixel_step = to->is_direct ? c->pixel_step : 64;
  b->wanted = (b->gathering.tiles - b->gathering.tile) * to->segments;
  b->products = (of->tiles + 1) / 2 * ((c->blocks + 1) / 2) * to->segments;
  b->saved = 0;
  const size_t tile_pairs = (of->tiles + 1) / 2, pair_weights = 2 * to->quads * 64;
  b->lines = (2 * to->segment_quads + tile_pairs - 1) / tile_pairs;
  operands next = operands_of(c, to, of, 0, 0);
  load_tiles(&next, segments, pixel_step);
  for (size_t block = 0; block < c->blocks; block += 2) {
    b->fetched = (const char *)next.weights[0] + pair_weights;
    b->fetched_end = is_first ? b->fetched + pair_weights : b->fetched;
    for (size_t tile = 0; tile < of->tiles; tile += 2) {
      const operands now = next;
      if (tile + 2 < of->tiles) next = operands_of(c, to, of, block, tile + 2);
      else if (block + 2 < c->blocks) next = operands_of(c, to, of, block + 2, 0);
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
      if (now.has_second_tile && now.has_second_block) multiply_full_segments(&now, to, segments, pixel_step, b);
      else multiply_segments(&now, to, segments, pixel_step, b);
      multiply_tiles(&now);
      load_tiles(&next, segments, pixel_step);
      work(b);
      store_next(b, 2);
      store_next(b, 2);
      pending *last = b->pending, *free = last == sums ? sums + 1 : sums;
      keep_sums(&now, block, of->places + tile, free);
      while (last->stored < last->count) store_next(b, 0);
      b->pending = free;
    }
  }
}

/// Makes a gathering ready for the chunk that begins with tile `first`.
static void begin_chunk(gathering *g, size_t first, place *places, uint8_t *activations) {
  g->tiles = first < g->cut->tiles ? at_most(g->cut->chunk, g->cut->tiles - first) : 0;
  g->tile = 0;
  g->segment = 0;
  g->places = places;
  g->activations = activations;
  if (!g->cut->is_direct) return;
  // Nothing to gather but where the pixels are.
  for (; g->tile < g->tiles; g->tile++) find_places(g->convolution, g->cut, &g->next, places + g->tile);
}

static void finish_chunk(gathering *g) {
  while (g->tile < g->tiles) gather_segment(g);
}

/// Few channels leave most of a tile empty, and of few pixels' products the time is that of reading weights.
bool synoptic_int8_gathers_pixels_amx(size_t quads, size_t pixels) { return quads >= 10 && pixels >= 6; }

void synoptic_int8_convolve_amx(const synoptic_int8_convolution *c) {
  if (!synoptic_int8_gathers_pixels_amx(c->step_count * c->quads, (size_t)c->rows * c->columns)) {
    synoptic_int8_convolve_avx512vnni(c);
    return;
  }
  const cut to = cut_of(c);
  uint8_t *free = c->scratch;
  uint8_t *const activations[2] = {free, free + tiles_size(&to)};
  free += 2 * tiles_size(&to);
  // The last sums of a chunk reach the output when the one after the next is gathered already.
  place *const places[3] = {(place *)free, (place *)(free + places_size(&to)), (place *)(free + 2 * places_size(&to))};
  free += 3 * places_size(&to);
  segment *segments = (segment *)free;
  piece *pieces = (piece *)(free + segments_size(&to));
  find_segments(c, &to, segments);
  if (!to.is_direct && c->quads == 1) find_pieces(c, &to, pieces);
  pending sums[2];
  sums[0].count = sums[0].stored = 0;
  background b = {.convolution = c, .store = store_of(c), .pending = sums};
  b.gathering = (gathering){.convolution = c, .cut = &to, .pieces = pieces};
  begin_chunk(&b.gathering, 0, places[0], activations[0]);
  finish_chunk(&b.gathering);
  configure_tiles(&to);
  for (size_t first = 0, number = 0; first < to.tiles; first += to.chunk, number++) {
    const chunk now = {b.gathering.tiles, places[number % 3], activations[number % 2]};
    begin_chunk(&b.gathering, first + to.chunk, places[(number + 1) % 3], activations[(number + 1) % 2]);
    convolve_chunk(c, &to, segments, &now, number == 0, &b, sums);
    finish_chunk(&b.gathering);
  }
  while (b.pending->stored < b.pending->count) store_next(&b, 0);
  _tile_release();
}

#pragma clang attribute pop

#endif
