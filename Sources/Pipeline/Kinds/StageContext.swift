import GRDB
import Logging

/// What a stage is given to run with.
public struct StageContext: Sendable {
  public let identity: StageIdentity
  /// The store, the one database of domain rows and job state.
  public let database: any DatabaseWriter
  /// The row of `stage_result` that this run fills.
  public let resultID: Int64
  /// How many threads the stage may keep busy.
  public let threads: Int
  /// For whole stages that can: reads what is as it was, too, by size and time.
  public let verifies: Bool
  public let control: RunControl
  public let logger: Logger
  let recorder: StageRecorder
  let report: @Sendable (ProgressEvent) -> Void
  let limits: StageLimits
  let failureWatch: FailureWatch

  /// Where the stage's steps leave their times, from any thread.
  public var steps: StepTimes { recorder.steps }

  public var stageName: String { identity.stageName }
  /// 64 hexadecimal digits.
  public var fingerprint: String { identity.fingerprint }

  public func reference(_ parameter: String) throws(StageParameterError) -> UpstreamResult {
    try identity.reference(parameter)
  }
  public func reference(ifPresent parameter: String) -> UpstreamResult? {
    identity.reference(ifPresent: parameter)
  }

  /// For whole stages: says how far the work is. `total` is nil while it isn't known.
  public func advance(done: Int, failed: Int = 0, total: Int? = nil) {
    failureWatch.note(failed: failed, total: total)
    recorder.advance(done: done, failed: failed)
    report(done: done, failed: failed, total: total)
  }

  func report(done: Int, failed: Int, total: Int?) {
    report(.advanced(stage: stageName, done: done, failed: failed, total: total))
  }

  /// For whole stages: ends the work in hand when a stop was asked for, or when more failed than `max_failures`
  /// allows. Call it between pieces.
  ///
  /// - Throws: `RunStopped`, `TooManyFailures`.
  public func checkForStop() throws {
    if control.isStopRequested || Task.isCancelled { throw RunStopped() }
    try failureWatch.check()
  }
}

/// Thrown where a stage ended early because a stop was asked for.
public struct RunStopped: Error, Sendable, CustomStringConvertible {
  /// Set when items appeared while the stage ran, which is no one's wish.
  var itemsLeft: Int?

  public init() {}
  init(itemsLeft: Int) { self.itemsLeft = itemsLeft }

  public var description: String {
    if let itemsLeft { return "\(itemsLeft.counted("item")) appeared while it ran; run again to work them" }
    return "stopped when asked; run again to go on"
  }
}
