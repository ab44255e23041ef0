// Winograd's weights in both their orders, its scratch, and the choice of instruction set.
#include "int8_winograd.h"

#include "int8_isa.h"

bool synoptic_int8_has_winograd(synoptic_instruction_set set) { return set == SYNOPTIC_AVX512VNNI; }

size_t synoptic_int8_winograd_scratch_size(const synoptic_int8_winograd *winograd) {
  const size_t channels = (size_t)winograd->input_blocks * 16, tiles = synoptic_winograd_strip(winograd);
  const size_t part = channels < SYNOPTIC_WINOGRAD_PART ? channels : SYNOPTIC_WINOGRAD_PART;
  const size_t panels = winograd->transformed ? 0 : 36 * (part * 64 + 32);
  return (synoptic_winograd_activation_count(channels, tiles) + panels) * sizeof(int16_t) +
         synoptic_winograd_product_count(tiles) * sizeof(int32_t);
}

size_t synoptic_int8_winograd_filter_count(uint32_t inputs, uint32_t outputs) {
  return (size_t)((inputs + 15) / 16 * 16) * ((outputs + 15) / 16 * 16);
}

/// G' of int8_winograd_avx512vnni.c.
static const int weight_transform[6][3] = {{6, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 6}};

/// One filter's 3x3 taps at 36 positions.
static void transform_filter(const int8_t taps[9], int16_t transformed[36]) {
  int rows[6][3];
  for (int i = 0; i < 6; i++) {
    const int *g = weight_transform[i];
    for (int x = 0; x < 3; x++) rows[i][x] = g[0] * taps[x] + g[1] * taps[3 + x] + g[2] * taps[6 + x];
  }
  for (int i = 0; i < 6; i++) {
    for (int j = 0; j < 6; j++) {
      const int *g = weight_transform[j];
      transformed[i * 6 + j] = (int16_t)(g[0] * rows[i][0] + g[1] * rows[i][1] + g[2] * rows[i][2]);
    }
  }
}

void synoptic_int8_winograd_transform_weights(const int8_t *weights, uint32_t inputs, uint32_t outputs,
                                              int16_t *transformed) {
  const size_t channels = (size_t)(inputs + 15) / 16 * 16, blocks = (size_t)(outputs + 15) / 16;
  for (size_t block = 0; block < blocks;) {
    const size_t group = synoptic_winograd_group(blocks, block);
    const size_t position_count = channels * group * 16;
    for (size_t output = block * 16; output < (block + group) * 16 && output < outputs; output++) {
      for (size_t input = 0; input < inputs; input++) {
        int16_t values[36];
        transform_filter(weights + (output * inputs + input) * 9, values);
        int16_t *to = transformed + (input / 2 * group * 16 + output - block * 16) * 2 + input % 2;
        for (size_t position = 0; position < 36; position++) to[position * position_count] = values[position];
      }
    }
    transformed += 36 * position_count;
    block += group;
  }
}

void synoptic_int8_winograd_pack_weights(const int8_t *weights, uint32_t inputs, uint32_t outputs, int8_t *packed) {
  const size_t pairs = (size_t)(inputs + 15) / 16 * 8, blocks = (size_t)(outputs + 15) / 16;
  for (size_t block = 0; block < blocks;) {
    const size_t group = synoptic_winograd_group(blocks, block);
    for (size_t output = block * 16; output < (block + group) * 16 && output < outputs; output++) {
      for (size_t input = 0; input < inputs; input++) {
        const int8_t *taps = weights + (output * inputs + input) * 9;
        const size_t filters = input / 2 * group + (output / 16 - block);
        int8_t *to = packed + filters * 288 + output % 16 * 2 + input % 2;
        for (size_t tap = 0; tap < 9; tap++) to[tap * 32] = taps[tap];
      }
    }
    packed += pairs * group * 288;
    block += group;
  }
}

void synoptic_int8_convolve_winograd(synoptic_instruction_set set, const synoptic_int8_winograd *winograd) {
  (void)set;
#if defined(__x86_64__)
  synoptic_int8_convolve_winograd_avx512vnni(winograd);
#else
  (void)winograd;
#endif
}
