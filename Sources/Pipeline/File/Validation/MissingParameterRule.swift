/// A required parameter is there.
enum MissingParameterRule {
  static func check(
    _ declaration: ParameterDeclaration, named name: String, of owner: ParameterOwner,
    at location: SourceLocation,
    _ problems: inout [PipelineProblem]
  ) {
    guard declaration.isRequired, declaration.defaultValue == nil else { return }
    problems.append(
      PipelineProblem(
        location, "\(owner.description) needs the parameter '\(name)'",
        expected: "expected \(ValueRule.expectation(declaration.type)): \(declaration.help)"))
  }
}
