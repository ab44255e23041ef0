import GRDB

/// Finds out what a run would do. Reads the sources and, where there is one, the store; writes nothing.
///
///     let plan = try Planner(file).plan(database: nil)   // before the store exists
public struct Planner: Sendable {
  public let file: PipelineFile
  /// Whether stages that can verify their sources are to run for that alone.
  public let verifies: Bool

  public init(_ file: PipelineFile, verifies: Bool = false) {
    self.file = file
    self.verifies = verifies
  }

  /// - Parameter database: nil while the store's file doesn't exist.
  /// - Throws: `PlanningError`, `DatabaseError`, and what a stage throws on looking at its sources.
  public func plan(database: (any DatabaseReader)?) throws -> Plan {
    guard let database else { return try plan(in: nil) }
    // One read, so that all of the plan is of one moment.
    return try database.read { db in try plan(in: db) }
  }

  private func plan(in db: Database?) throws -> Plan {
    var digests = try db.map(FileDigests.init) ?? FileDigests()
    var planned: [String: PlannedStage] = [:]
    let stages = try file.stagesInRunningOrder.map { stage in
      let upstream = Self.upstream(of: stage) { name in
        planned[name].map { ($0.identity, $0.state != .current) }
      }
      let fingerprint = try Fingerprint(of: stage, upstream: upstream, digests: &digests)
      let identity = StageIdentity(
        stageName: stage.name, kind: stage.uses, fingerprint: fingerprint.hex, references: upstream)
      let evaluation = try StageEvaluation(stage, identity, fingerprint, verifies: verifies, in: db)
      let result = PlannedStage(
        name: stage.name, uses: stage.uses, state: evaluation.state, reasons: evaluation.reasons,
        items: evaluation.items, identity: identity, fingerprint: fingerprint, references: stage.references,
        resultID: evaluation.resultID, recordedItems: evaluation.recordedItems)
      planned[stage.name] = result
      return result
    }
    return Plan(stages: stages, digests: digests)
  }

  private static func upstream(
    of stage: PipelineStage, _ find: (String) -> (StageIdentity, isPending: Bool)?
  ) -> [String: UpstreamResult] {
    var upstream: [String: UpstreamResult] = [:]
    for reference in stage.references {
      guard let (identity, isPending) = find(reference.stage) else { continue }
      upstream[reference.parameter] = UpstreamResult(
        stageName: reference.stage, kind: identity.kind, fingerprint: identity.fingerprint,
        isPending: isPending)
    }
    return upstream
  }
}
