import GRDB

/// Which of the recorded failures are meant.
public struct FailureSelection: Sendable, Hashable {
  public enum Standing: Sendable, Hashable {
    /// Counted against a run's exit status.
    case failed
    /// Accepted as failed by a person.
    case forgiven
    case any
  }

  /// Of this stage only.
  public var stage: String?
  public var errorClass: String?
  /// The item's name (a path), or the end of it from a "/" on.
  public var item: String?
  public var standing: Standing

  public init(
    stage: String? = nil, errorClass: String? = nil, item: String? = nil, standing: Standing = .any
  ) {
    self.stage = stage
    self.errorClass = errorClass
    self.item = item
    self.standing = standing
  }

  /// On rows with `name` and `error_class`.
  var condition: String {
    """
    (:class IS NULL OR error_class = :class)
    AND (:item IS NULL OR name = :item OR substr(name, -length(:item) - 1) = '/' || :item)
    """
  }

  var arguments: StatementArguments { ["class": errorClass, "item": item] }

  /// By the index of what isn't done: without being told, SQLite reads all rows of a result rather than that.
  static let unfinishedItems = "item_state INDEXED BY item_state_unfinished"

  /// Of `item_state` rows; worded so that the index of what isn't done serves.
  var itemStanding: String {
    switch standing {
    case .failed: "state <> 'done' AND state = 'failed'"
    case .forgiven: "state <> 'done' AND state = 'forgiven'"
    case .any: "state <> 'done' AND state IN ('failed', 'forgiven')"
    }
  }

  /// Of `stage_failure` rows.
  var stageStanding: String {
    switch standing {
    case .failed: "forgiven = 0"
    case .forgiven: "forgiven = 1"
    case .any: "TRUE"
    }
  }

  /// The results that the meant stages stand for, in the order of the stages; each once, for two names may stand
  /// for one result.
  ///
  /// - Throws: `JobStateError.unknownStage`.
  func results(_ db: Database) throws -> [(stage: String, resultID: Int64)] {
    let stages = try Row.fetchAll(
      db, sql: "SELECT name, result_id FROM pipeline_stage ORDER BY position, name")
    if let stage, !stages.contains(where: { $0["name"] == stage }) {
      throw JobStateError.unknownStage(stage, known: stages.map { $0["name"] })
    }
    return stages.filter { stage == nil || $0["name"] == stage }.map { ($0["name"], $0["result_id"]) }
  }
}

/// How many items failed with one error class.
public struct FailureClass: Sendable, Hashable, Codable {
  public var errorClass: String
  public var count: Int

  /// The most frequent first; those that a person accepted don't count.
  static func counts(_ db: Database, resultID: Int64, limit: Int = .max) throws -> [FailureClass] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT error_class, count(*) AS count FROM (
          SELECT error_class FROM \(FailureSelection.unfinishedItems) WHERE result_id = :result AND state <> 'done' AND state = 'failed'
          UNION ALL SELECT error_class FROM stage_failure WHERE result_id = :result AND forgiven = 0)
        GROUP BY error_class ORDER BY count DESC, error_class LIMIT :limit
        """, arguments: ["result": resultID, "limit": limit]
    ).map { FailureClass(errorClass: $0["error_class"] ?? "", count: $0["count"]) }
  }
}
