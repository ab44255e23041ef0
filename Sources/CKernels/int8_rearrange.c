// Bytes that only change their place.
#include <string.h>

#include "int8_kernels.h"

void synoptic_int8_rearrange(synoptic_int8_region input, const int32_t *channel_offsets, uint32_t channels,
                             const int32_t *row_offsets, const int32_t *column_offsets,
                             synoptic_int8_region output, uint32_t height, uint32_t width) {
  for (uint32_t first = 0; first < channels; first += 16) {
    const uint32_t lanes = channels - first < 16 ? channels - first : 16;
    const int32_t *offsets = channel_offsets + first;
    // A whole block of one pixel moves at once.
    uint32_t neighbours = 1;
    while (neighbours < lanes && offsets[neighbours] == offsets[0] + (int32_t)neighbours) neighbours++;
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *from = input.pixels + row_offsets[y];
      uint8_t *to = output.pixels + first / 16 * output.plane + y * output.row;
      if (neighbours == 16) {
        for (uint32_t x = 0; x < width; x++) memcpy(to + x * 16, from + column_offsets[x] + offsets[0], 16);
      } else {
        for (uint32_t x = 0; x < width; x++) {
          const uint8_t *pixel = from + column_offsets[x];
          for (uint32_t lane = 0; lane < lanes; lane++) to[x * 16 + lane] = pixel[offsets[lane]];
        }
      }
    }
  }
}
