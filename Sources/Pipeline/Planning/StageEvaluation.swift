import GRDB

/// How one stage stands, as both the plan and the run see it.
struct StageEvaluation {
  var state: PlannedStage.State
  var reasons: [String]
  var items: ItemCounts
  /// What the result's row says of them.
  var recordedItems: ItemCounts?
  /// The result's row, if it was ever begun.
  var resultID: Int64?

  /// - Parameters:
  ///   - verifies: whether a stage that can verify its sources is to run for that alone.
  ///   - db: nil while there is no store.
  init(
    _ pipelineStage: PipelineStage, _ identity: StageIdentity, _ fingerprint: Fingerprint, verifies: Bool,
    in db: Database?
  ) throws {
    let stage = pipelineStage.stage
    guard let db, try PipelineSchema.isPresent(in: db) else {
      self.init(
        state: .new, reasons: ["not run yet"] + (stage.remark().map { [$0] } ?? []), items: ItemCounts(),
        resultID: nil)
      return
    }
    let result = try StageResult.find(db, kind: identity.kind, fingerprint: identity.fingerprint)
    var items = result?.counts ?? ItemCounts()
    if let stage = stage as? any ItemStage {
      items = try ItemStates(
        query: stage.items(in: db, identity), resultID: result?.id,
        maxAttempts: pipelineStage.limits.attempts, revision: stage.itemsRevision(in: db, identity)
      ).counts(db)
    }
    guard let result else {
      let known = try KnownStage.find(db, name: identity.stageName)
      let changes = try known.map {
        FingerprintDifference.reasons(from: try $0.components(), to: fingerprint.components)
      }
      self.init(
        state: known == nil ? .new : .stale,
        reasons: (changes ?? ["not run yet"]) + (stage.remark().map { [$0] } ?? []), items: items,
        resultID: nil)
      return
    }
    switch result.state {
    case .running:
      self.init(
        state: .incomplete, reasons: [Self.interruption(result, items)], items: items, resultID: result.id)
    case .retry:
      self.init(
        state: .incomplete, reasons: ["failed items are to be tried again"], items: items,
        resultID: result.id)
    case .done:
      if verifies, let whole = stage as? any WholeStage, type(of: whole).canVerify {
        self.init(
          state: .stale, reasons: ["to be verified: all is read again"], items: items, resultID: result.id)
      } else {
        try self.init(finished: stage, identity, items: items, resultID: result.id, in: db)
      }
    }
    recordedItems = result.counts
  }

  private init(
    finished stage: any Stage, _ identity: StageIdentity, items: ItemCounts, resultID: Int64, in db: Database
  ) throws {
    if let whole = stage as? any WholeStage {
      let reasons = try whole.check(in: db, identity)
      self.init(
        state: reasons.isEmpty ? .current : .stale, reasons: reasons, items: items, resultID: resultID)
      return
    }
    var reasons: [String] = []
    if let pending = items.pending, pending > 0 { reasons.append("\(pending.counted("item")) to do") }
    let waiting = identity.references.values.filter(\.isPending).map(\.stageName)
    for name in Set(waiting).sorted() { reasons.append("stage \(name) would run first") }
    self.init(
      state: reasons.isEmpty ? .current : .incomplete, reasons: reasons, items: items, resultID: resultID)
  }

  private init(state: PlannedStage.State, reasons: [String], items: ItemCounts, resultID: Int64?) {
    self.state = state
    self.reasons = reasons
    self.items = items
    self.resultID = resultID
  }

  private static func interruption(_ result: StageResult, _ items: ItemCounts) -> String {
    if let error = result.error { return "not finished: \(error)" }
    guard let pending = items.pending else { return "interrupted before its end" }
    let worked = items.done + items.failed + items.forgiven
    return "interrupted: \(worked) of \((worked + pending).counted("item")) worked"
  }
}

extension StageEvaluation {
  init(_ planned: PlannedStage) {
    self.init(
      state: planned.state, reasons: planned.reasons, items: planned.items, resultID: planned.resultID)
    recordedItems = planned.recordedItems
  }
}

extension Int {
  /// "1 item", "12 items".
  func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
