import Yams

/// `--set stage.parameter=value`: puts a value into the file as if it had been written there. The value is
/// YAML; `store=path` replaces the store, and `max_failures=1%` sets a limit for all stages.
enum Override {
  static func apply(_ overrides: [String], to root: inout SourceNode, problems: inout [PipelineProblem]) {
    for text in overrides {
      do {
        try apply(text, to: &root)
      } catch {
        problems += error.problems
      }
    }
  }

  private static func apply(_ text: String, to root: inout SourceNode) throws(PipelineError) {
    let location = SourceLocation.override(text)
    guard let equals = text.firstIndex(of: "=") else { throw unusable(location) }
    let steps = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let isTopLevel = steps == ["store"] || StageLimits.parameters.contains { steps == [$0.name] }
    guard !steps.contains(""), steps.count >= 2 || isTopLevel else { throw unusable(location) }
    let written = String(text[text.index(after: equals)...])
    let value =
      try SourceReader.parse(written, file: "") { _ in location }
      ?? SourceNode(content: .scalar("", isPlain: true), location: location)
    if isTopLevel {
      set(steps, value, in: &root, location)
      return
    }
    let stages = root.entries?.first { $0.key == "stages" }?.value.entries ?? []
    guard stages.contains(where: { $0.key == steps[0] }) else {
      throw PipelineError([
        PipelineProblem(
          location, "there is no stage '\(steps[0])'",
          expected: "expected one of \(stages.map(\.key).joined(separator: ", "))",
          suggestion: NearestName.of(steps[0], among: stages.map(\.key)))
      ])
    }
    set(["stages"] + steps, value, in: &root, location)
  }

  private static func set(
    _ steps: [String], _ value: SourceNode, in node: inout SourceNode, _ location: SourceLocation
  ) {
    guard let step = steps.first else { return }
    var entries = node.entries ?? []
    let index = entries.firstIndex { $0.key == step }
    var child =
      index.map { entries[$0].value } ?? SourceNode(content: .mapping([]), location: location)
    if steps.count == 1 { child = value } else { set(Array(steps.dropFirst()), value, in: &child, location) }
    let entry = SourceNode.Entry(
      key: step, keyLocation: steps.count == 1 ? location : index.map { entries[$0].keyLocation } ?? location,
      value: child)
    if let index { entries[index] = entry } else { entries.append(entry) }
    node.content = .mapping(entries)
  }

  private static func unusable(_ location: SourceLocation) -> PipelineError {
    PipelineError([PipelineProblem(location, "not a setting", expected: "expected stage.parameter=value")])
  }
}
