import GRDB

/// The results that stages' names stand for, and all those that they were made of. What else the store holds is
/// kept only so that switching a parameter back is instant.
public struct LiveResults: Sendable {
  /// By kind.
  public private(set) var fingerprints: [String: Set<String>] = [:]
  /// Rows of `stage_result` that nothing stands for.
  public private(set) var deadResultIDs: [Int64] = []
  /// Stages begun and not finished, whose results are not yet what their names say.
  public private(set) var unfinished: [String] = []

  public func contains(kind: String, fingerprint: String) -> Bool {
    fingerprints[kind]?.contains(fingerprint) ?? false
  }

  /// - Throws: `PlanningError.damagedRecord`, `DatabaseError`.
  public init(_ db: Database) throws {
    let rows = try Row.fetchAll(db, sql: "SELECT id, kind, fingerprint, components FROM stage_result")
    let byFingerprint = Dictionary(grouping: rows) { $0["fingerprint"] as String }
    var waiting = try Int64.fetchAll(db, sql: "SELECT DISTINCT result_id FROM pipeline_stage")
    var live: Set<Int64> = []
    let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0["id"] as Int64, $0) })
    while let id = waiting.popLast() {
      guard live.insert(id).inserted, let row = byID[id] else { continue }
      fingerprints[row["kind"], default: []].insert(row["fingerprint"])
      guard let components = try? FingerprintComponent.list(fromJSON: row["components"]) else {
        throw PlanningError.damagedRecord(stage: row["kind"])
      }
      for case let digest? in components.filter({ $0.role == .stage }).map(\.digest) {
        waiting += (byFingerprint[digest] ?? []).map { $0["id"] }
      }
    }
    deadResultIDs = rows.map { $0["id"] }.filter { !live.contains($0) }.sorted()
    unfinished = try String.fetchAll(
      db,
      sql: """
        SELECT name FROM pipeline_stage JOIN stage_result ON stage_result.id = result_id
        WHERE state <> 'done' ORDER BY position
        """)
  }
}

extension JobState {
  /// Makes a stage's name stand for nothing, as when a pipeline file no longer has it.
  ///
  /// - Throws: `JobStateError.unknownStage`.
  public static func forgetStage(_ db: Database, named name: String) throws {
    _ = try FailureSelection(stage: name).results(db)
    try db.execute(sql: "DELETE FROM pipeline_stage WHERE name = ?", arguments: [name])
  }
}
