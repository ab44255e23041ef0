import GRDB
import Synchronization

/// Thrown where more items failed than `max_failures` allows: the corpus is broken rather than a few of its
/// images, and days of work would only count them.
struct TooManyFailures: Error, Sendable, CustomStringConvertible {
  let limit: FailureLimit
  let failed: Int
  let total: Int?
  /// The most frequent error classes with their numbers.
  let classes: [FailureClass]

  var description: String {
    let of = total.map { " of \($0)" } ?? ""
    let mostly = classes.map { "\($0.errorClass) \($0.count)" }.joined(separator: ", ")
    return "\(failed)\(of) items failed, and max_failures is \(limit)"
      + (mostly.isEmpty ? "" : " (\(mostly))")
      + ": look at them with `synoptic status --failed`; then mend and retry them, forgive them, "
      + "or raise max_failures, and run again to go on"
  }

  /// - Throws: `TooManyFailures` if there are; `DatabaseError`.
  static func check(
    _ limit: FailureLimit?, failed: Int, total: Int?, resultID: Int64, in database: any DatabaseReader
  ) async throws {
    guard let limit, limit.isExceeded(by: failed, of: total) else { return }
    let classes = try await database.read { db in
      try FailureClass.counts(db, resultID: resultID, limit: 3)
    }
    throw TooManyFailures(limit: limit, failed: failed, total: total, classes: classes)
  }
}

/// What a whole stage said of its failures, so that it can be ended between two of its pieces.
final class FailureWatch: Sendable {
  private let limit: FailureLimit?
  /// Those that a person accepted, which the stage counts again.
  private let forgiven: Int
  private let reported = Mutex<(failed: Int, total: Int?)>((0, nil))

  init(_ limit: FailureLimit?, forgiven: Int) {
    self.limit = limit
    self.forgiven = forgiven
  }

  func note(failed: Int, total: Int?) { reported.withLock { $0 = (failed, total) } }

  /// - Throws: `TooManyFailures`.
  func check() throws {
    let (failed, total) = reported.withLock { $0 }
    guard let limit, limit.isExceeded(by: failed - forgiven, of: total) else { return }
    throw TooManyFailures(limit: limit, failed: failed - forgiven, total: total, classes: [])
  }
}
