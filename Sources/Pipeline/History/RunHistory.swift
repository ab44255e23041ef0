import Foundation
import GRDB

/// What the store says of its runs.
public enum RunHistory {
  /// The last runs, newest first.
  ///
  /// - Parameter before: only runs with a smaller number, for the next page.
  /// - Complexity: O(`limit`), whatever the number of runs.
  public static func list(_ db: Database, before: Int64? = nil, limit: Int = .max) throws -> [RunSummary] {
    guard try isPresent(db) else { return [] }
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT \(summaryColumns) FROM run WHERE id < ? ORDER BY id DESC LIMIT ?
        """, arguments: [before ?? .max, limit])
    return try rows.map(summary)
  }

  /// - Parameter id: nil for the last run.
  /// - Throws: `RunHistoryError`.
  public static func find(_ db: Database, id: Int64?) throws -> RunRecord {
    let last = try isPresent(db) ? Int64.fetchOne(db, sql: "SELECT max(id) FROM run") : nil
    guard let last else { throw RunHistoryError.noRuns }
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT \(summaryColumns), parameters, versions, machine, threads, planning FROM run WHERE id = ?
        """, arguments: [id ?? last])
    guard let row else { throw RunHistoryError.unknownRun(id ?? last, last: last) }
    let summary = try summary(row)
    return RunRecord(
      summary: summary,
      parameters: try RunJSON.value([String: [String: String]].self, row["parameters"], run: summary.id),
      versions: try RunJSON.value([String: String].self, row["versions"], run: summary.id),
      machine: try RunJSON.value(Machine.self, row["machine"], run: summary.id),
      threads: row["threads"], planning: row["planning"], stages: try stages(db, of: summary))
  }

  private static func isPresent(_ db: Database) throws -> Bool { try db.tableExists("run") }

  private static let summaryColumns = """
    id, command, pipeline, process, started, seen, finished, seconds, outcome,
    (SELECT sum(done) FROM run_stage WHERE run_id = run.id) AS done,
    (SELECT sum(failed) FROM run_stage WHERE run_id = run.id) AS failed
    """

  private static func summary(_ row: Row) throws -> RunSummary {
    let id: Int64 = row["id"]
    let process = try RunJSON.value(ProcessMark.self, row["process"], run: id)
    let finished: Double? = row["finished"]
    return RunSummary(
      id: id, command: try RunJSON.value([String].self, row["command"], run: id), pipeline: row["pipeline"],
      started: Date(timeIntervalSince1970: row["started"]), seen: Date(timeIntervalSince1970: row["seen"]),
      finished: finished.map(Date.init(timeIntervalSince1970:)), seconds: row["seconds"],
      outcome: outcome(row["outcome"], of: process), host: process.host, process: Int(process.number),
      worked: ItemCounts(done: row["done"] ?? 0, failed: row["failed"] ?? 0))
  }

  /// A run without an end is at work, or it was killed and no other has been begun since.
  private static func outcome(_ recorded: String?, of process: ProcessMark) -> RunSummary.Outcome {
    if let recorded { return RunSummary.Outcome(rawValue: recorded) ?? .unfinished }
    return process.isAlive == false ? .killed : .running
  }

  private static func stages(_ db: Database, of summary: RunSummary) throws -> [StageRunRecord] {
    let run = summary.id
    let steps = try Row.fetchAll(
      db, sql: "SELECT position, step, seconds, count FROM run_step WHERE run_id = ? ORDER BY seconds DESC",
      arguments: [run])
    let failures = try Row.fetchAll(
      db,
      sql: """
        SELECT position, error_class, count, examples FROM run_failure WHERE run_id = ?
        ORDER BY count DESC, error_class
        """, arguments: [run])
    let rows = try Row.fetchAll(
      db, sql: "SELECT * FROM run_stage WHERE run_id = ? ORDER BY position", arguments: [run])
    return try rows.map { row in
      let position: Int = row["position"]
      return try stage(
        row, of: summary, steps: steps.filter { $0["position"] == position },
        failures: failures.filter { $0["position"] == position })
    }
  }

  private static func stage(_ row: Row, of summary: RunSummary, steps: [Row], failures: [Row]) throws
    -> StageRunRecord
  {
    let run = summary.id
    let state = StageRunRecord.State(rawValue: row["state"]) ?? .waiting
    let standingDone: Int? = row["standing_done"]
    let standingFailed: Int? = row["standing_failed"]
    return StageRunRecord(
      name: row["name"], uses: row["uses"], needs: try RunJSON.value([String].self, row["needs"], run: run),
      state: state == .running && summary.outcome == .killed ? .killed : state,
      reasons: try RunJSON.value([String].self, row["reasons"], run: run), began: row["began"],
      seconds: row["seconds"], pending: row["pending"],
      worked: ItemCounts(done: row["done"], failed: row["failed"]), workingSeconds: row["working"],
      standing: standingDone.map { ItemCounts(done: $0, failed: standingFailed ?? 0) },
      samples: try RunJSON.value([ThroughputSample].self, row["samples"], run: run),
      steps: steps.map { StepRecord(name: $0["step"], seconds: $0["seconds"], count: $0["count"]) },
      failures: try failures.map { row in
        FailureTally(
          errorClass: row["error_class"], count: row["count"],
          examples: try RunJSON.value([FailureTally.Example].self, row["examples"], run: run))
      })
  }
}

public enum RunHistoryError: Error, Sendable, Hashable, CustomStringConvertible {
  case noRuns
  case unknownRun(Int64, last: Int64)
  case damagedRecord(run: Int64)

  public var description: String {
    switch self {
    case .noRuns: "no run is recorded in this store: `synoptic run` records each"
    case .unknownRun(let run, let last):
      "there is no run \(run) in this store: `synoptic runs` lists them; the last is \(last)"
    case .damagedRecord(let run):
      "the store's record of run \(run) is damaged; the other runs can be shown, and results are not touched by it"
    }
  }
}
