/// Every stage says `uses: KIND`, and the kind is one there is.
enum StageKindRule {
  static func check(_ draft: StageDraft, registry: StageRegistry, _ problems: inout [PipelineProblem])
    -> StageDraft?
  {
    var draft = draft
    let expected = "expected one of \(registry.names.joined(separator: ", "))"
    guard let node = draft.node.entries?.first(where: { $0.key == "uses" })?.value else {
      let keys = draft.parameters.map(\.key)
      problems.append(
        PipelineProblem(
          draft.nameLocation, "stage '\(draft.name)' doesn't say what it uses",
          expected: "expected uses: with \(expected.dropFirst("expected ".count))",
          suggestion: keys.contains { NearestName.distance($0, "uses") == 1 } ? "uses" : nil))
      return draft
    }
    guard let name = node.scalar else {
      problems.append(
        PipelineProblem(node.location, "uses is \(node.kindName)", expected: expected))
      return draft
    }
    draft.uses = (name, node.location)
    draft.kind = registry.kind(named: name)
    if draft.kind == nil {
      problems.append(
        PipelineProblem(
          node.location, "unknown stage kind '\(name)'", expected: expected,
          suggestion: NearestName.of(name, among: registry.names)))
    }
    return draft
  }
}
