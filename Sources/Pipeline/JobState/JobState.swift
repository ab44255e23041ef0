import Foundation
import GRDB

/// What the store says of its stages, without the pipeline file.
public enum JobState {
  /// Every stage that was ever run, in the order of the file it was last run from.
  public static func status(_ db: Database) throws -> [StageStatus] {
    guard try PipelineSchema.isPresent(in: db) else { return [] }
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT p.name, p.uses, r.id, r.fingerprint, r.state, r.done, r.failed, r.seconds, r.finished, r.error
        FROM pipeline_stage AS p JOIN stage_result AS r ON r.id = p.result_id ORDER BY p.position, p.name
        """)
    return try rows.map { row in
      let state = StageResult.State(rawValue: row["state"]) ?? .running
      let error: String? = row["error"]
      var items = ItemCounts(done: row["done"], failed: row["failed"])
      var reasons: [String] = []
      switch state {
      case .done: break
      case .retry:
        reasons = ["failed items are to be tried again"]
        items = try liveCounts(db, resultID: row["id"], recorded: items)
      case .running:
        reasons = [error.map { "not finished: \($0)" } ?? "interrupted before its end"]
        items = try liveCounts(db, resultID: row["id"], recorded: items)
      }
      return StageStatus(
        name: row["name"], uses: row["uses"], state: state == .done ? .current : .incomplete,
        reasons: reasons, items: items, seconds: row["seconds"], finished: row["finished"],
        fingerprint: row["fingerprint"])
    }
  }

  /// Counts of a result in the making; those of a finished one were recorded when it was finished.
  private static func liveCounts(_ db: Database, resultID: Int64, recorded: ItemCounts) throws -> ItemCounts {
    let rows = try Row.fetchAll(
      db, sql: "SELECT state, count(*) AS count FROM item_state WHERE result_id = ? GROUP BY state",
      arguments: [resultID])
    if rows.isEmpty { return recorded }
    var counts: [String: Int] = [:]
    for row in rows { counts[row["state"]] = row["count"] }
    return ItemCounts(done: counts["done"] ?? 0, failed: counts["failed"] ?? 0)
  }

  /// The recorded failures of the stages as last run, by stage and then by name.
  public static func failures(
    _ db: Database, stage: String? = nil, errorClass: String? = nil, limit: Int = .max
  ) throws -> [RecordedFailure] {
    guard try PipelineSchema.isPresent(in: db) else { return [] }
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT p.name AS stage, f.* FROM pipeline_stage AS p JOIN (
          SELECT result_id, NULL AS item_id, name, error_class, message, attempts, updated
            FROM stage_failure
          UNION ALL
          SELECT result_id, item_id, name, error_class, message, attempts, updated FROM item_state
            WHERE state = 'failed'
        ) AS f ON f.result_id = p.result_id
        WHERE (:stage IS NULL OR p.name = :stage) AND (:class IS NULL OR f.error_class = :class)
        ORDER BY p.position, p.name, f.name LIMIT :limit
        """,
      arguments: ["stage": stage, "class": errorClass, "limit": limit])
    return rows.map { row in
      RecordedFailure(
        stage: row["stage"], itemID: row["item_id"], name: row["name"] ?? "",
        errorClass: row["error_class"] ?? "", message: row["message"] ?? "", attempts: row["attempts"],
        updated: Date(timeIntervalSince1970: row["updated"]))
    }
  }

  /// Lets the next run try failed items again: those of one stage, or of all. Attempts are kept.
  ///
  /// - Returns: how many there were.
  /// - Throws: `JobStateError.unknownStage`.
  @discardableResult
  public static func resetFailures(_ db: Database, stage: String? = nil) throws -> Int {
    let stages = try Row.fetchAll(db, sql: "SELECT name, result_id FROM pipeline_stage ORDER BY position")
    if let stage, !stages.contains(where: { $0["name"] == stage }) {
      throw JobStateError.unknownStage(stage, known: stages.map { $0["name"] })
    }
    // Two names may stand for one result; it is reset once.
    var results: [Int64] = []
    for row in stages where stage == nil || row["name"] == stage {
      let id: Int64 = row["result_id"]
      if !results.contains(id) { results.append(id) }
    }
    var count = 0
    for id in results {
      try db.execute(
        sql: "UPDATE item_state SET state = 'pending' WHERE result_id = ? AND state = 'failed'",
        arguments: [id])
      let items = db.changesCount
      let others =
        try Int.fetchOne(db, sql: "SELECT count(*) FROM stage_failure WHERE result_id = ?", arguments: [id])
        ?? 0
      if items + others > 0 {
        try db.execute(
          sql: "UPDATE stage_result SET state = 'retry' WHERE id = ? AND state = 'done'", arguments: [id])
      }
      count += items + others
    }
    return count
  }
}

/// What a store knows of one stage.
public struct StageStatus: Sendable, Hashable, Codable {
  public var name: String
  public var uses: String
  /// `current` or `incomplete`: whether it is stale only the pipeline file can tell.
  public var state: PlannedStage.State
  public var reasons: [String]
  public var items: ItemCounts
  public var seconds: Double
  /// ISO 8601, nil while unfinished.
  public var finished: String?
  public var fingerprint: String
}

/// A failed item, or something a whole stage could not use.
public struct RecordedFailure: Sendable, Hashable, Codable {
  public var stage: String
  /// What an item stage knows the item by; nil for what a whole stage could not use.
  public var itemID: Int64?
  public var name: String
  public var errorClass: String
  public var message: String
  public var attempts: Int
  public var updated: Date
}

public enum JobStateError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownStage(String, known: [String])

  public var description: String {
    switch self {
    case .unknownStage(let name, let known):
      let meant = NearestName.of(name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
      return "the store has no stage '\(name)': it has \(known.joined(separator: ", "))\(meant)"
    }
  }
}
