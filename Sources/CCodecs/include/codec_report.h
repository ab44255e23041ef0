/// How a decoding step ended.
#ifndef SYNOPTIC_CODEC_REPORT_H
#define SYNOPTIC_CODEC_REPORT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum synoptic_codec_status {
  SYNOPTIC_CODEC_OK = 0,
  /// The stream ends before the image does.
  SYNOPTIC_CODEC_TRUNCATED = 1,
  /// The stream breaks its format's rules.
  SYNOPTIC_CODEC_CORRUPT = 2,
  /// A valid stream of a kind the library does not decode (12-bit or lossless JPEG, say).
  SYNOPTIC_CODEC_UNSUPPORTED = 3,
  /// More progressive scans than the limit: each costs a pass over the whole image.
  SYNOPTIC_CODEC_TOO_MANY_SCANS = 4,
  /// More memory than the limit, or than there is.
  SYNOPTIC_CODEC_OUT_OF_MEMORY = 5,
  /// More time than the limit.
  SYNOPTIC_CODEC_OUT_OF_TIME = 6,
} synoptic_codec_status;

enum { SYNOPTIC_CODEC_MESSAGE_SIZE = 256 };

typedef struct synoptic_codec_report {
  /// Of the first damage, or of what stopped the decoder.
  synoptic_codec_status status;
  /// Whether nothing more can come.
  bool has_stopped;
  /// Rows that were whole when the first damage showed, or when decoding stopped.
  /// Of an interlaced PNG: rows of the pass after the whole ones.
  uint32_t good_rows;
  /// Of an interlaced PNG: how many there are; 0 for other images.
  uint32_t passes;
  /// Passes that were whole then.
  uint32_t good_passes;
  /// Bytes of the stream read by then.
  uint64_t good_bytes;
  /// Damage that the library could go on from.
  uint32_t warnings;
  /// The library's own sentence about the first damage; empty without one.
  char message[SYNOPTIC_CODEC_MESSAGE_SIZE];
} synoptic_codec_report;

/// What one image may cost.
typedef struct synoptic_codec_limits {
  /// Passes over a progressive image.
  uint32_t maximum_scans;
  /// Passes times pixels of a progressive image with more than 16 passes.
  uint64_t maximum_scanned_pixels;
  /// Bytes that the library may hold.
  uint64_t maximum_memory;
  /// Seconds of this thread's processor time, from now on.
  double maximum_seconds;
} synoptic_codec_limits;

#endif
