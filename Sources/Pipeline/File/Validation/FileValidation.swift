/// Applies the rules of this folder, each of which looks at one thing, and builds the checked file when none
/// objects. A rule passes over what an earlier one objected to, so that one mistake is told once.
struct FileValidation {
  let path: String
  /// What relative paths are relative to; absolute.
  let folder: String
  let registry: StageRegistry

  func pipeline(from root: SourceNode) throws(PipelineError) -> PipelineFile {
    var problems: [PipelineProblem] = []
    let top = TopLevelRule.check(root, folder: folder, &problems)
    let drafts = top.stages.compactMap { StageKindRule.check($0, registry: registry, &problems) }
    let reader = ParameterReader(folder: folder)
    var readings: [String: ParameterReading] = [:]
    for draft in drafts {
      guard let kind = draft.kind else { continue }
      let own = draft.parameters
      let entries = own + top.limits.filter { limit in !own.contains { $0.key == limit.key } }
      let declarations = kind.parameters + StageLimits.parameters
      readings[draft.name] = reader.read(entries, declarations, of: draft.owner, &problems)
    }
    // A limit of the file's top is read once for every stage.
    problems = problems.enumerated().filter { problems.firstIndex(of: $0.element) == $0.offset }.map(
      \.element)
    let uses = drafts.flatMap { readings[$0.name]?.references ?? [] }
    ReferenceRule.check(uses, drafts: drafts, &problems)
    CycleRule.check(uses, order: drafts.map(\.name), &problems)
    guard problems.isEmpty else { throw PipelineError(problems) }

    var stages: [PipelineStage] = []
    for draft in drafts {
      guard let kind = draft.kind, let reading = readings[draft.name] else { continue }
      stages.append(try stage(draft, kind, reading))
    }
    return PipelineFile(path: path, storePath: top.store, stages: stages)
  }

  private func stage(_ draft: StageDraft, _ kind: any StageKind.Type, _ reading: ParameterReading)
    throws(PipelineError) -> PipelineStage
  {
    let parameters = StageParameters(stageName: draft.name, values: reading.values)
    let references = reading.references.map { use in
      PipelineStage.Reference(parameter: use.parameter, stage: use.target, changesResult: use.changesResult)
    }
    do {
      return PipelineStage(
        name: draft.name, kind: kind, parameters: parameters, references: references,
        stage: try kind.makeStage(parameters), limits: StageLimits(parameters), location: draft.nameLocation)
    } catch let error as StageParameterError {
      let location = reading.locations[error.parameter] ?? draft.nameLocation
      throw PipelineError([PipelineProblem(location, error.message, expected: "")])
    } catch {
      throw PipelineError([PipelineProblem(draft.nameLocation, "\(error)", expected: "")])
    }
  }
}
