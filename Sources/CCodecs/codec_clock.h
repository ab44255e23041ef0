/// A bound on the processor time that an image takes.
#ifndef SYNOPTIC_CODEC_CLOCK_H
#define SYNOPTIC_CODEC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef struct {
  double deadline;
  uint32_t calls;
} codec_clock;

static inline double codec_clock_now(void) {
  struct timespec now;
  // Of the thread: a machine that is busy with other things makes no image slow.
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline codec_clock codec_clock_start(double seconds) {
  return (codec_clock){.deadline = codec_clock_now() + seconds};
}

/// Whether the time is up: to be asked every few rows. Looking at the clock is a call of the system, which an image of
/// usual size never comes to.
static inline bool codec_clock_is_over(codec_clock *clock) {
  enum { calls_between = 64 };
  clock->calls += 1;
  return clock->calls % calls_between == 0 && codec_clock_now() > clock->deadline;
}

#endif
