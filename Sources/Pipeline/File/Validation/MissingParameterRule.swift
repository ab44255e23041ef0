/// A required parameter is there.
enum MissingParameterRule {
  static func check(
    _ declaration: ParameterDeclaration, named name: String, of draft: StageDraft,
    at location: SourceLocation,
    _ problems: inout [PipelineProblem]
  ) {
    guard declaration.isRequired, declaration.defaultValue == nil else { return }
    problems.append(
      PipelineProblem(
        location, "stage '\(draft.name)' (\(draft.uses?.name ?? "")) needs the parameter '\(name)'",
        expected: "expected \(ValueRule.expectation(declaration.type)): \(declaration.help)"))
  }
}
