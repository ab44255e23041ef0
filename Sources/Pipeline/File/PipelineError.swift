/// What is wrong with a pipeline file: every problem found, in the order of their places.
public struct PipelineError: Error, Sendable, Hashable, CustomStringConvertible {
  public var problems: [PipelineProblem]

  public init(_ problems: [PipelineProblem]) {
    self.problems = problems.sorted { $0.location < $1.location }
  }

  /// One line a problem.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing wrong at one place: `FILE:LINE:COLUMN: what; what was expected; did you mean "x"?`
public struct PipelineProblem: Sendable, Hashable, CustomStringConvertible {
  public var location: SourceLocation
  public var what: String
  public var expected: String
  public var suggestion: String?

  public init(_ location: SourceLocation, _ what: String, expected: String, suggestion: String? = nil) {
    self.location = location
    self.what = what
    self.expected = expected
    self.suggestion = suggestion
  }

  public var description: String {
    let parts =
      [what, expected].filter { !$0.isEmpty } + (suggestion.map { ["did you mean \"\($0)\"?"] } ?? [])
    return "\(location): " + parts.joined(separator: "; ")
  }
}
