import Synchronization

/// The brake of a run, to be pulled from anywhere: a signal handler's queue, a test, another task.
public final class RunControl: Sendable {
  private let stopRequested = Atomic<Bool>(false)

  public init() {}

  /// Lets the batches in hand finish and commit, then ends the run.
  public func requestStop() { stopRequested.store(true, ordering: .releasing) }

  public var isStopRequested: Bool { stopRequested.load(ordering: .acquiring) }
}
