import CKernels
import Foundation

/// How a thread waits for what others will do soon: it spins for as long as they usually take, then lets whoever wants
/// its core have it, and in the end sleeps between looks.
struct Patience {
  private static let briefSpins = 64
  private static let spinning = Duration.microseconds(20)
  private static let yielding = Duration.milliseconds(1)
  /// In microseconds.
  private static let sleep: UInt32 = 50

  private var spins = 0
  private var start: ContinuousClock.Instant?

  /// To be called between looks.
  mutating func rest() {
    spins += 1
    guard spins > Self.briefSpins else { return synoptic_spin_hint() }
    let waited = waited()
    if waited < Self.spinning {
      synoptic_spin_hint()
    } else if waited < Self.yielding {
      sched_yield()
    } else {
      usleep(Self.sleep)
    }
  }

  /// As `rest()`, but it only spins.
  ///
  /// - Returns: whether `limit` is over.
  mutating func spin(atMost limit: Duration) -> Bool {
    spins += 1
    synoptic_spin_hint()
    return spins > Self.briefSpins && waited() > limit
  }

  /// How long since the brief spins.
  private mutating func waited() -> Duration {
    let now = ContinuousClock.now
    guard let start else {
      self.start = now
      return .zero
    }
    return start.duration(to: now)
  }
}
