import Foundation
import GRDB

extension JobState {
  /// The recorded failures of the stages as last run: by stage, and then in the order of their items.
  ///
  /// - Throws: `JobStateError.unknownStage`.
  public static func failures(
    _ db: Database, _ selection: FailureSelection = FailureSelection(), limit: Int = .max
  ) throws -> [RecordedFailure] {
    guard try PipelineSchema.isPresent(in: db) else { return [] }
    var failures: [RecordedFailure] = []
    for (stage, resultID) in try selection.results(db) where failures.count < limit {
      // Two queries, each in the order of an index: the first of ten million failures come at once.
      let queries = [
        """
        SELECT NULL AS item_id, name, error_class, message, attempts, updated, forgiven FROM stage_failure
        WHERE result_id = :result AND \(selection.stageStanding) AND \(selection.condition)
        ORDER BY name LIMIT :limit
        """,
        """
        SELECT item_id, name, error_class, message, attempts, updated, state = 'forgiven' AS forgiven
        FROM \(FailureSelection.unfinishedItems) WHERE result_id = :result AND \(selection.itemStanding)
          AND \(selection.condition)
        ORDER BY item_id LIMIT :limit
        """,
      ]
      for query in queries where failures.count < limit {
        var arguments = selection.arguments
        arguments += ["result": resultID, "limit": limit - failures.count]
        let rows = try Row.fetchCursor(db, sql: query, arguments: arguments)
        while let row = try rows.next() { failures.append(RecordedFailure(stage: stage, row)) }
      }
    }
    return failures
  }

  /// The names of all that failed of one result, whatever stages are called now.
  public static func failureNames(_ db: Database, of identity: StageIdentity) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT f.name FROM stage_result AS r JOIN stage_failure AS f ON f.result_id = r.id
        WHERE r.kind = ? AND r.fingerprint = ?
        """, arguments: [identity.kind, identity.fingerprint])
  }

  /// How many items stand failed, by stage and error class; the most frequent first.
  public static func failureClasses(_ db: Database, stage: String? = nil) throws -> [FailureClass] {
    guard try PipelineSchema.isPresent(in: db) else { return [] }
    var counts: [String: Int] = [:]
    var counted: Set<Int64> = []
    for (_, resultID) in try FailureSelection(stage: stage).results(db)
    where counted.insert(resultID).inserted {
      for one in try FailureClass.counts(db, resultID: resultID) {
        counts[one.errorClass, default: 0] += one.count
      }
    }
    return counts.map { FailureClass(errorClass: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.errorClass) < ($0.count, $1.errorClass) }
  }

  /// Lets the next run try failed items again, whatever `max_attempts` says; attempts are counted on.
  ///
  /// A whole stage tries all that failed when it is to try anything.
  /// - Returns: how many there were.
  /// - Throws: `JobStateError.unknownStage`.
  @discardableResult
  public static func retry(
    _ db: Database, _ selection: FailureSelection = FailureSelection(standing: .failed)
  )
    throws -> Int
  {
    try change(db, selection) { resultID in
      try update(
        db,
        "UPDATE \(FailureSelection.unfinishedItems) SET state = 'pending' WHERE \(selection.itemStanding)",
        selection, resultID)
    } ofStage: { resultID in
      try update(
        db, "UPDATE stage_failure SET forgiven = 0 WHERE \(selection.stageStanding)", selection, resultID)
    } then: { resultID, _ in
      try db.execute(
        sql: "UPDATE stage_result SET state = 'retry' WHERE id = ? AND state = 'done'", arguments: [resultID])
    }
  }

  /// Accepts failures: they stay recorded, and no longer count against a run's exit status or `max_failures`.
  ///
  /// - Returns: how many there were.
  /// - Throws: `JobStateError.unknownStage`.
  @discardableResult
  public static func forgive(_ db: Database, _ selection: FailureSelection) throws -> Int {
    var selection = selection
    selection.standing = .failed
    return try change(db, selection) { resultID in
      try update(
        db,
        "UPDATE \(FailureSelection.unfinishedItems) SET state = 'forgiven' WHERE \(selection.itemStanding)",
        selection, resultID)
    } ofStage: { resultID in
      try update(
        db, "UPDATE stage_failure SET forgiven = 1 WHERE \(selection.stageStanding)", selection, resultID)
    } then: { resultID, count in
      try db.execute(
        sql: """
          UPDATE stage_result SET forgiven = forgiven + min(failed, :count), failed = max(0, failed - :count)
          WHERE id = :result
          """, arguments: ["count": count, "result": resultID])
    }
  }

  private static func change(
    _ db: Database, _ selection: FailureSelection, ofItems: (Int64) throws -> Int,
    ofStage: (Int64) throws -> Int, then: (Int64, Int) throws -> Void
  ) throws -> Int {
    var changed: Set<Int64> = []
    var sum = 0
    for (_, resultID) in try selection.results(db) where changed.insert(resultID).inserted {
      let count = try ofItems(resultID) + ofStage(resultID)
      if count > 0 { try then(resultID, count) }
      sum += count
    }
    return sum
  }

  private static func update(
    _ db: Database, _ sql: String, _ selection: FailureSelection, _ resultID: Int64
  ) throws -> Int {
    var arguments = selection.arguments
    arguments += ["result": resultID]
    try db.execute(sql: "\(sql) AND result_id = :result AND \(selection.condition)", arguments: arguments)
    return db.changesCount
  }
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
  /// Whether a person accepted it as failed.
  public var isForgiven: Bool

  init(stage: String, _ row: Row) {
    self.stage = stage
    itemID = row["item_id"]
    name = row["name"] ?? ""
    errorClass = row["error_class"] ?? ""
    message = row["message"] ?? ""
    attempts = row["attempts"]
    updated = Date(timeIntervalSince1970: row["updated"])
    isForgiven = row["forgiven"]
  }
}
