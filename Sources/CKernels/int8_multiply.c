// Products of two activations: bound by memory, written for the compiler's vectoriser.
#include "int8_kernels.h"
#include "int8_requantize.h"

void synoptic_int8_multiply(synoptic_int8_region a, int32_t zero_point_a, synoptic_int8_region b,
                            int32_t zero_point_b, bool is_vector, float scale, float zero_point,
                            synoptic_int8_region output, uint32_t blocks, uint32_t height, uint32_t width) {
  for (uint32_t block = 0; block < blocks; block++) {
    int32_t factors[16];
    for (int channel = 0; channel < 16; channel++)
      factors[channel] = (int32_t)b.pixels[block * b.plane + (size_t)channel] - zero_point_b;
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *left = a.pixels + block * a.plane + y * a.row;
      const uint8_t *right = b.pixels + block * b.plane + y * b.row;
      uint8_t *to = output.pixels + block * output.plane + y * output.row;
      for (uint32_t x = 0; x < width; x++) {
        for (int channel = 0; channel < 16; channel++) {
          const size_t index = (size_t)x * 16 + (size_t)channel;
          const int32_t factor = is_vector ? factors[channel] : (int32_t)right[index] - zero_point_b;
          const int32_t product = ((int32_t)left[index] - zero_point_a) * factor;
          to[index] = synoptic_round_to_byte(fmaf((float)product, scale, zero_point), 0, 255);
        }
      }
    }
  }
}
