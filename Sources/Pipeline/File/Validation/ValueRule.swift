/// A value is of its declared type and within its range.
enum ValueRule {
  /// - Returns: nil when the value was objected to.
  static func read(
    _ node: SourceNode, _ declaration: ParameterDeclaration, named name: String, folder: String,
    _ problems: inout [PipelineProblem]
  ) -> ParameterValue? {
    if case .numbers(let count) = declaration.type, let numbers = numbers(in: node, count) {
      return .numbers(numbers)
    }
    if let text = node.scalar, let value = value(of: text, as: declaration.type, folder: folder) {
      return value
    }
    var suggestion: String?
    switch declaration.type {
    case .choice(let choices), .choiceOrGroup(let choices, _):
      suggestion = node.scalar.flatMap { NearestName.of($0, among: choices) }
    default: break
    }
    problems.append(
      PipelineProblem(
        node.location, "\(name) is \(node.kindName)", expected: "expected \(expectation(declaration.type))",
        suggestion: suggestion))
    return nil
  }

  private static func numbers(in node: SourceNode, _ count: Int) -> [Double]? {
    guard case .sequence(let elements) = node.content, elements.count == count else { return nil }
    let numbers = elements.compactMap { $0.scalar.flatMap(Double.init) }.filter(\.isFinite)
    return numbers.count == count ? numbers : nil
  }

  private static func value(of text: String, as type: ParameterType, folder: String) -> ParameterValue? {
    switch type {
    case .path: text.isEmpty ? nil : .path(FilePath.resolve(text, in: folder))
    case .nameOrPath(let names, let type):
      names.contains(text) ? .text(text) : value(of: text, as: .path(type), folder: folder)
    case .text: .text(text)
    case .countOrShare: FailureLimit(text).map { .text($0.description) }
    case .choice(let choices), .choiceOrGroup(let choices, _): choices.contains(text) ? .text(text) : nil
    case .integer(let range): Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .number(let range):
      Double(text).flatMap { $0.isFinite && range.contains($0) ? .number($0) : nil }
    case .boolean:
      ["true", "yes", "on"].contains(text)
        ? .boolean(true)
        : ["false", "no", "off"].contains(text) ? .boolean(false) : nil
    case .reference: text.isEmpty ? nil : .reference(text)
    case .group, .numbers: nil
    }
  }

  /// "a whole number from 1 to 10".
  static func expectation(_ type: ParameterType) -> String {
    switch type {
    case .path(.file): "the path of a file"
    case .path(.folder): "the path of a folder"
    case .path(.any): "the path of a file or folder"
    case .path(.anyOrPattern): "the path of a file or folder, or of files as a pattern with braces"
    case .nameOrPath(let names, let type): "\(names.joined(separator: ", ")), or \(expectation(.path(type)))"
    case .text: "text"
    case .countOrShare: "a number of items such as 100, or a share of them such as 1%"
    case .choice(let choices): "one of \(choices.joined(separator: ", "))"
    case .integer(let range): "a whole number" + bounds(range.lowerBound, range.upperBound, .min, .max)
    case .number(let range):
      "a number"
        + bounds(
          range.lowerBound, range.upperBound, -Double.greatestFiniteMagnitude, .greatestFiniteMagnitude)
    case .numbers(let count): "a list of \(count) numbers"
    case .boolean: "true or false"
    case .reference(let kinds): "the name of a stage of kind \(kinds.joined(separator: " or "))"
    case .choiceOrGroup(let choices, let inner):
      "\(expectation(.choice(choices))), or \(expectation(.group(inner)))"
    case .group(let inner): "a group { \(inner.map { "\($0.name): ..." }.joined(separator: ", ")) }"
    }
  }

  private static func bounds<Value: Comparable>(_ lower: Value, _ upper: Value, _ least: Value, _ most: Value)
    -> String
  {
    switch (lower > least, upper < most) {
    case (true, true): " from \(lower) to \(upper)"
    case (true, false): " of at least \(lower)"
    case (false, true): " of at most \(upper)"
    case (false, false): ""
    }
  }
}
