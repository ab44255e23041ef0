/// A stage has only the parameters its kind declares; so have a group and an option.
enum UnknownParameterRule {
  static func check(
    _ entries: [SourceNode.Entry], _ declarations: [ParameterDeclaration], of owner: ParameterOwner,
    prefix: String, _ problems: inout [PipelineProblem]
  ) {
    let names = declarations.map(\.name)
    for entry in entries where !names.contains(entry.key) {
      let taken = Set(entries.map(\.key))
      problems.append(
        PipelineProblem(
          entry.keyLocation,
          "\(owner.description) has no parameter '\(prefix)\(entry.key)'",
          expected: names.isEmpty ? "expected none" : "expected one of \(names.joined(separator: ", "))",
          suggestion: NearestName.of(entry.key, among: names.filter { !taken.contains($0) })))
    }
  }
}
