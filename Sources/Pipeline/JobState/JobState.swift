import GRDB

/// What the store says of its stages, without the pipeline file.
public enum JobState {
  /// Every stage that was ever run, in the order of the file it was last run from.
  public static func status(_ db: Database) throws -> [StageStatus] {
    guard try PipelineSchema.isPresent(in: db) else { return [] }
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT p.name, p.uses, r.id, r.fingerprint, r.state, r.done, r.failed, r.forgiven, r.seconds, r.finished, r.error
        FROM pipeline_stage AS p JOIN stage_result AS r ON r.id = p.result_id ORDER BY p.position, p.name
        """)
    return try rows.map { row in
      let state = StageResult.State(rawValue: row["state"]) ?? .running
      let error: String? = row["error"]
      var items = ItemCounts(done: row["done"], failed: row["failed"], forgiven: row["forgiven"])
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
    if let kept = try ItemTally.last(db, resultID: resultID) { return kept.recorded }
    let rows = try Row.fetchAll(
      db, sql: "SELECT state, count(*) AS count FROM item_state WHERE result_id = ? GROUP BY state",
      arguments: [resultID])
    if rows.isEmpty { return recorded }
    var counts: [String: Int] = [:]
    for row in rows { counts[row["state"]] = row["count"] }
    return ItemCounts(
      done: counts["done"] ?? 0, failed: counts["failed"] ?? 0, forgiven: counts["forgiven"] ?? 0)
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
