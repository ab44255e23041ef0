// Images and float tensors into quantised activations, and back.
#include <string.h>

#include "int8_isa.h"
#include "int8_requantize.h"

#if defined(__x86_64__)
static bool has_vbmi(void) {
  return synoptic_has_instruction_set(SYNOPTIC_AVX512VNNI) && __builtin_cpu_supports("avx512vbmi");
}
#endif

void synoptic_int8_load_pixels(const uint8_t *pixels, uint32_t image_channels, uint32_t channels,
                               const uint32_t *order, const uint8_t *tables, uint8_t *output, uint32_t pixel,
                               size_t output_row, uint32_t height, uint32_t width) {
#if defined(__x86_64__)
  if (channels == 3 && image_channels == 3 && has_vbmi()) {
    synoptic_int8_load_colors_avx512vbmi(pixels, order, tables, output, pixel, output_row, height, width);
    return;
  }
#endif
  for (uint32_t y = 0; y < height; y++) {
    const uint8_t *from = pixels + (size_t)y * width * image_channels;
    uint8_t *to = output + y * output_row;
    if (channels == 3) {
      const uint8_t *first = from + order[0], *second = from + order[1], *third = from + order[2];
      for (uint32_t x = 0; x < width; x++, to += pixel) {
        const uint32_t at = x * image_channels;
        to[0] = tables[first[at]];
        to[1] = tables[256 + second[at]];
        to[2] = tables[512 + third[at]];
      }
      continue;
    }
    for (uint32_t x = 0; x < width; x++, from += image_channels, to += pixel)
      for (uint32_t channel = 0; channel < channels; channel++)
        to[channel] = tables[channel * 256 + from[order[channel]]];
  }
}

/// Pixels that are quantised before their bytes are spread over the blocks: plain loops, which become vectors.
#define RUN 64

/// The nearest bytes, ties to even, saturating; what is no number becomes the least byte.
static inline __attribute__((always_inline)) void quantize_run(const float *from, uint32_t count, float scale, float zero_point, uint8_t bytes[RUN]) {
  // Adding 1.5 * 2^23 rounds to a whole number, half to even, whatever lies below 2^22.
  const float magic = 12582912.0f;
  for (uint32_t i = 0; i < count; i++) {
    float value = from[i] / scale;
    value = value > -1024.0f ? value : -1024.0f;
    value = value < 1024.0f ? value : 1024.0f;
    float rounded = (value + magic) - magic + zero_point;
    rounded = rounded > 0 ? rounded : 0;
    rounded = rounded < 255 ? rounded : 255;
    bytes[i] = (uint8_t)(int32_t)rounded;
  }
}

/// Puts `count` pixels of four bytes side by side, or the first three bytes of each.
static inline __attribute__((always_inline)) void store_image_run(const uint8_t *pixels, uint32_t count, uint32_t pixel,
                                                                  uint8_t *to) {
  if (pixel == 4) {
    memcpy(to, pixels, (size_t)count * 4);
    return;
  }
  // A fourth byte is overwritten by the next pixel; behind the last one it might be another thread's.
  for (uint32_t i = 0; i + 1 < count; i++) memcpy(to + (size_t)i * 3, pixels + i * 4, 4);
  memcpy(to + (size_t)(count - 1) * 3, pixels + (count - 1) * 4, 3);
}

/// An image of up to four channels, pixel by pixel, each of `pixel` bytes.
static inline __attribute__((always_inline)) void quantize_image_rows(const float *from, size_t plane,
                                                                      uint32_t channels, float scale, float zero_point,
                                                                      uint8_t *to, uint32_t pixel, size_t row,
                                                                      uint32_t height, uint32_t width) {
  for (uint32_t y = 0; y < height; y++, from += width, to += row) {
    for (uint32_t x = 0; x < width; x += RUN) {
      const uint32_t count = width - x < RUN ? width - x : RUN;
      uint8_t bytes[4][RUN] = {{0}}, pixels[RUN * 4];
      for (uint32_t channel = 0; channel < channels; channel++)
        quantize_run(from + channel * plane + x, count, scale, zero_point, bytes[channel]);
      for (uint32_t i = 0; i < RUN; i++) {
        pixels[i * 4] = bytes[0][i];
        pixels[i * 4 + 1] = bytes[1][i];
        pixels[i * 4 + 2] = bytes[2][i];
        pixels[i * 4 + 3] = bytes[3][i];
      }
      store_image_run(pixels, count, pixel, to + (size_t)x * pixel);
    }
  }
}

static void quantize_image(const float *from, size_t plane, uint32_t channels, float scale, float zero_point,
                           uint8_t *to, uint32_t pixel, size_t row, uint32_t height, uint32_t width) {
  quantize_image_rows(from, plane, channels, scale, zero_point, to, pixel, row, height, width);
}

#if defined(__x86_64__)
/// The same loops in wider vectors: no operation rounds differently.
__attribute__((target("avx2"))) static void quantize_image_avx2(const float *from, size_t plane,
                                                                uint32_t channels, float scale, float zero_point,
                                                                uint8_t *to, uint32_t pixel, size_t row,
                                                                uint32_t height, uint32_t width) {
  quantize_image_rows(from, plane, channels, scale, zero_point, to, pixel, row, height, width);
}
#endif

static void quantize_channel_row(const float *from, float scale, float zero_point, uint8_t *to, uint32_t block,
                                 uint32_t width) {
  for (uint32_t x = 0; x < width; x += RUN) {
    const uint32_t count = width - x < RUN ? width - x : RUN;
    uint8_t bytes[RUN];
    quantize_run(from + x, count, scale, zero_point, bytes);
    for (uint32_t i = 0; i < count; i++) to[(size_t)(x + i) * block] = bytes[i];
  }
}

void synoptic_int8_quantize(const float *input, size_t input_plane, uint32_t channels, uint32_t block, float scale,
                            int32_t zero_point, uint8_t *output, size_t output_plane, size_t output_row,
                            uint32_t height, uint32_t width) {
  if (block == 3 || block == 4) {
#if defined(__x86_64__)
    if (has_vbmi()) {
      synoptic_int8_quantize_image_avx512vbmi(input, input_plane, channels, scale, zero_point, output, block, output_row,
                                              height, width);
      return;
    }
    if (synoptic_has_instruction_set(SYNOPTIC_AVX2)) {
      quantize_image_avx2(input, input_plane, channels, scale, (float)zero_point, output, block, output_row, height,
                          width);
      return;
    }
#endif
    quantize_image(input, input_plane, channels, scale, (float)zero_point, output, block, output_row, height,
                   width);
    return;
  }
  if (height == 1 && width == 1 && block == 16) {
    // A vector in blocks of 16 is in plain order.
    for (uint32_t i = 0; i < channels; i += 16) {
      uint8_t bytes[RUN];
      quantize_run(input + i, channels - i < 16 ? channels - i : 16, scale, (float)zero_point, bytes);
      memcpy(output + i / 16 * output_plane, bytes, channels - i < 16 ? channels - i : 16);
    }
    return;
  }
  for (uint32_t channel = 0; channel < channels; channel++)
    for (uint32_t y = 0; y < height; y++)
      quantize_channel_row(input + channel * input_plane + (size_t)y * width, scale, (float)zero_point,
                           output + channel / block * output_plane + y * output_row + channel % block, block, width);
}

void synoptic_int8_dequantize(const uint8_t *input, size_t plane, size_t row, uint32_t block, uint32_t channels,
                              float scale, int32_t zero_point, float *output, uint32_t height, uint32_t width) {
  for (uint32_t channel = 0; channel < channels; channel++) {
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *from = input + channel / block * plane + y * row + channel % block;
      float *to = output + ((size_t)channel * height + y) * width;
      for (uint32_t x = 0; x < width; x++) to[x] = scale * (float)((int32_t)from[(size_t)x * block] - zero_point);
    }
  }
}
