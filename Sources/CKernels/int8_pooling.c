// Pooling takes a small share of a network's time: plain loops over 16 channels, which the compiler turns into
// vectors, serve every instruction set and are equal by construction.
#include <string.h>

#include "int8_kernels.h"
#include "int8_requantize.h"

/// The taps of one output that lie inside the input, in one dimension.
typedef struct tap_range {
  uint32_t first;
  uint32_t end;
} tap_range;

static tap_range taps_inside(uint32_t output, uint32_t stride, uint32_t pad, uint32_t dilation, uint32_t kernel,
                             uint32_t size) {
  const int64_t start = (int64_t)output * stride - pad;
  tap_range range = {0, kernel};
  while (range.first < kernel && start + (int64_t)range.first * dilation < 0) range.first++;
  while (range.end > range.first && start + (int64_t)(range.end - 1) * dilation >= size) range.end--;
  return range;
}

static const uint8_t *tap_pixel(const synoptic_int8_pooling *p, uint32_t block, int64_t y, int64_t x) {
  return p->input + (int64_t)(block * p->input_plane) + y * (int64_t)p->input_row + x * 16;
}

/// The 16 channels of a pixel.
typedef uint8_t pixel_bytes __attribute__((vector_size(16)));

static inline pixel_bytes load_pixel(const uint8_t *pixel) {
  pixel_bytes bytes;
  memcpy(&bytes, pixel, sizeof bytes);
  return bytes;
}

static void pool_maximum_pixel(const synoptic_int8_pooling *p, uint32_t block, uint32_t row, uint32_t column,
                               tap_range ys, tap_range xs) {
  pixel_bytes maximum = {0};
  for (uint32_t ky = ys.first; ky < ys.end; ky++) {
    const int64_t y = (int64_t)row * p->stride_height + (int64_t)ky * p->dilation_height - p->pad_top;
    for (uint32_t kx = xs.first; kx < xs.end; kx++) {
      const int64_t x = (int64_t)column * p->stride_width + (int64_t)kx * p->dilation_width - p->pad_left;
      maximum = __builtin_elementwise_max(maximum, load_pixel(tap_pixel(p, block, y, x)));
    }
  }
  memcpy(p->output + block * p->output_plane + row * p->output_row + column * 16, &maximum, 16);
}

/// Outputs `first` to `end` of one row, whose windows lie inside the map.
static inline __attribute__((always_inline)) void pool_maximum_run(const synoptic_int8_pooling *p, const uint32_t size,
                                                                   uint32_t block, uint32_t row, uint32_t first,
                                                                   uint32_t end) {
  const uint8_t *input =
      tap_pixel(p, block, (int64_t)row * p->stride_height - p->pad_top, (int64_t)first * p->stride_width - p->pad_left);
  uint8_t *output = p->output + block * p->output_plane + row * p->output_row + first * 16;
  const size_t input_row = p->input_row, step = (size_t)p->stride_width * 16;
  for (uint32_t column = first; column < end; column++, input += step, output += 16) {
    pixel_bytes maximum = load_pixel(input);
#pragma clang loop unroll(full)
    for (uint32_t tap = 1; tap < size * size; tap++)
      maximum = __builtin_elementwise_max(maximum, load_pixel(input + tap / size * input_row + tap % size * 16));
    memcpy(output, &maximum, 16);
  }
}

/// As ONNX Runtime's QLinearAveragePool: which way a mean half-way between two levels goes, these roundings decide.
static void pool_numbers_pixel(const synoptic_int8_pooling *p, uint32_t block, uint32_t row, uint32_t column,
                               tap_range ys, tap_range xs) {
  float sums[16] = {0};
  for (uint32_t ky = ys.first; ky < ys.end; ky++) {
    const int64_t y = (int64_t)row * p->stride_height + (int64_t)ky * p->dilation_height - p->pad_top;
    for (uint32_t kx = xs.first; kx < xs.end; kx++) {
      const int64_t x = (int64_t)column * p->stride_width + (int64_t)kx * p->dilation_width - p->pad_left;
      const uint8_t *pixel = tap_pixel(p, block, y, x);
      for (int channel = 0; channel < 16; channel++) {
        const float number = p->input_scale * (float)(pixel[channel] - p->input_zero_point);
        sums[channel] += number;
      }
    }
  }
  const uint32_t count = (ys.end - ys.first) * (xs.end - xs.first);
  const uint32_t divisor = p->includes_padding ? p->kernel_height * p->kernel_width : count;
  uint8_t *output = p->output + block * p->output_plane + row * p->output_row + column * 16;
  const float origin = (float)p->origin;
  for (int channel = 0; channel < 16; channel++) {
    const float mean = divisor > 0 ? sums[channel] / (float)divisor : 0;
    const float level = mean / p->output_scale + (p->zero_point - origin);
    output[channel] = synoptic_round_to_byte(rintf(level) + origin, 0, 255);
  }
}

static void pool_average_pixel(const synoptic_int8_pooling *p, uint32_t block, uint32_t row, uint32_t column,
                               tap_range ys, tap_range xs) {
  int32_t sums[16] = {0};
  for (uint32_t ky = ys.first; ky < ys.end; ky++) {
    const int64_t y = (int64_t)row * p->stride_height + (int64_t)ky * p->dilation_height - p->pad_top;
    for (uint32_t kx = xs.first; kx < xs.end; kx++) {
      const int64_t x = (int64_t)column * p->stride_width + (int64_t)kx * p->dilation_width - p->pad_left;
      const uint8_t *pixel = tap_pixel(p, block, y, x);
      for (int channel = 0; channel < 16; channel++) sums[channel] += pixel[channel];
    }
  }
  const int32_t count = (int32_t)((ys.end - ys.first) * (xs.end - xs.first));
  const int32_t window = (int32_t)(p->kernel_height * p->kernel_width);
  const int32_t divisor = p->includes_padding ? window : count;
  const float scale = divisor > 0 ? p->scale / (float)divisor : 0;
  uint8_t *output = p->output + block * p->output_plane + row * p->output_row + column * 16;
  for (int channel = 0; channel < 16; channel++) {
    const float sum = (float)(sums[channel] - count * p->input_zero_point);
    const float product = sum * scale;
    const float average = p->rounds_product ? rintf(product) + p->zero_point : fmaf(sum, scale, p->zero_point);
    output[channel] = synoptic_round_to_byte(average, 0, 255);
  }
}

static tap_range rows_inside(const synoptic_int8_pooling *p, uint32_t row) {
  return taps_inside(row, p->stride_height, p->pad_top, p->dilation_height, p->kernel_height, p->input_height);
}

static tap_range columns_inside(const synoptic_int8_pooling *p, uint32_t column) {
  return taps_inside(column, p->stride_width, p->pad_left, p->dilation_width, p->kernel_width, p->input_width);
}

/// The common windows, 2x2 and 3x3, where they lie inside.
///
/// - Returns: the first column that is left to do.
static uint32_t pool_maximum_inside(const synoptic_int8_pooling *p, uint32_t block, uint32_t row, uint32_t column) {
  const uint32_t size = p->kernel_width;
  const uint32_t last_start = p->input_width + p->pad_left - size;
  const uint32_t end = last_start / p->stride_width + 1 < p->columns ? last_start / p->stride_width + 1 : p->columns;
  if (end <= column) return column;
  if (size == 2)
    pool_maximum_run(p, 2, block, row, column, end);
  else
    pool_maximum_run(p, 3, block, row, column, end);
  return end;
}

void synoptic_int8_pool_maximum(const synoptic_int8_pooling *p) {
  const uint32_t size = p->kernel_width;
  const bool is_common = (size == 2 || size == 3) && p->kernel_height == size && p->dilation_height == 1 &&
                         p->dilation_width == 1 && p->input_width + p->pad_left >= size;
  for (uint32_t block = 0; block < p->blocks; block++) {
    for (uint32_t row = 0; row < p->rows; row++) {
      const tap_range ys = rows_inside(p, row);
      const bool whole_rows = is_common && ys.first == 0 && ys.end == size;
      for (uint32_t column = 0; column < p->columns; column++) {
        if (whole_rows && column * p->stride_width >= p->pad_left) {
          column = pool_maximum_inside(p, block, row, column);
          if (column == p->columns) break;
        }
        pool_maximum_pixel(p, block, row, column, ys, columns_inside(p, column));
      }
    }
  }
}

void synoptic_int8_pool_average(const synoptic_int8_pooling *p) {
  for (uint32_t block = 0; block < p->blocks; block++) {
    for (uint32_t row = 0; row < p->rows; row++) {
      const tap_range ys = rows_inside(p, row);
      for (uint32_t column = 0; column < p->columns; column++) {
        if (p->input_scale != 0)
          pool_numbers_pixel(p, block, row, column, ys, columns_inside(p, column));
        else
          pool_average_pixel(p, block, row, column, ys, columns_inside(p, column));
      }
    }
  }
}

void synoptic_int8_pool_global(const uint8_t *input, size_t plane, size_t row, uint32_t height, uint32_t width,
                               uint32_t blocks, float scale, float zero_point, float *means) {
  const float pixels = (float)height * (float)width;
  for (uint32_t block = 0; block < blocks; block++) {
    int32_t sums[16] = {0};
    for (uint32_t y = 0; y < height; y++) {
      const uint8_t *pixel = input + block * plane + y * row;
      for (uint32_t x = 0; x < width; x++, pixel += 16)
        for (int channel = 0; channel < 16; channel++) sums[channel] += pixel[channel];
    }
    for (int channel = 0; channel < 16; channel++)
      means[block * 16 + (uint32_t)channel] = scale * ((float)sums[channel] / pixels - zero_point);
  }
}
