import Foundation
import GRDB
import Logging

/// Writes down that a run is, and how it ends; its stages are `StageRecorder`'s.
struct RunRecorder: Sendable {
  /// Nil when the run could not be recorded.
  let runID: Int64?
  private let database: any DatabaseWriter
  private let start: ContinuousClock.Instant
  private let logger: Logger

  /// What a run is, besides its plan.
  struct Circumstances: Sendable {
    var invocation: RunInvocation
    var threads: Int
    var start: ContinuousClock.Instant
    var started: Date
  }

  /// Writes the run's row and those of its stages, and closes those of runs that never ended.
  ///
  /// A store that can't be written costs the record, not the run: the first stage that has something to write tells of
  /// it, and where there is none, nothing is lost.
  static func begin(
    _ circumstances: Circumstances, _ file: PipelineFile, _ plan: Plan, on database: any DatabaseWriter,
    logger: Logger
  ) async -> RunRecorder {
    var runID: Int64?
    do {
      runID = try await database.write { db in
        guard try db.tableExists("run") else { return nil }
        // The caller holds the store's lock: whoever is without an end never came to it.
        try db.execute(sql: "UPDATE run SET outcome = 'killed' WHERE outcome IS NULL")
        return try insert(circumstances, file, plan, db)
      }
    } catch {
      logger.warning("this run can't be recorded: \(RunError.message(error))")
    }
    return RunRecorder(runID: runID, database: database, start: circumstances.start, logger: logger)
  }

  func stage(at position: Int) -> StageRecorder {
    StageRecorder(runID: runID, position: position, runStart: start)
  }

  /// - Parameter report: its stages are in the order of the plan's.
  func finish(_ report: RunReport) async {
    guard let runID else { return }
    do {
      try await database.write { [start] db in
        for (position, stage) in report.stages.enumerated() {
          try Self.finish(stage.report, runID, position, db)
        }
        try db.execute(
          sql: "UPDATE run SET outcome = ?, finished = ?, seen = ?, seconds = ? WHERE id = ?",
          arguments: [
            RunSummary.Outcome(report).rawValue, Date().timeIntervalSince1970, Date().timeIntervalSince1970,
            start.duration(to: .now).inSeconds, runID,
          ])
      }
    } catch {
      logger.warning("the end of this run can't be recorded: \(RunError.message(error))")
    }
  }

  /// The stages that had no turn, or nothing to do.
  private static func finish(_ report: StageReport, _ runID: Int64, _ position: Int, _ db: Database) throws {
    let state: StageRunRecord.State = report.state == .current ? .current : .skipped
    try db.execute(
      sql: """
        UPDATE run_stage SET state = ?, reasons = ?, standing_done = ?, standing_failed = ?
        WHERE run_id = ? AND position = ? AND state = 'waiting'
        """,
      arguments: [
        state.rawValue, try RunJSON.text(report.reasons), report.items.done, report.items.failed, runID,
        position,
      ])
  }

  private static func insert(
    _ circumstances: Circumstances, _ file: PipelineFile, _ plan: Plan, _ db: Database
  ) throws -> Int64 {
    let invocation = circumstances.invocation
    let planning = circumstances.start.duration(to: .now).inSeconds
    let parameters = Dictionary(
      file.stages.map { ($0.name, $0.parameters.flattened) }, uniquingKeysWith: { $1 })
    var versions = invocation.versions
    versions["sqlite"] = try String.fetchOne(db, sql: "SELECT sqlite_version()")
    try db.execute(
      sql: """
        INSERT INTO run
          (command, pipeline, parameters, versions, machine, threads, process, started, seen, planning, seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        try RunJSON.text(invocation.command), file.path, try RunJSON.text(parameters),
        try RunJSON.text(versions), try RunJSON.text(invocation.machine), circumstances.threads,
        try RunJSON.text(ProcessMark.current), circumstances.started.timeIntervalSince1970,
        Date().timeIntervalSince1970, planning, planning,
      ])
    let runID = db.lastInsertedRowID
    for (position, stage) in plan.stages.enumerated() {
      var needs: [String] = []
      for reference in stage.references where !needs.contains(reference.stage) {
        needs.append(reference.stage)
      }
      try db.execute(
        sql: """
          INSERT INTO run_stage (run_id, position, name, uses, needs, state, reasons) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          runID, position, stage.name, stage.uses, try RunJSON.text(needs),
          StageRunRecord.State.waiting.rawValue, try RunJSON.text(stage.reasons),
        ])
    }
    return runID
  }
}

/// The columns that hold JSON.
enum RunJSON {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// - Throws: `RunHistoryError.damagedRecord`.
  static func value<Value: Decodable>(
    _ type: Value.Type, _ text: String, run: Int64
  ) throws(RunHistoryError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw .damagedRecord(run: run)
    }
  }
}

extension StageParameters {
  /// Every value as text, by its dotted name.
  var flattened: [String: String] {
    var flat: [String: String] = [:]
    func add(_ values: [String: ParameterValue], _ prefix: String) {
      for (name, value) in values {
        if case .group(let inner) = value {
          add(inner, prefix + name + ".")
        } else {
          flat[prefix + name] = value.canonicalText
        }
      }
    }
    add(values, "")
    return flat
  }
}
