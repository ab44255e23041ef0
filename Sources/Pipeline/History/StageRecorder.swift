import Foundation
import GRDB
import Synchronization

/// Writes down what one stage of a run does, in the transactions in which it does it.
///
/// Where the run itself could not be recorded, all of this does nothing.
final class StageRecorder: Sendable {
  let steps = StepTimes()
  private let runID: Int64?
  private let position: Int
  private let runStart: ContinuousClock.Instant
  private let state: Mutex<Tally>

  /// What is known so far. A value, so that a transaction that fails leaves it as it was.
  struct Tally: Sendable {
    fileprivate var began = ContinuousClock.now
    fileprivate var workingSince: ContinuousClock.Instant?
    fileprivate var working: Duration = .zero
    fileprivate var counts = ItemCounts()
    fileprivate var samples = ThroughputSamples()
    fileprivate var failures: [String: FailureTally] = [:]
    fileprivate var unwrittenClasses: Set<String> = []
    fileprivate var detailsWritten: ContinuousClock.Instant?
  }

  init(runID: Int64?, position: Int, runStart: ContinuousClock.Instant) {
    self.runID = runID
    self.position = position
    self.runStart = runStart
    state = Mutex(Tally())
  }

  // MARK: Events

  /// The stage begins.
  func begin(_ db: Database, reasons: [String], pending: Int?) throws {
    guard let runID else { return }
    let began = state.withLock { $0.began }
    try db.execute(
      sql: """
        UPDATE run_stage SET state = 'running', began = ?, reasons = ?, pending = ?
        WHERE run_id = ? AND position = ?
        """,
      arguments: [
        runStart.duration(to: began).inSeconds, try RunJSON.text(reasons), pending, runID, position,
      ])
    try touch(db, runID)
  }

  /// From here on time counts as work on items.
  func beginItems(_ db: Database, pending: Int) throws {
    state.withLock { $0.workingSince = .now }
    guard let runID else { return }
    try db.execute(
      sql: "UPDATE run_stage SET pending = ? WHERE run_id = ? AND position = ?",
      arguments: [pending, runID, position])
  }

  /// A batch's counts and failures; belongs in the batch's transaction.
  ///
  /// - Returns: what to `adopt` once the transaction has committed.
  func write(_ db: Database, done: Int, failures: [StageFailure]) throws -> Tally {
    var tally = state.withLock { $0 }
    tally.counts.done += done
    tally.counts.failed += failures.count
    tally.note(failures)
    tally.sample(at: .now)
    try write(&tally, db, withDetails: false)
    return tally
  }

  func adopt(_ tally: Tally) { state.withLock { $0 = tally } }

  /// A whole stage says how far it is; written with its next transaction that records failures, or at the end.
  func advance(done: Int, failed: Int) {
    state.withLock { tally in
      tally.workingSince = tally.workingSince ?? tally.began
      tally.counts = ItemCounts(done: done, failed: failed)
      tally.sample(at: .now)
    }
  }

  /// A whole stage's failures, in its own transaction.
  func write(_ db: Database, wholeStageFailures failures: [StageFailure]) throws {
    var tally = state.withLock { $0 }
    tally.note(failures)
    try write(&tally, db, withDetails: false)
    adopt(tally)
  }

  /// The stage has ended; `standing` are the counts that stand recorded now.
  ///
  /// - Parameter worked: a whole stage's own counts, where it never said how far it was.
  func finish(
    _ db: Database, _ ending: StageRunRecord.State, reasons: [String], standing: ItemCounts,
    worked: ItemCounts? = nil
  ) throws {
    guard let runID else { return }
    var tally = state.withLock { $0 }
    if let worked { tally.counts = worked.recorded }
    tally.end(at: .now)
    try write(&tally, db, withDetails: true)
    try db.execute(
      sql: """
        UPDATE run_stage SET state = ?, reasons = ?, standing_done = ?, standing_failed = ?
        WHERE run_id = ? AND position = ?
        """,
      arguments: [
        ending.rawValue, try RunJSON.text(reasons), standing.done, standing.failed, runID, position,
      ])
    adopt(tally)
  }

  // MARK: Rows

  /// Samples and steps are written once a second: they are for later readers, the counts for all.
  private func write(_ tally: inout Tally, _ db: Database, withDetails: Bool) throws {
    guard let runID else { return }
    let now = ContinuousClock.now
    let statement = try db.cachedStatement(
      sql:
        "UPDATE run_stage SET seconds = ?, working = ?, done = ?, failed = ? WHERE run_id = ? AND position = ?"
    )
    try statement.execute(arguments: [
      tally.began.duration(to: now).inSeconds, tally.workingTime(at: now).inSeconds, tally.counts.done,
      tally.counts.failed, runID, position,
    ])
    try touch(db, runID)
    try writeFailures(&tally, db, runID)
    let isDue = tally.detailsWritten.map { now - $0 >= .seconds(1) } ?? true
    guard withDetails || isDue else { return }
    tally.detailsWritten = now
    try db.execute(
      sql: "UPDATE run_stage SET samples = ? WHERE run_id = ? AND position = ?",
      arguments: [try RunJSON.text(tally.samples.samples), runID, position])
    for (step, total) in steps.snapshot {
      try db.execute(
        sql:
          "INSERT OR REPLACE INTO run_step (run_id, position, step, seconds, count) VALUES (?, ?, ?, ?, ?)",
        arguments: [runID, position, step.name, total.duration.inSeconds, total.count])
    }
  }

  private func writeFailures(_ tally: inout Tally, _ db: Database, _ runID: Int64) throws {
    for name in tally.unwrittenClasses {
      guard let failure = tally.failures[name] else { continue }
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO run_failure (run_id, position, error_class, count, examples)
          VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [runID, position, name, failure.count, try RunJSON.text(failure.examples)])
    }
    tally.unwrittenClasses = []
  }

  private func touch(_ db: Database, _ runID: Int64) throws {
    let statement = try db.cachedStatement(sql: "UPDATE run SET seen = ?, seconds = ? WHERE id = ?")
    try statement.execute(arguments: [
      Date().timeIntervalSince1970, runStart.duration(to: .now).inSeconds, runID,
    ])
  }
}

extension StageRecorder.Tally {
  /// How many examples of a class are kept, and how long a text of theirs may be.
  private static var mostExamples: Int { 5 }
  private static var longestText: Int { 1_000 }

  fileprivate mutating func note(_ new: [StageFailure]) {
    for failure in new {
      let tally =
        failures[failure.errorClass] ?? FailureTally(errorClass: failure.errorClass, count: 0, examples: [])
      failures[failure.errorClass] = tally
      failures[failure.errorClass]?.count += 1
      if tally.examples.count < Self.mostExamples {
        failures[failure.errorClass]?.examples.append(
          FailureTally.Example(
            item: String(failure.name.prefix(Self.longestText)),
            message: String(failure.message.prefix(Self.longestText))))
      }
      unwrittenClasses.insert(failure.errorClass)
    }
  }

  fileprivate func workingTime(at now: ContinuousClock.Instant) -> Duration {
    workingSince.map { $0.duration(to: now) } ?? working
  }

  fileprivate mutating func sample(at now: ContinuousClock.Instant) { samples.take(current(at: now)) }

  fileprivate mutating func end(at now: ContinuousClock.Instant) {
    working = workingTime(at: now)
    workingSince = nil
    // What came after the last batch is no throughput.
    if samples.samples.last.map({ $0.done != counts.done || $0.failed != counts.failed }) ?? false {
      samples.end(current(at: now))
    }
  }

  private func current(at now: ContinuousClock.Instant) -> ThroughputSample {
    let milliseconds = (began.duration(to: now).inSeconds * 1_000).rounded()
    return ThroughputSample(seconds: milliseconds / 1_000, done: counts.done, failed: counts.failed)
  }
}
