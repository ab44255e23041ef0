/// What a loop tells the processor that waits for another thread's store.
#ifndef SYNOPTIC_SPIN_HINT_H
#define SYNOPTIC_SPIN_HINT_H

/// Lets the other threads of a core have its units for a moment.
static inline void synoptic_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
