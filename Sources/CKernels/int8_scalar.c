// The reference: what the other instruction sets must equal, byte for byte.
#include <string.h>

#include "int8_isa.h"
#include "int8_requantize.h"

static void accumulate_pixel(const synoptic_int8_convolution *c, const uint8_t *taps, const int8_t *weights,
                             uint32_t accumulators[16]) {
  for (size_t step = 0; step < c->step_count; step++) {
    const uint8_t *activations = taps + c->tap_offsets[step];
    for (uint32_t quad = 0; quad < c->quads; quad++, weights += 64) {
      for (int channel = 0; channel < 16; channel++)
        for (int k = 0; k < 4; k++)
          accumulators[channel] += (uint32_t)(activations[quad * 4 + (uint32_t)k] * weights[channel * 4 + k]);
    }
  }
}

void synoptic_int8_convolve_scalar(const synoptic_int8_convolution *c) {
  const synoptic_int8_requantization *to = &c->requantization;
  const size_t block_weights = c->step_count * c->quads * 64;
  for (size_t block = 0; block < c->blocks; block++) {
    const int8_t *weights = c->weights + block * block_weights;
    for (size_t row = 0; row < c->rows; row++) {
      for (size_t column = 0; column < c->columns; column++) {
        // Sums wrap around, as those of the vector instructions do.
        uint32_t sums[16];
        int32_t accumulators[16];
        memcpy(sums, to->bias + block * 16, sizeof sums);
        accumulate_pixel(c, c->input + row * c->row_step + column * c->pixel_step, weights, sums);
        memcpy(accumulators, sums, sizeof sums);
        const size_t at = block * c->output_plane + row * c->output_row + column * 16;
        const uint8_t *residual = synoptic_residual_pixel(to, block, row, column);
        for (int channel = 0; channel < 16; channel++) {
          const float scale = to->scale[block * 16 + (size_t)channel];
          if (c->float_output)
            c->float_output[at + (size_t)channel] = (float)accumulators[channel] * scale;
          else
            c->output[at + (size_t)channel] =
                synoptic_requantize(accumulators[channel], scale, to, residual ? residual + channel : NULL);
        }
      }
    }
  }
}

void synoptic_int8_convolve_depthwise_scalar(const synoptic_int8_depthwise *d) {
  const synoptic_int8_requantization *to = &d->requantization;
  const size_t windows = (d->kernel_width + 3) / 4;
  for (size_t block = 0; block < d->blocks; block++) {
    const int8_t *weights = d->weights + block * d->kernel_height * windows * 64;
    for (size_t row = 0; row < d->rows; row++) {
      for (size_t column = 0; column < d->columns; column++) {
        const uint8_t *first = d->input + block * d->input_plane + row * d->stride_height * d->input_row +
                               column * d->stride_width * 16;
        const uint8_t *residual = synoptic_residual_pixel(to, block, row, column);
        uint8_t *output = d->output + block * d->output_plane + row * d->output_row + column * 16;
        for (size_t channel = 0; channel < 16; channel++) {
          uint32_t sum = (uint32_t)to->bias[block * 16 + channel];
          for (size_t y = 0; y < d->kernel_height; y++)
            for (size_t x = 0; x < d->kernel_width; x++)
              sum += (uint32_t)(first[y * d->dilation_height * d->input_row + x * d->dilation_width * 16 + channel] *
                                weights[((y * windows + x / 4) * 16 + channel) * 4 + x % 4]);
          output[channel] = synoptic_requantize((int32_t)sum, to->scale[block * 16 + channel], to,
                                                residual ? residual + channel : NULL);
        }
      }
    }
  }
}
