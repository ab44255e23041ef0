// A product of tiles is 16 pixels x 16 channels x up to 64 bytes of weights and activations: 16 K products in 16 cycles.
// The weights' order is a tile's already. Taps that lie side by side are loaded as they lie; other activations, 16 bytes
// of a block a tap, are gathered first: pixels into lines, or windows into tiles. Two tiles of pixels meet two blocks of
// channels, so that a load serves two products. What vectors do, gathering the pixels that come next and turning the sums
// before these into bytes, is done between the products, which take no part of a vector unit.
#if defined(__x86_64__)

#include <immintrin.h>

#include "int8_isa.h"

#pragma clang attribute push(                                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni,amx-tile,amx-int8"))), \
    apply_to = function)

#include "int8_gather_amx.h"
#include "int8_store_amx.h"

static size_t places_size(const cut *to) { return whole_lines(to->chunk * sizeof(place)); }
static size_t activations_size(const cut *to) {
  switch (to->source) {
    case AS_THEY_LIE: return 0;
    case WINDOWS: return to->chunk * to->segments * TILE;
    // The last tile's rows may begin up to 15 pixels past the last one.
    case LINES: return whole_lines(lines_size(&to->lines, to->chunk_rows) + PIXELS * to->pixel_step);
  }
}
static size_t segments_size(const cut *to) { return whole_lines(to->segments * sizeof(segment)); }
static size_t pieces_size(const synoptic_int8_convolution *c, const cut *to) {
  if (to->source == LINES) return whole_lines(line_piece_count(c, &to->lines, to->chunk_rows) * sizeof(line_piece));
  return c->quads == 1 ? whole_lines(c->step_count * sizeof(piece)) : 0;
}

size_t synoptic_int8_convolve_scratch_size_amx(const synoptic_int8_convolution *c) {
  cut to = cut_of(c);
  if (to.source == LINES) {
    to.chunk_rows = to.most_rows;
    to.chunk = tiles_of_rows(c, &to, to.most_rows);
  }
  return 2 * activations_size(&to) + 4 * places_size(&to) + segments_size(&to) + pieces_size(c, &to);
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
  /// Sums on their way, and those that were kept last, which wait for a product more: what tiles have just stored can't
  /// be loaded at once (4 % of a layer of few channels).
  pending *pending;
  pending *waiting;
  pending *free;
  gathering gathering;
  /// Pieces to gather for a segment that is multiplied, as long as there are any.
  size_t pieces;
  /// Weights of the next blocks, or of the next layer, which lie behind these: they come from beyond the core's own cache.
  /// How many lines of them are asked for at a time.
  const char *fetched;
  const char *fetched_end;
  size_t lines;
} background;

/// The next of the sums, if there are any.
INLINE void store_next(background *b) {
  pending *p = b->pending;
  if (p->count == p->stored) return;
  b->store(b->convolution, p->tiles[p->stored].block, p->tiles[p->stored].to, p->sums[p->stored]);
  p->stored++;
}

INLINE void store_rest(background *b) {
  while (b->pending->stored < b->pending->count) store_next(b);
}

INLINE void next_pending(background *b) {
  pending *stored = b->pending;
  b->pending = b->waiting;
  b->waiting = b->free;
  b->free = stored;
}

INLINE void fetch_weights(background *b) {
  if (b->fetched >= b->fetched_end) return;
  for (size_t i = 0; i < b->lines; i++, b->fetched += 64) _mm_prefetch(b->fetched, _MM_HINT_T1);
}

INLINE void work(background *b) {
  fetch_weights(b);
  store_next(b);
  if (b->gathering.left == 0) return;
  for (size_t i = at_most(b->pieces, b->gathering.left); i > 0; i--) gather_piece(&b->gathering);
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
  bool streams_weights;
} operands;

INLINE void load_tiles(const operands *from, const segment *segment, size_t pixel_step) {
  _tile_loadd(4, from->activations[0] + segment->activations, pixel_step);
  if (from->streams_weights) _tile_stream_loadd(6, from->weights[0] + segment->weights, 64);
  else _tile_loadd(6, from->weights[0] + segment->weights, 64);
  if (from->has_second_tile) _tile_loadd(5, from->activations[1] + segment->activations, pixel_step);
  if (!from->has_second_block) return;
  if (from->streams_weights) _tile_stream_loadd(7, from->weights[1] + segment->weights, 64);
  else _tile_loadd(7, from->weights[1] + segment->weights, 64);
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
INLINE void multiply_segments(const operands *from, const cut *to, const segment *segments, background *b) {
  for (size_t i = 1; i < to->segments; i++) {
    multiply_tiles(from);
    load_tiles(from, segments + i, to->pixel_step);
    work(b);
  }
}

/// The same for two tiles of pixels and two blocks, and one way of loading weights: without a branch in between.
INLINE void multiply_full_segments(const operands *from, const cut *to, const segment *segments, background *b) {
  operands full = *from;
  full.has_second_tile = full.has_second_block = true;
  full.streams_weights = true;
  if (from->streams_weights) multiply_segments(&full, to, segments, b);
  full.streams_weights = false;
  if (!from->streams_weights) multiply_segments(&full, to, segments, b);
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
  const uint8_t *activations;
} chunk;

INLINE operands operands_of(const synoptic_int8_convolution *c, const cut *to, const chunk *of, size_t block, size_t tile) {
  operands from = {.has_second_tile = tile + 1 < of->tiles, .has_second_block = block + 1 < c->blocks,
                   .streams_weights = to->streams_weights};
  for (size_t i = 0; i < 2; i++) {
    from.activations[i] = of->activations + of->places[tile + i * from.has_second_tile].tile;
    from.weights[i] = c->weights + (block + i) * to->quads * 64;
  }
  return from;
}

/// All blocks of a chunk, while the next one is gathered.
///
/// Tiles are loaded one segment ahead, also over the end of a product: in a loop of nothing else a segment then takes as
/// long as its products, and a fifth more where each waits for its own loads.
static void convolve_chunk(const synoptic_int8_convolution *c, const cut *to, const segment *segments, const chunk *of,
                           bool is_first, background *b) {
  const size_t tile_pairs = (of->tiles + 1) / 2, pair_weights = 2 * to->quads * 64;
  const size_t products = tile_pairs * ((c->blocks + 1) / 2) * to->segments;
  b->pieces = (b->gathering.left + products - 1) / products;
  b->lines = (2 * to->segment_quads + tile_pairs - 1) / tile_pairs;
  operands next = operands_of(c, to, of, 0, 0);
  load_tiles(&next, segments, to->pixel_step);
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
      if (now.has_second_tile && now.has_second_block) multiply_full_segments(&now, to, segments, b);
      else multiply_segments(&now, to, segments, b);
      multiply_tiles(&now);
      load_tiles(&next, segments, to->pixel_step);
      work(b);
      store_rest(b);
      keep_sums(&now, block, of->places + tile, b->free);
      next_pending(b);
    }
  }
}

/// The next chunk's tiles, to be gathered; none behind the last.
static chunk begin_chunk(gathering *g, place *places, uint8_t *activations) {
  const synoptic_int8_convolution *c = g->convolution;
  const cut *to = g->cut;
  const size_t row = g->next.row, rows = row < c->rows ? at_most(to->chunk_rows, c->rows - row) : 0;
  g->places = places;
  g->activations = activations;
  g->tile = g->segment = 0;
  chunk of = {.places = places, .activations = to->source == AS_THEY_LIE ? c->input : activations};
  if (to->source == LINES) {
    of.tiles = rows > 0 ? tiles_of_rows(c, to, rows) : 0;
    g->left = rows > 0 ? line_piece_count(c, &to->lines, rows) : 0;
    g->next_line = g->line_pieces;
    g->line_input = c->input + row * c->row_step;
  } else {
    of.tiles = at_most(to->chunk, g->tiles_left);
    g->tiles_left -= of.tiles;
    g->left = to->source == WINDOWS ? of.tiles * to->segments : 0;
  }
  if (to->source == WINDOWS) return of;
  for (size_t tile = 0; tile < of.tiles; tile++) {
    find_places(c, to, row + rows, &g->next, places + tile);
    const size_t pixel = tile * PIXELS;
    places[tile].tile = to->source == LINES ? pixel / to->pitch * to->row_step + pixel % to->pitch * to->pixel_step
                                            : places[tile].input[0];
  }
  if (to->source == LINES) g->next = (position){row + rows, 0};
  return of;
}

static void finish_chunk(gathering *g) {
  while (g->left > 0) gather_piece(g);
}

/// Few channels leave most of a tile empty, and of few pixels' products the time is that of reading weights.
bool synoptic_int8_gathers_pixels_amx(size_t quads, size_t pixels) { return quads >= 10 && pixels >= 6; }

/// Lines are for windows that fill fewer tiles from them than as they lie, and hardly more than if every window were
/// gathered.
uint32_t synoptic_int8_blocks_together_amx(uint32_t input_blocks, uint32_t kernel_height, uint32_t kernel_width) {
  if (kernel_height * kernel_width == 1 || input_blocks < LINE_BLOCKS) return 1;
  const uint32_t together = input_blocks % LINE_BLOCKS ? input_blocks : LINE_BLOCKS;
  const size_t lines = input_blocks / together * kernel_height * segments_of_row(kernel_width * together * 4);
  const size_t windows = ((size_t)input_blocks * kernel_height * kernel_width * 4 + QUADS - 1) / QUADS;
  const size_t as_they_lie = kernel_width == 3 || kernel_width == 4 ? input_blocks * kernel_height : SIZE_MAX;
  return lines < as_they_lie && 4 * lines <= 5 * windows ? together : 1;
}

void synoptic_int8_convolve_amx(const synoptic_int8_convolution *c) {
  if (!synoptic_int8_gathers_pixels_amx(c->step_count * c->quads, (size_t)c->rows * c->columns)) {
    synoptic_int8_convolve_avx512vnni(c);
    return;
  }
  const cut to = cut_of(c);
  uint8_t *free = c->scratch;
  uint8_t *const activations[2] = {free, free + activations_size(&to)};
  free += 2 * activations_size(&to);
  // A chunk's last sums reach the output two products later, when two more chunks may have begun and a third is gathered.
  place *places[4];
  for (int i = 0; i < 4; i++, free += places_size(&to)) places[i] = (place *)free;
  segment *segments = (segment *)free;
  void *pieces = free + segments_size(&to);
  find_segments(c, &to, segments);
  if (to.source == LINES) find_line_pieces(c, &to.lines, pieces);
  if (to.source == WINDOWS && c->quads == 1) find_pieces(c, &to, pieces);
  pending sums[3];
  for (int i = 0; i < 3; i++) sums[i].count = sums[i].stored = 0;
  background b = {.convolution = c, .store = store_of(c), .pending = sums, .waiting = sums + 1, .free = sums + 2};
  b.gathering = (gathering){.convolution = c, .cut = &to, .pieces = pieces, .line_pieces = pieces};
  b.gathering.tiles_left = tiles_of_rows(c, &to, c->rows);
  chunk next = begin_chunk(&b.gathering, places[0], activations[0]);
  finish_chunk(&b.gathering);
  configure_tiles(&to);
  for (size_t number = 0; next.tiles > 0; number++) {
    const chunk now = next;
    next = begin_chunk(&b.gathering, places[(number + 1) % 4], activations[(number + 1) % 2]);
    convolve_chunk(c, &to, segments, &now, number == 0, &b);
    finish_chunk(&b.gathering);
  }
  store_rest(&b);
  next_pending(&b);
  store_rest(&b);
  _tile_release();
}

#pragma clang attribute pop

#endif
