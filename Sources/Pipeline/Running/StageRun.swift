import GRDB

/// One stage having its turn in a run.
struct StageRun: Sendable {
  let stage: PipelineStage
  let planned: PlannedStage
  let position: Int
  let runner: Runner
  let recorder: StageRecorder
  let identity: StageIdentity
  let mustLookAgain: Bool
  let verifies: Bool

  /// - Parameters:
  ///   - mustLookAgain: false when no stage that could matter has run since the plan was made.
  ///   - verifies: whether its sources are to be read again, where it can.
  init(
    _ stage: PipelineStage, _ planned: PlannedStage, _ recorder: StageRecorder, _ position: Int,
    mustLookAgain: Bool, verifies: Bool, of runner: Runner
  ) {
    self.recorder = recorder
    self.mustLookAgain = mustLookAgain
    self.verifies = verifies
    self.stage = stage
    self.planned = planned
    self.position = position
    self.runner = runner
    // All it refers to has run by now.
    identity = StageIdentity(
      stageName: planned.name, kind: planned.uses, fingerprint: planned.identity.fingerprint,
      references: planned.identity.references.mapValues {
        UpstreamResult(stageName: $0.stageName, kind: $0.kind, fingerprint: $0.fingerprint)
      })
  }

  /// - Returns: the report, and what ended the stage early if something did.
  func run() async -> (StageReport, (any Error)?) {
    let start = ContinuousClock.now
    var items = planned.items.recorded
    var resultID: Int64?
    do {
      let evaluation = try await evaluation()
      items = evaluation.items.recorded
      if evaluation.state == .current, let id = evaluation.resultID {
        try await remember(id)
        try await keepCounts(evaluation, id)
        return (report(.current, items, start, []), nil)
      }
      runner.progress(
        .stageStarted(
          stage: planned.name, uses: planned.uses, reasons: evaluation.reasons,
          pending: evaluation.items.pending))
      let id = try await begin(evaluation)
      resultID = id
      let counts = try await work(try await context(id), evaluation.items)
      items = counts.recorded
      // A stop can come after the last item: then there is nothing left undone.
      if let pending = counts.pending, pending > 0 {
        throw runner.mustStop ? RunStopped() : RunStopped(itemsLeft: pending)
      }
      let seconds = start.seconds
      try await runner.database.write { [recorder, stage] db in
        try StageResult.finish(db, id: id, counts: counts, seconds: seconds)
        try recorder.finish(
          db, .done, reasons: evaluation.reasons, standing: counts,
          worked: stage.stage is any WholeStage ? counts : nil)
      }
      return (report(.done, items, start, evaluation.reasons), nil)
    } catch {
      let message = RunError.message(error)
      let isStop = error is RunStopped || error is CancellationError
      if let id = resultID {
        let seconds = start.seconds
        // Only a courtesy to the next plan: where the store is what failed, this fails too.
        // A stop is no fault: the counts tell the next plan how far it came.
        try? await runner.database.write { db in
          try StageResult.note(db, id: id, error: isStop ? nil : message, seconds: seconds)
        }
        items = await recounted(id) ?? items
      }
      try? await runner.database.write { [recorder, items] db in
        try recorder.finish(db, isStop ? .stopped : .failed, reasons: [message], standing: items)
      }
      runner.logger.debug("stage \(planned.name) did not finish: \(message)")
      return (report(.failed, items, start, [message]), error)
    }
  }

  /// The plan is of before the run: stages that ran since may have brought new work, or made this very result
  /// under another name. Where neither is so, the sources need no second look.
  private func evaluation() async throws -> StageEvaluation {
    if !mustLookAgain { return StageEvaluation(planned) }
    let (stage, fingerprint, identity) = (self.stage, planned.fingerprint, self.identity)
    let (database, verifies) = (runner.database, self.verifies)
    return try await Runner.offPool {
      try database.read { db in
        try StageEvaluation(stage, identity, fingerprint, verifies: verifies, in: db)
      }
    }
  }

  private func report(
    _ state: StageReport.State, _ items: ItemCounts, _ start: ContinuousClock.Instant, _ reasons: [String]
  ) -> StageReport {
    StageReport(uses: planned.uses, state: state, items: items, seconds: start.seconds, reasons: reasons)
  }

  private func context(_ resultID: Int64) async throws -> StageContext {
    let forgiven = try await runner.database.read { db in
      try StageContext.forgivenCount(db, resultID: resultID)
    }
    return StageContext(
      identity: identity, database: runner.database, resultID: resultID, threads: runner.threads,
      verifies: verifies, control: runner.control, logger: runner.logger, recorder: recorder,
      report: runner.progress,
      limits: stage.limits,
      failureWatch: FailureWatch(stage.limits.failures, forgiven: forgiven))
  }

  /// Items may have gone without any being worked: then the recorded counts are no longer those there are.
  private func keepCounts(_ evaluation: StageEvaluation, _ resultID: Int64) async throws {
    guard stage.stage is any ItemStage, evaluation.items.recorded != evaluation.recordedItems else { return }
    try await runner.database.write { [self] db in
      try itemStates(resultID, in: db)?.forgetGone(db)
      try StageResult.recount(db, id: resultID, counts: evaluation.items)
    }
  }

  private func itemStates(_ resultID: Int64, in db: Database) throws -> ItemStates? {
    guard let items = stage.stage as? any ItemStage else { return nil }
    return ItemStates(
      query: try items.items(in: db, identity), resultID: resultID, maxAttempts: stage.limits.attempts,
      revision: try items.itemsRevision(in: db, identity))
  }

  /// The name now stands for this result, which another run or another name may have made.
  private func remember(_ resultID: Int64) async throws {
    let isKnown = try await runner.database.read { [name = planned.name] db in
      try KnownStage.find(db, name: name)?.resultID == resultID
    }
    if isKnown { return }
    try await runner.database.write { [self] db in
      try record(db, resultID)
      try stage.stage.adopt(identity, in: db)
    }
  }

  private func begin(_ evaluation: StageEvaluation) async throws -> Int64 {
    try await runner.database.write { [self] db in
      let id = try StageResult.begin(db, planned.fingerprint, kind: planned.uses)
      try record(db, id)
      try recorder.begin(db, reasons: evaluation.reasons, pending: evaluation.items.pending)
      return id
    }
  }

  private func record(_ db: Database, _ resultID: Int64) throws {
    try KnownStage.record(
      db, name: planned.name, uses: planned.uses, resultID: resultID, planned.fingerprint, position: position)
  }

  private func work(_ context: StageContext, _ before: ItemCounts) async throws -> ItemCounts {
    if let whole = stage.stage as? any WholeStage {
      let thread = WorkerThread("\(planned.name)")
      let counts = try await withTaskExecutorPreference(thread) { try await whole.run(context) }.recorded
      return try await withoutForgiven(counts, context)
    }
    guard let items = stage.stage as? any ItemStage else {
      throw RunError.unusableStage(stage: planned.name)
    }
    return try await work(items, context, before)
  }

  private func work<S: ItemStage>(
    _ stage: S, _ context: StageContext, _ before: ItemCounts
  ) async throws -> ItemCounts {
    // A result without items is prepared too: it may be asked what it is.
    let preparing = ContinuousClock.now
    let prepared = try await withTaskExecutorPreference(WorkerThread("\(planned.name) preparation")) {
      try await stage.prepare(context)
    }
    context.steps.add(.prepare, preparing.duration(to: .now))
    // What fails is tried again after all others, until it was tried often enough.
    var before = before
    for attempt in 1...context.limits.attempts where !runner.mustStop {
      if attempt > 1 {
        before = try await runner.database.read { [self] db in
          try itemStates(of: stage, context, in: db).counts(db)
        }
      }
      try await TooManyFailures.check(
        context.limits.failures, failed: before.failed, total: before.total, resultID: context.resultID,
        in: runner.database)
      guard before.pending != 0 else { break }
      try await work(stage, context, prepared, before, isRepeated: attempt > 1)
    }
    return try await runner.database.write { [self] db in
      let states = try itemStates(of: stage, context, in: db)
      try states.forgetGone(db)
      return try states.keptCounts(db)
    }
  }

  /// In the transaction that asks: the items may be others than before.
  private func itemStates(of stage: any ItemStage, _ context: StageContext, in db: Database) throws
    -> ItemStates
  {
    ItemStates(
      query: try stage.items(in: db, identity), resultID: context.resultID,
      maxAttempts: self.stage.limits.attempts, revision: try stage.itemsRevision(in: db, identity))
  }

  /// Works all that is pending, once.
  private func work<S: ItemStage>(
    _ stage: S, _ context: StageContext, _ prepared: S.Prepared, _ before: ItemCounts,
    isRepeated: Bool
  ) async throws {
    let listing = ContinuousClock.now
    let total = try await runner.database.write { [self] db in
      let total = try itemStates(of: stage, context, in: db).listPending(db)
      if !isRepeated { try recorder.beginItems(db, pending: total) }
      return total
    }
    context.steps.add(.list, listing.duration(to: .now))
    let result: Result<Void, any Error>
    do {
      try await ItemRun(
        stage: stage, context: context, prepared: prepared, total: total,
        standing: (before.total, before.failed)
      ).run()
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try? await runner.database.writeWithoutTransaction { db in try ItemStates.dropPending(db) }
    try result.get()
  }

  /// A whole stage counts all that failed; what a person accepted of it doesn't count against the run.
  private func withoutForgiven(_ counts: ItemCounts, _ context: StageContext) async throws -> ItemCounts {
    var counts = counts
    let forgiven = try await runner.database.read { db in
      try StageContext.forgivenCount(db, resultID: context.resultID)
    }
    counts.forgiven = min(forgiven, counts.failed)
    counts.failed -= counts.forgiven
    try await TooManyFailures.check(
      context.limits.failures, failed: counts.failed, total: counts.total, resultID: context.resultID,
      in: runner.database)
    return counts
  }

  private func recounted(_ resultID: Int64) async -> ItemCounts? {
    try? await runner.database.read { db in try itemStates(resultID, in: db)?.counts(db).recorded }
  }
}

extension ContinuousClock.Instant {
  /// Seconds since then, to the millisecond.
  fileprivate var seconds: Double {
    let parts = duration(to: .now).components
    return Double(parts.seconds) + Double(parts.attoseconds / 1_000_000_000_000_000) / 1000
  }
}
