import Foundation
import GRDB

/// A row of `stage_result`: one result, finished or begun.
struct StageResult: Sendable {
  enum State: String {
    case running
    case done
    /// Finished, with failed items that a person asked to have tried again.
    case retry
  }

  var id: Int64
  var state: State
  var counts: ItemCounts
  var seconds: Double
  var error: String?

  static func find(_ db: Database, kind: String, fingerprint: String) throws -> StageResult? {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT id, state, done, failed, forgiven, seconds, error FROM stage_result
        WHERE kind = ? AND fingerprint = ?
        """,
      arguments: [kind, fingerprint])
    return row.map { row in
      StageResult(
        id: row["id"], state: State(rawValue: row["state"]) ?? .running,
        counts: ItemCounts(done: row["done"], failed: row["failed"], forgiven: row["forgiven"]),
        seconds: row["seconds"], error: row["error"])
    }
  }

  /// Marks the result as being worked on and gives its id.
  static func begin(_ db: Database, _ fingerprint: Fingerprint, kind: String) throws -> Int64 {
    try db.execute(
      sql: """
        INSERT INTO stage_result (kind, fingerprint, components, state, started) VALUES (?, ?, ?, 'running', ?)
        ON CONFLICT (kind, fingerprint)
        DO UPDATE SET state = 'running', started = excluded.started, finished = NULL, error = NULL
        """,
      arguments: [kind, fingerprint.hex, try fingerprint.componentsJSON(), timestamp()])
    return try Int64.fetchOne(
      db, sql: "SELECT id FROM stage_result WHERE kind = ? AND fingerprint = ?",
      arguments: [kind, fingerprint.hex]) ?? db.lastInsertedRowID
  }

  static func finish(_ db: Database, id: Int64, counts: ItemCounts, seconds: Double) throws {
    try db.execute(
      sql: """
        UPDATE stage_result SET state = 'done', done = ?, failed = ?, forgiven = ?, seconds = ?, finished = ?,
          error = NULL
        WHERE id = ?
        """,
      arguments: [counts.done, counts.failed, counts.forgiven, seconds, timestamp(), id])
  }

  /// Keeps the counts of a finished result true when items went without any being worked.
  static func recount(_ db: Database, id: Int64, counts: ItemCounts) throws {
    try db.execute(
      sql: "UPDATE stage_result SET done = ?, failed = ?, forgiven = ? WHERE id = ?",
      arguments: [counts.done, counts.failed, counts.forgiven, id])
  }

  /// Remembers why a result isn't finished, nil where it was merely stopped; its state stays as it is.
  static func note(_ db: Database, id: Int64, error: String?, seconds: Double) throws {
    try db.execute(
      sql: "UPDATE stage_result SET error = ?, seconds = ? WHERE id = ?", arguments: [error, seconds, id])
  }

  private static func timestamp() -> String { Date().ISO8601Format() }
}

/// A row of `pipeline_stage`: what a stage of this name was when last run.
struct KnownStage: Sendable {
  var name: String
  var resultID: Int64
  private var componentsJSON: String

  /// What the stage's fingerprint was made of.
  ///
  /// - Throws: `PlanningError.damagedRecord`.
  func components() throws(PlanningError) -> [FingerprintComponent] {
    do {
      return try FingerprintComponent.list(fromJSON: componentsJSON)
    } catch {
      throw .damagedRecord(stage: name)
    }
  }

  static func find(_ db: Database, name: String) throws -> KnownStage? {
    let row = try Row.fetchOne(
      db, sql: "SELECT result_id, components FROM pipeline_stage WHERE name = ?", arguments: [name])
    return row.map { row in
      KnownStage(name: name, resultID: row["result_id"], componentsJSON: row["components"])
    }
  }

  static func record(
    _ db: Database, name: String, uses: String, resultID: Int64, _ fingerprint: Fingerprint, position: Int
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO pipeline_stage (name, uses, result_id, components, position) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET
          uses = excluded.uses, result_id = excluded.result_id, components = excluded.components,
          position = excluded.position
        """,
      arguments: [name, uses, resultID, try fingerprint.componentsJSON(), position])
  }
}
