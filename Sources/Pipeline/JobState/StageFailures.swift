import Foundation
import GRDB

/// Something a whole stage could not use.
public struct StageFailure: Sendable, Hashable {
  /// What a person knows it by: usually a path.
  public var name: String
  /// A stable slug by which failures are counted.
  public var errorClass: String
  public var message: String

  public init(name: String, errorClass: String, message: String) {
    self.name = name
    self.errorClass = errorClass
    self.message = message
  }
}

extension StageContext {
  /// For whole stages: records failures beside the rows of the same transaction. One recorded before under
  /// the same name is replaced, and its attempts counted on; accepted by a person, it stays so while its class is
  /// the same.
  public func recordFailures(_ failures: [StageFailure], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO stage_failure (result_id, name, error_class, message, attempts, updated)
        VALUES (?, ?, ?, ?, 1, ?)
        ON CONFLICT (result_id, name) DO UPDATE SET error_class = excluded.error_class,
          message = excluded.message, attempts = attempts + 1, updated = excluded.updated,
          forgiven = forgiven AND error_class = excluded.error_class
        """)
    let now = Int64(Date().timeIntervalSince1970)
    for failure in failures {
      try statement.execute(
        arguments: [resultID, failure.name, failure.errorClass, failure.message, now])
    }
    try recorder.write(db, wholeStageFailures: failures)
  }

  /// For whole stages: forgets failures that stand no more, by name.
  public func forgetFailures(_ names: [String], in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "DELETE FROM stage_failure WHERE result_id = ? AND name = ?")
    for name in names { try statement.execute(arguments: [resultID, name]) }
  }

  static func forgivenCount(_ db: Database, resultID: Int64) throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT count(*) FROM stage_failure WHERE result_id = ? AND forgiven", arguments: [resultID])
      ?? 0
  }
}
