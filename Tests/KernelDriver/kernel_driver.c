// Runs random shapes of the int8 kernels with every instruction set of the machine it runs on, compares each with
// the scalar reference, and prints a digest of the outputs that is the same on every machine. A program of its own,
// so that it can be built for another processor and run in an emulator:
//
//     kernel_driver CASES            prints "sets A B ...", "cases N" and "digest HEX"; status 1 after a difference
//     kernel_driver measure          prints GMAC/s by instruction set
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"
#include "stand_ins.h"

/// An instruction set's kernels as the driver calls them.
typedef struct variant {
  const char *name;
  void (*convolve)(const synoptic_int8_convolution *);
  void (*depthwise)(const synoptic_int8_depthwise *);
} variant;

static void *allocate(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (!memory) exit(2);
  return memory;
}

static void convolve_with_scratch(synoptic_instruction_set set, const synoptic_int8_convolution *convolution) {
  synoptic_int8_convolution c = *convolution;
  c.scratch = allocate(synoptic_int8_convolve_scratch_size(set, &c));
  synoptic_int8_convolve(set, &c);
  free(c.scratch);
}

#define OF_SET(NAME, SET)                                                                                \
  static void convolve_##NAME(const synoptic_int8_convolution *c) { convolve_with_scratch(SET, c); }       \
  static void depthwise_##NAME(const synoptic_int8_depthwise *d) { synoptic_int8_convolve_depthwise(SET, d); }
OF_SET(scalar, SYNOPTIC_SCALAR)
OF_SET(avx2, SYNOPTIC_AVX2)
OF_SET(avxvnni, SYNOPTIC_AVXVNNI)
OF_SET(avx512vnni, SYNOPTIC_AVX512VNNI)
OF_SET(amx, SYNOPTIC_AMX)
OF_SET(neon_dot, SYNOPTIC_NEON_DOT)
OF_SET(neon_i8mm, SYNOPTIC_NEON_I8MM)

static variant variants[16];
static int variant_count;

static void find_variants(void) {
#define ADD(NAME, SET) \
  if (synoptic_has_instruction_set(SET)) variants[variant_count++] = (variant){#NAME, convolve_##NAME, depthwise_##NAME};
  ADD(scalar, SYNOPTIC_SCALAR)
  ADD(avx2, SYNOPTIC_AVX2)
  ADD(avxvnni, SYNOPTIC_AVXVNNI)
  ADD(avx512vnni, SYNOPTIC_AVX512VNNI)
  ADD(amx, SYNOPTIC_AMX)
  ADD(neon_dot, SYNOPTIC_NEON_DOT)
  ADD(neon_i8mm, SYNOPTIC_NEON_I8MM)
#if defined(__x86_64__)
  if (synoptic_has_instruction_set(SYNOPTIC_AVX512VNNI))
    variants[variant_count++] = (variant){"avxvnni_as_avx512vl", convolve_avxvnni_stand_in, depthwise_avxvnni_stand_in};
#endif
}

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint64_t random_bits(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state * 0x2545F4914F6CDD1Du;
}

static uint32_t one_of(uint32_t first, uint32_t last) { return first + (uint32_t)(random_bits() >> 33) % (last - first + 1); }

/// Bytes that use the whole range, and often its ends, where an intermediate that is too narrow would show.
static uint8_t *random_bytes(size_t count) {
  uint8_t *bytes = allocate(count);
  const int extreme = one_of(0, 3) == 0;
  for (size_t i = 0; i < count; i++) bytes[i] = extreme ? (uint8_t)-(int)one_of(0, 1) : (uint8_t)one_of(0, 255);
  return bytes;
}

static int8_t *random_weights(size_t count) {
  int8_t *weights = allocate(count);
  const int extreme = one_of(0, 3) == 0;
  for (size_t i = 0; i < count; i++)
    weights[i] = (int8_t)(extreme ? (one_of(0, 1) ? 127 : -128) : (int)one_of(0, 255) - 128);
  return weights;
}

static uint64_t digest = 0xCBF29CE484222325u;

static void add_to_digest(const void *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) digest = (digest ^ ((const uint8_t *)bytes)[i]) * 0x100000001B3u;
}

typedef struct epilogue {
  int32_t *bias;
  float *scale;
  uint8_t *residual;
} epilogue;

static epilogue random_epilogue(synoptic_int8_requantization *to, uint32_t blocks, uint32_t rows, uint32_t columns,
                                size_t depth) {
  epilogue e = {allocate(blocks * 64), allocate(blocks * 64), NULL};
  float root = 1;
  while (root * root < (float)depth) root++;
  for (uint32_t c = 0; c < blocks * 16; c++) {
    e.bias[c] = (int32_t)one_of(0, 40000) - 20000;
    e.scale[c] = (0.5f + (float)one_of(0, 1000) / 1000) / (60 * root);
  }
  memset(to, 0, sizeof *to);
  to->bias = e.bias;
  to->scale = e.scale;
  to->zero_point = (float)one_of(0, 1020) / 4;
  to->lower = (uint8_t)one_of(0, 40);
  to->upper = (uint8_t)one_of(200, 255);
  if (one_of(0, 1)) {
    e.residual = random_bytes((size_t)blocks * rows * columns * 16 + SYNOPTIC_INT8_SLACK);
    to->residual = e.residual;
    to->residual_row = (size_t)columns * 16;
    to->residual_plane = to->residual_row * rows;
    to->residual_scale = (float)one_of(1, 1000) / 1000;
  } else if (one_of(0, 1)) {
    to->rounds_product = true;
    to->zero_point = 0;
    to->zero_point_after = (int16_t)one_of(0, 255);
  }
  return e;
}

static void release(epilogue e) {
  free(e.bias);
  free(e.scale);
  free(e.residual);
}

static int differences;

static void compare(const char *kind, const char *name, int number, const void *expected, const void *found, size_t bytes) {
  if (memcmp(expected, found, bytes) == 0) return;
  size_t at = 0;
  while (((const uint8_t *)expected)[at] == ((const uint8_t *)found)[at]) at++;
  printf("%s case %d: %s differs from scalar at byte %zu\n", kind, number, name, at);
  differences++;
}

typedef struct shape {
  uint32_t input_channels, output_channels, kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x,
      rows, columns, block;
  /// Whether the input's blocks lie together in the order of steps.
  int together;
} shape;

static shape random_shape(void) {
  static const uint8_t kernels[] = {1, 1, 1, 2, 3, 3, 4, 5, 7, 9};
  const int pointwise = one_of(0, 3) == 0, square = one_of(0, 1);
  shape s = {one_of(1, 70), one_of(1, 70), 1, 1, one_of(1, 4), 0, one_of(1, 3), 0, one_of(1, 9), one_of(1, 20), 16};
  if (!pointwise) {
    s.kernel_height = kernels[one_of(0, 9)];
    s.kernel_width = square ? s.kernel_height : kernels[one_of(0, 9)];
  }
  s.stride_x = square ? s.stride_y : one_of(1, 3);
  s.dilation_x = square ? s.dilation_y : one_of(1, 3);
  if (square && one_of(0, 1)) s.stride_x = s.stride_y = s.dilation_x = s.dilation_y = 1;
  if (one_of(0, 7) == 0) s.rows = s.columns = 1;
  if (one_of(0, 5) == 0) {
    s.block = 4;
    s.input_channels = one_of(1, 4);
    if (s.input_channels == 3 && s.dilation_x == 1) s.block = one_of(3, 4);
  } else if (s.dilation_y == 1 && s.dilation_x == 1 && one_of(0, 1)) {
    s.input_channels = one_of(49, 150);
    s.together = 1;
  }
  return s;
}

static void dense_case(int number) {
  const shape s = random_shape();
  const uint32_t input_blocks = (s.input_channels + s.block - 1) / s.block, blocks = (s.output_channels + 15) / 16;
  const size_t height = (size_t)(s.rows - 1) * s.stride_y + (s.kernel_height - 1) * s.dilation_y + 1;
  const size_t width = (size_t)(s.columns - 1) * s.stride_x + (s.kernel_width - 1) * s.dilation_x + 1;
  const size_t row = width * s.block, plane = row * height, 
               across = s.block == 3 ? (s.kernel_width * 3 + 3) / 4 : s.kernel_width,
               steps = (size_t)input_blocks * s.kernel_height * across, step = s.block == 16 ? 256 : 64;
  int32_t *offsets = allocate(steps * 4), *offset = offsets;
  const uint32_t together = s.together ? (input_blocks % 4 ? input_blocks : 4) : 1;
  for (uint32_t group = 0; group < input_blocks; group += together)
    for (uint32_t y = 0; y < s.kernel_height; y++)
      for (uint32_t x = 0; x < across; x++)
        for (uint32_t b = group; b < group + together; b++)
          *offset++ = (int32_t)(b * plane + y * s.dilation_y * row + x * (s.block == 3 ? 4 : s.dilation_x * s.block));
  const size_t elements = (size_t)blocks * s.rows * s.columns * 16, guard = 64;
  const int floats = one_of(0, 5) == 0;
  const size_t bytes = floats ? elements * 4 : elements;
  uint8_t *input = random_bytes(input_blocks * plane + SYNOPTIC_INT8_SLACK);
  int8_t *weights = random_weights(blocks * steps * step);
  uint8_t *expected = allocate(bytes + guard), *found = allocate(bytes + guard);
  synoptic_int8_convolution c = {.input = input, .row_step = row * s.stride_y, .pixel_step = (size_t)s.block * s.stride_x,
                                 .tap_offsets = offsets, .step_count = steps, .quads = s.block == 16 ? 4 : 1, .weights = weights,
                                 .blocks_together = together, .kernel_height = s.kernel_height,
                                 .kernel_width = s.kernel_width, .input_row = row, .input_plane = plane,
                                 .output_row = (size_t)s.columns * 16, .output_plane = (size_t)s.columns * s.rows * 16,
                                 .rows = s.rows, .columns = s.columns, .blocks = blocks};
  epilogue e = random_epilogue(&c.requantization, blocks, s.rows, s.columns, steps * step / 16);
  for (int v = 0; v < variant_count; v++) {
    uint8_t *to = v == 0 ? expected : found;
    memset(to, 0xA5, bytes + guard);
    c.output = to;
    c.float_output = floats ? (float *)(void *)to : NULL;
    variants[v].convolve(&c);
    if (v > 0) compare("dense", variants[v].name, number, expected, found, bytes + guard);
  }
  add_to_digest(expected, bytes);
  release(e);
  free(offsets), free(input), free(weights), free(expected), free(found);
}

static void depthwise_case(int number) {
  const shape s = random_shape();
  const uint32_t blocks = (s.output_channels + 15) / 16, windows = (s.kernel_width + 3) / 4;
  const size_t height = (size_t)(s.rows - 1) * s.stride_y + (s.kernel_height - 1) * s.dilation_y + 1;
  const size_t width = (size_t)(s.columns - 1) * s.stride_x + (s.kernel_width - 1) * s.dilation_x + 1;
  const size_t weight_count = (size_t)blocks * s.kernel_height * windows * 64;
  const size_t elements = (size_t)blocks * s.rows * s.columns * 16, guard = 64;
  uint8_t *input = random_bytes(blocks * height * width * 16 + SYNOPTIC_INT8_SLACK);
  int8_t *weights = random_weights(weight_count);
  for (size_t i = 0; i < weight_count; i++)
    if (i / 64 % windows * 4 + i % 4 >= s.kernel_width) weights[i] = 0;
  uint8_t *expected = allocate(elements + guard), *found = allocate(elements + guard);
  synoptic_int8_depthwise d = {.input = input, .input_plane = height * width * 16, .input_row = width * 16,
                               .kernel_height = s.kernel_height, .kernel_width = s.kernel_width, .stride_height = s.stride_y,
                               .stride_width = s.stride_x, .dilation_height = s.dilation_y, .dilation_width = s.dilation_x,
                               .weights = weights, .output_row = (size_t)s.columns * 16,
                               .output_plane = (size_t)s.columns * s.rows * 16, .rows = s.rows, .columns = s.columns,
                               .blocks = blocks};
  epilogue e = random_epilogue(&d.requantization, blocks, s.rows, s.columns, (size_t)s.kernel_height * s.kernel_width);
  for (int v = 0; v < variant_count; v++) {
    d.output = v == 0 ? expected : found;
    memset(d.output, 0xA5, elements + guard);
    variants[v].depthwise(&d);
    if (v > 0) compare("depthwise", variants[v].name, number, expected, found, elements + guard);
  }
  add_to_digest(expected, elements);
  release(e);
  free(input), free(weights), free(expected), free(found);
}

/// Portable kernels: no variants to compare, but their bytes belong to the digest.
static void portable_case(void) {
  const uint32_t size = one_of(3, 9), kernel = one_of(1, 3), pad = one_of(0, kernel - 1), stride = one_of(1, 2);
  const uint32_t rows = (size + 2 * pad - kernel) / stride + 1;
  const size_t count = (size_t)size * size * 32, pooled = (size_t)rows * rows * 32;
  uint8_t *a = random_bytes(count), *b = random_bytes(count), *output = allocate(count > pooled ? count : pooled);
  synoptic_int8_pooling p = {.input = a, .input_plane = count / 2, .input_row = size * 16, .input_height = size,
                             .input_width = size, .kernel_height = kernel, .kernel_width = kernel, .stride_height = stride,
                             .stride_width = stride, .dilation_height = 1, .dilation_width = 1, .pad_top = pad,
                             .pad_left = pad, .output = output, .output_plane = pooled / 2, .output_row = rows * 16,
                             .rows = rows, .columns = rows, .blocks = 2, .input_zero_point = (int32_t)one_of(0, 255),
                             .scale = (float)one_of(1, 2000) / 1000, .zero_point = (float)one_of(0, 255),
                             .includes_padding = one_of(0, 1)};
  synoptic_int8_pool_maximum(&p);
  add_to_digest(output, pooled);
  synoptic_int8_pool_average(&p);
  add_to_digest(output, pooled);
  const synoptic_int8_region left = {a, count / 2, size * 16}, right = {b, count / 2, size * 16};
  const synoptic_int8_region to = {output, count / 2, size * 16};
  synoptic_int8_add(left, (float)one_of(1, 1000) / 1000, right, (float)one_of(1, 1000) / 1000, -31.5f, 128 * (int32_t)one_of(0, 1), 3, 250, to, 2, size, size);
  add_to_digest(output, count);
  synoptic_int8_lookup(left, b, to, 2, size, size);
  add_to_digest(output, count);
  float means[32], *floats = allocate(count * sizeof(float));
  synoptic_int8_pool_global(a, count / 2, size * 16, size, size, 2, 0.037f, 119, means);
  add_to_digest(means, sizeof means);
  synoptic_int8_dequantize(a, count / 2, size * 16, 16, 32, 0.0371f, 117, floats, size, size);
  add_to_digest(floats, count * sizeof(float));
  synoptic_int8_quantize(floats, (size_t)size * size, 32, 16, 0.0459f, 131, output, count / 2, size * 16, size, size);
  add_to_digest(output, count);
  // Images in pixels of three and four bytes: some processors have vectors for them.
  const uint32_t order[3] = {2, 0, 1};
  uint8_t *tables = random_bytes(3 * 256);
  for (uint32_t pixel = 3; pixel <= 4; pixel++) {
    const size_t bytes = (size_t)size * size * pixel;
    memset(output, 0xA5, bytes);
    synoptic_int8_quantize(floats, (size_t)size * size, 3, pixel, 0.0459f, 131, output, 0, size * pixel, size, size);
    add_to_digest(output, bytes);
    memset(output, 0xA5, bytes);
    synoptic_int8_load_pixels(a, 3, 3, order, tables, output, pixel, size * pixel, size, size);
    add_to_digest(output, bytes);
  }
  free(tables);
  free(a), free(b), free(output), free(floats);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/// The best of several runs, in GMAC/s.
static double measured(const variant *v, const synoptic_int8_convolution *c, const synoptic_int8_depthwise *d, double macs) {
  double best = 1e9;
  for (double start = seconds(); seconds() - start < 0.3;) {
    const double before = seconds();
    if (c)
      v->convolve(c);
    else
      v->depthwise(d);
    const double took = seconds() - before;
    if (took < best) best = took;
  }
  return macs / best * 1e-9;
}

static void measure(void) {
  static const struct { uint32_t size, in, out, kernel; } dense[] = {
      {56, 64, 64, 3}, {28, 128, 128, 3}, {14, 256, 256, 3}, {7, 512, 512, 3}, {56, 64, 256, 1}, {14, 1024, 256, 1}, {112, 16, 96, 1}};
  static const struct { uint32_t size, channels, kernel, stride; } depthwise[] = {
      {112, 32, 3, 1}, {56, 96, 3, 2}, {28, 144, 5, 1}, {14, 480, 5, 2}, {7, 1152, 5, 1}, {14, 384, 7, 1}};
  uint8_t *memory = random_bytes(16 << 20), *output = allocate(16 << 20);
  int8_t *weights = random_weights(16 << 20);
  int32_t offsets[1024];
  for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
    const uint32_t n = dense[i].size, k = dense[i].kernel;
    const size_t row = (size_t)(n + k - 1) * 16, plane = row * (n + k - 1), steps = dense[i].in / 16 * k * k;
    for (size_t s = 0; s < steps; s++) offsets[s] = (int32_t)(s / (k * k) * plane + s % (k * k) / k * row + s % k * 16);
    synoptic_int8_convolution c = {.input = memory, .row_step = row, .pixel_step = 16, .tap_offsets = offsets,
                                   .step_count = steps, .quads = 4, .weights = weights, .output = output,
                                   .output_row = n * 16, .output_plane = (size_t)n * n * 16, .rows = n, .columns = n,
                                   .blocks = dense[i].out / 16};
    epilogue e = random_epilogue(&c.requantization, c.blocks, n, n, steps * 16);
    c.requantization.residual = NULL;
    printf("%ux%u %u->%u at %u:", k, k, dense[i].in, dense[i].out, n);
    for (int v = 1; v < variant_count; v++)
      printf("  %s %.1f", variants[v].name, measured(&variants[v], &c, NULL, (double)n * n * dense[i].in * dense[i].out * k * k));
    printf("\n");
    release(e);
  }
  for (size_t i = 0; i < sizeof depthwise / sizeof *depthwise; i++) {
    const uint32_t n = depthwise[i].size, k = depthwise[i].kernel, s = depthwise[i].stride;
    const size_t row = (size_t)((n - 1) * s + k) * 16;
    synoptic_int8_depthwise d = {.input = memory, .input_plane = row * ((n - 1) * s + k), .input_row = row, .kernel_height = k,
                                 .kernel_width = k, .stride_height = s, .stride_width = s, .dilation_height = 1,
                                 .dilation_width = 1, .weights = weights, .output = output, .output_row = n * 16,
                                 .output_plane = (size_t)n * n * 16, .rows = n, .columns = n, .blocks = depthwise[i].channels / 16};
    epilogue e = random_epilogue(&d.requantization, d.blocks, n, n, k * k);
    d.requantization.residual = NULL;
    printf("depthwise %ux%u stride %u, %u at %u:", k, k, s, depthwise[i].channels, n);
    for (int v = 1; v < variant_count; v++)
      printf("  %s %.1f", variants[v].name, measured(&variants[v], NULL, &d, (double)n * n * depthwise[i].channels * k * k));
    printf("\n");
    release(e);
  }
  free(memory), free(output), free(weights);
}

int main(int count, char **arguments) {
  find_variants();
  if (count > 1 && strcmp(arguments[1], "measure") == 0) {
    measure();
    return 0;
  }
  const int cases = count > 1 ? atoi(arguments[1]) : 100;
  for (int number = 0; number < cases; number++) {
    dense_case(number);
    depthwise_case(number);
    portable_case();
  }
  printf("sets");
  for (int v = 0; v < variant_count; v++) printf(" %s", variants[v].name);
  printf("\ncases %d\ndigest %016llx\n", cases, (unsigned long long)digest);
  return differences == 0 ? 0 : 1;
}
