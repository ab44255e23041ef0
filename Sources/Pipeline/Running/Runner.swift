import Foundation
import GRDB
import Logging

/// Brings the stages of a pipeline file up to date, each after all it refers to.
///
///     let report = try await Runner(database: store).run(file)
///
/// The caller holds the `StoreLock`: one runner a store. The store must have the tables of
/// `PipelineSchema` and those of the stages.
public struct Runner: Sendable {
  let database: any DatabaseWriter
  let threads: Int
  let control: RunControl
  let logger: Logger
  let invocation: RunInvocation
  let verifies: Bool
  let progress: @Sendable (ProgressEvent) -> Void

  /// - Parameters:
  ///   - threads: nil for one a processor.
  ///   - invocation: how the run was started, for the record of it.
  ///   - verifies: whether sources whose sizes and times are as they were are read again.
  ///   - progress: called from any thread, in the order of events of a stage.
  public init(
    database: any DatabaseWriter, threads: Int? = nil, control: RunControl = RunControl(),
    logger: Logger = Logger(label: "synoptic.pipeline"), invocation: RunInvocation = .ofThisProcess,
    verifies: Bool = false, progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) {
    self.database = database
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
    self.control = control
    self.logger = logger
    self.invocation = invocation
    self.verifies = verifies
    self.progress = progress
  }

  /// Runs what needs to run. A stage that fails stops those that refer to it; the others go on, unless it is
  /// the store itself that failed.
  ///
  /// - Throws: what planning throws; nothing has been written then.
  public func run(_ file: PipelineFile) async throws -> RunReport {
    let (database, verifies) = (self.database, self.verifies)
    let circumstances = RunRecorder.Circumstances(
      invocation: invocation, threads: threads, start: .now, started: Date())
    let plan = try await Self.offPool { try Planner(file, verifies: verifies).plan(database: database) }
    // Only a cache: without it the next plan hashes the files again. A store that can't be written is told by
    // the first stage that has something to write.
    if plan.digests.hasNews { try? await database.write { db in try plan.digests.save(db) } }

    let recorder = await RunRecorder.begin(circumstances, file, plan, on: database, logger: logger)
    var reports: [(name: String, report: StageReport)] = []
    var isOver: String?
    var worked: Set<String> = []
    for (position, planned) in plan.stages.enumerated() {
      guard let stage = file.stage(named: planned.name) else { continue }
      if mustStop { isOver = isOver ?? "not reached: the run was stopped" }
      let report: StageReport
      if let reason = isOver ?? blockage(of: planned, reports) {
        report = StageReport(
          uses: planned.uses, state: .failed, items: planned.items.recorded, seconds: 0, reasons: [reason])
      } else {
        let isWorked = worked.contains(planned.identity.fingerprint)
        let mustLookAgain = isWorked || planned.identity.references.values.contains(where: \.isPending)
        let (result, error) = await StageRun(
          stage, planned, recorder.stage(at: position), position, mustLookAgain: mustLookAgain,
          verifies: verifies && !isWorked, of: self
        ).run()
        if result.state != .current { worked.insert(planned.identity.fingerprint) }
        report = result
        if error is DatabaseError { isOver = "not reached: the store could not be used" }
      }
      reports.append((planned.name, report))
      progress(.stageFinished(stage: planned.name, report))
    }
    var result = RunReport(stages: reports)
    result.isInterrupted = mustStop && result.exit == .unfinished
    result.run = recorder.runID
    await recorder.finish(result)
    return result
  }

  var mustStop: Bool { control.isStopRequested || Task.isCancelled }

  private func blockage(of stage: PlannedStage, _ reports: [(name: String, report: StageReport)]) -> String? {
    let failed = stage.references.first { reference in
      reports.contains { $0.name == reference.stage && $0.report.state == .failed }
    }
    return failed.map { "not run: stage \($0.stage) did not finish" }
  }

  /// Planning hashes files and walks folders, for minutes if they are large: not on the cooperative pool.
  static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(WorkerThread("planning")) { try body() }
  }
}

extension ItemCounts {
  /// Without what is pending.
  var recorded: ItemCounts { ItemCounts(done: done, failed: failed, forgiven: forgiven) }
}
