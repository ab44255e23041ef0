// Images and float tensors into quantised activations, and back.
#include <string.h>

#include "int8_kernels.h"
#include "int8_requantize.h"

void synoptic_int8_load_pixels(const uint8_t *pixels, uint32_t image_channels, uint32_t channels,
                               const uint32_t *order, const uint8_t *tables, uint8_t *output, size_t output_row,
                               uint32_t height, uint32_t width) {
  for (uint32_t y = 0; y < height; y++) {
    const uint8_t *from = pixels + (size_t)y * width * image_channels;
    uint8_t *to = output + y * output_row;
    for (uint32_t x = 0; x < width; x++, from += image_channels, to += 4)
      for (uint32_t channel = 0; channel < channels; channel++)
        to[channel] = tables[channel * 256 + from[order[channel]]];
  }
}

void synoptic_int8_quantize(const float *input, uint32_t channels, uint32_t block, float scale, int32_t zero_point,
                            uint8_t *output, size_t output_plane, size_t output_row, uint32_t height,
                            uint32_t width) {
  for (uint32_t channel = 0; channel < channels; channel++) {
    for (uint32_t y = 0; y < height; y++) {
      const float *from = input + ((size_t)channel * height + y) * width;
      uint8_t *to = output + channel / block * output_plane + y * output_row + channel % block;
      for (uint32_t x = 0; x < width; x++)
        to[(size_t)x * block] = synoptic_round_to_byte(rintf(from[x] / scale) + (float)zero_point, 0, 255);
    }
  }
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
