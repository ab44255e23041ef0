/// A reference names a stage there is, not its own, of a kind that fits.
enum ReferenceRule {
  static func check(_ uses: [ReferenceUse], drafts: [StageDraft], _ problems: inout [PipelineProblem]) {
    for use in uses {
      let expected = "expected \(ValueRule.expectation(.reference(kinds: use.kinds)))"
      let fitting = drafts.filter { $0.name != use.stage && use.kinds.contains($0.uses?.name ?? "") }.map(
        \.name)
      if use.target == use.stage {
        problems.append(
          PipelineProblem(
            use.location, "\(use.parameter) of stage '\(use.stage)' refers to itself", expected: expected,
            suggestion: fitting.count == 1 ? fitting[0] : nil))
        continue
      }
      guard let target = drafts.first(where: { $0.name == use.target }) else {
        problems.append(
          PipelineProblem(
            use.location, "\(use.parameter): there is no stage '\(use.target)'", expected: expected,
            suggestion: NearestName.of(use.target, among: fitting)
              ?? (fitting.count == 1 ? fitting[0] : nil)))
        continue
      }
      if let kind = target.kind, !use.kinds.contains(kind.name) {
        problems.append(
          PipelineProblem(
            use.location, "\(use.parameter): stage '\(use.target)' is of kind \(kind.name)",
            expected: expected, suggestion: fitting.count == 1 ? fitting[0] : nil))
      }
    }
  }
}
