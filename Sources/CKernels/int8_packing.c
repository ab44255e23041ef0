// From the portable order of weights to the one the kernels read.
#include "int8_kernels.h"

void synoptic_int8_pack_convolution(const int8_t *weights, uint32_t outputs, uint32_t inputs, uint32_t taps,
                                    uint32_t block, uint32_t blocks_together, int8_t *packed) {
  const size_t input_blocks = (inputs + block - 1) / block, step = (size_t)block * 16;
  const size_t row = (size_t)inputs * taps;
  // 16 x 16 channels at a time: what is read and written meanwhile stays in the cache.
  for (size_t output_block = 0; output_block * 16 < outputs; output_block++) {
    for (size_t input_block = 0; input_block < input_blocks; input_block++) {
      const size_t first = input_block / blocks_together * blocks_together * taps + input_block % blocks_together;
      int8_t *to = packed + (output_block * input_blocks * taps + first) * step;
      const size_t last_output = outputs - output_block * 16 < 16 ? outputs - output_block * 16 : 16;
      const size_t last_input = inputs - input_block * block < block ? inputs - input_block * block : block;
      for (size_t output = 0; output < last_output; output++) {
        const int8_t *from = weights + (output_block * 16 + output) * row + input_block * block * taps;
        for (size_t input = 0; input < last_input; input++) {
          int8_t *lane = to + (input / 4 * 16 + output) * 4 + input % 4;
          for (size_t tap = 0; tap < taps; tap++) lane[tap * blocks_together * step] = from[input * taps + tap];
        }
      }
    }
  }
}

void synoptic_int8_pack_color_convolution(const int8_t *weights, uint32_t outputs, uint32_t kernel_height,
                                          uint32_t kernel_width, int8_t *packed) {
  const size_t taps = (size_t)kernel_height * kernel_width, quads = ((size_t)kernel_width * 3 + 3) / 4;
  for (size_t output = 0; output < outputs; output++) {
    int8_t *block = packed + output / 16 * kernel_height * quads * 64 + output % 16 * 4;
    for (size_t channel = 0; channel < 3; channel++) {
      for (size_t tap = 0; tap < taps; tap++) {
        const size_t byte = tap % kernel_width * 3 + channel;
        block[(tap / kernel_width * quads + byte / 4) * 64 + byte % 4] = weights[(output * 3 + channel) * taps + tap];
      }
    }
  }
}

static int32_t saturated(int64_t value) {
  return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

void synoptic_int8_weight_sums(const int8_t *weights, uint32_t channels, size_t per_channel, int32_t *sums) {
  // As many as 32 bits are sure to hold: the inner loop is done in vectors of them.
  const size_t run = 1 << 16;
  for (uint32_t channel = 0; channel < channels; channel++, weights += per_channel) {
    int64_t positive = 0, negative = 0;
    for (size_t start = 0; start < per_channel; start += run) {
      const size_t end = per_channel - start < run ? per_channel : start + run;
      int32_t above = 0, below = 0;
      for (size_t i = start; i < end; i++) {
        above += weights[i] > 0 ? weights[i] : 0;
        below += weights[i] < 0 ? weights[i] : 0;
      }
      positive += above;
      negative += below;
    }
    sums[channel] = saturated(positive);
    sums[channels + channel] = saturated(negative);
  }
}
