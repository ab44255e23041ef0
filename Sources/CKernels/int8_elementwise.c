// Additions, tables and copies: bound by memory, written for the compiler's vectoriser.
#include <string.h>

#include "int8_kernels.h"
#include "int8_requantize.h"

void synoptic_int8_add(synoptic_int8_region a, float scale_a, synoptic_int8_region b, float scale_b, float addend,
                       int32_t origin, uint8_t lower, uint8_t upper, synoptic_int8_region output, uint32_t blocks,
                       uint32_t height, uint32_t width) {
  // 65,536 sums are a table of their own size; two products a byte are cheaper.
  float products_b[256];
  for (int value = 0; value < 256; value++) products_b[value] = fmaf((float)(value - origin), scale_b, addend);
  const float shift = (float)origin;
  for (uint32_t block = 0; block < blocks; block++) {
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *left = a.pixels + block * a.plane + y * a.row;
      const uint8_t *right = b.pixels + block * b.plane + y * b.row;
      uint8_t *to = output.pixels + block * output.plane + y * output.row;
      for (size_t index = 0; index < (size_t)width * 16; index++) {
        const float sum = fmaf((float)left[index] - shift, scale_a, products_b[right[index]]);
        to[index] = synoptic_round_to_byte(rintf(sum) + shift, lower, upper);
      }
    }
  }
}

void synoptic_int8_lookup(synoptic_int8_region input, const uint8_t table[256], synoptic_int8_region output,
                          uint32_t blocks, uint32_t height, uint32_t width) {
  for (uint32_t block = 0; block < blocks; block++) {
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *from = input.pixels + block * input.plane + y * input.row;
      uint8_t *to = output.pixels + block * output.plane + y * output.row;
      for (size_t index = 0; index < (size_t)width * 16; index++) to[index] = table[from[index]];
    }
  }
}

void synoptic_int8_copy_channels(synoptic_int8_region input, uint32_t channels, synoptic_int8_region output,
                                 uint32_t first, uint32_t height, uint32_t width) {
  if (first % 16 == 0 && channels % 16 == 0) {
    for (uint32_t block = 0; block < channels / 16; block++)
      for (uint32_t y = 0; y < height; y++)
        memcpy(output.pixels + (first / 16 + block) * output.plane + y * output.row,
               input.pixels + block * input.plane + y * input.row, (size_t)width * 16);
    return;
  }
  for (uint32_t channel = 0; channel < channels; channel++) {
    const uint32_t target = first + channel;
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *from = input.pixels + (channel / 16) * input.plane + y * input.row + channel % 16;
      uint8_t *to = output.pixels + (target / 16) * output.plane + y * output.row + target % 16;
      for (uint32_t x = 0; x < width; x++) to[x * 16] = from[x * 16];
    }
  }
}

void synoptic_int8_fill_border(uint8_t *tensor, size_t plane, uint32_t blocks, uint32_t pixel, uint32_t top,
                               uint32_t bottom, uint32_t left, uint32_t right, uint32_t height, uint32_t width,
                               uint8_t value) {
  const size_t row = (size_t)(left + width + right) * pixel;
  for (uint32_t block = 0; block < blocks; block++) {
    uint8_t *start = tensor + block * plane;
    memset(start, value, top * row);
    for (uint32_t y = top; y < top + height; y++) {
      memset(start + y * row, value, (size_t)left * pixel);
      memset(start + y * row + (size_t)(left + width) * pixel, value, (size_t)right * pixel);
    }
    memset(start + (top + height) * row, value, bottom * row);
  }
}
