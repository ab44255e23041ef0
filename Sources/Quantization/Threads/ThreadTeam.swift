import Dispatch
import Foundation
import Synchronization

/// Threads that do one job after another together: the one that calls, and helpers that wait for it.
///
/// A network's layers take some ten microseconds each, so that members meet between them by atomic counters. Helpers
/// spin for a moment after a job, since the next image often follows at once, and then sleep.
final class ThreadTeam: Sendable {
  /// Of members, the caller included.
  let count: Int
  private let shared: TeamState

  /// - Parameter count: at least 1.
  init(count: Int) {
    self.count = count
    let shared = TeamState(helpers: count - 1)
    self.shared = shared
    for index in 1..<max(1, count) {
      // It holds what is shared, not the team, which can then go while helpers sleep.
      let thread = Thread { shared.help(as: index, of: count) }
      thread.name = "network \(index)"
      thread.start()
    }
  }

  deinit { shared.dismiss() }

  /// Calls `job` once for every member, on a thread of its own, and returns when all have returned.
  ///
  /// One thread at a time may call it. What members write at the same time is for `job` to keep apart.
  func run(_ job: @escaping (_ member: inout TeamMember) -> Void) {
    var caller = TeamMember(index: 0, count: count, shared: shared)
    shared.publish(job)
    job(&caller)
    shared.waitForHelpers()
  }
}

/// One of the threads that do a job.
struct TeamMember {
  /// From 0, the caller.
  let index: Int
  let count: Int
  private let shared: TeamState?
  private var meetings = 0

  fileprivate init(index: Int, count: Int, shared: TeamState?) {
    (self.index, self.count, self.shared) = (index, count, shared)
  }

  /// Who does a job without a team.
  static var alone: TeamMember { TeamMember(index: 0, count: 1, shared: nil) }

  /// Waits until every member has come here as often. What any did before is then done for all.
  mutating func meet() {
    guard let shared else { return }
    meetings += 1
    shared.meet(arrivals: meetings * count)
  }
}

/// What a team's threads share.
///
/// `@unchecked Sendable`: `job` is written only while no helper is at work, before `generation` is.
private final class TeamState: @unchecked Sendable {
  private typealias Job = (inout TeamMember) -> Void

  /// A helper's bed. Each has a semaphore of its own: one for all would let a helper take another's wake-up.
  private final class Helper: Sendable {
    let isAsleep = Atomic<Bool>(false)
    let alarm = DispatchSemaphore(value: 0)
  }

  /// How long a helper looks for another job before it sleeps: waking it costs about as much.
  private static let awake = Duration.microseconds(50)

  private let helpers: [Helper]
  /// How many jobs there have been.
  private let generation = Atomic<Int>(0)
  private let isDismissed = Atomic<Bool>(false)
  /// Helpers that are done with the present job.
  private let finished = Atomic<Int>(0)
  /// At all meetings of the present job together.
  private let arrivals = Atomic<Int>(0)
  private var job: Job?

  init(helpers: Int) { self.helpers = (0..<max(0, helpers)).map { _ in Helper() } }

  // MARK: The caller

  func publish(_ job: @escaping (inout TeamMember) -> Void) {
    arrivals.store(0, ordering: .relaxed)
    finished.store(0, ordering: .relaxed)
    self.job = job
    generation.add(1, ordering: .sequentiallyConsistent)
    rouse()
  }

  func waitForHelpers() {
    var patience = Patience()
    while finished.load(ordering: .acquiring) < helpers.count { patience.rest() }
    job = nil
  }

  func dismiss() {
    isDismissed.store(true, ordering: .sequentiallyConsistent)
    rouse()
  }

  private func rouse() {
    for helper in helpers where helper.isAsleep.load(ordering: .sequentiallyConsistent) {
      // Who takes the flag down owes the helper a signal, and nobody else does.
      if helper.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { helper.alarm.signal() }
    }
  }

  // MARK: Members

  func meet(arrivals expected: Int) {
    if arrivals.add(1, ordering: .acquiringAndReleasing).newValue >= expected { return }
    var patience = Patience()
    while arrivals.load(ordering: .acquiring) < expected { patience.rest() }
  }

  // MARK: Helpers

  func help(as index: Int, of count: Int) {
    var seen = 0
    while true {
      while generation.load(ordering: .sequentiallyConsistent) == seen {
        if isDismissed.load(ordering: .sequentiallyConsistent) { return }
        spinThenSleep(helpers[index - 1], seen: seen)
      }
      seen += 1
      perform(TeamMember(index: index, count: count, shared: self))
      finished.add(1, ordering: .releasing)
    }
  }

  /// Apart, so that the job is let go before it counts as finished.
  @inline(never)
  private func perform(_ member: TeamMember) {
    var member = member
    job?(&member)
  }

  private func hasNews(since seen: Int) -> Bool {
    generation.load(ordering: .sequentiallyConsistent) != seen
      || isDismissed.load(ordering: .sequentiallyConsistent)
  }

  /// Returns when there may be news.
  private func spinThenSleep(_ helper: Helper, seen: Int) {
    var patience = Patience()
    while !patience.spin(atMost: Self.awake) {
      if hasNews(since: seen) { return }
    }
    helper.isAsleep.store(true, ordering: .sequentiallyConsistent)
    // News that came before the flag was up brings no signal, unless the flag has been taken down: then one is due.
    if hasNews(since: seen), helper.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return }
    helper.alarm.wait()
  }
}
