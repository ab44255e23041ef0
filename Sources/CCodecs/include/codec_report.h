/// How a decoding step ended.
#ifndef SYNOPTIC_CODEC_REPORT_H
#define SYNOPTIC_CODEC_REPORT_H

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
  SYNOPTIC_CODEC_OUT_OF_MEMORY = 5,
} synoptic_codec_status;

enum { SYNOPTIC_CODEC_MESSAGE_SIZE = 256 };

typedef struct synoptic_codec_report {
  synoptic_codec_status status;
  /// Rows that were whole when the first damage showed, or when decoding stopped.
  uint32_t good_rows;
  /// Damage that the library could go on from. The first is described by `status` and `message`.
  uint32_t warnings;
  /// The library's own sentence about the first damage; empty without one.
  char message[SYNOPTIC_CODEC_MESSAGE_SIZE];
} synoptic_codec_report;

#endif
