import Foundation

/// `${NAME}` and `${NAME:-default}` in values; `$$` stands for a dollar sign before a brace.
enum EnvironmentReference {
  /// Every scalar below `node` with its references replaced.
  static func expanding(_ node: SourceNode, environment: [String: String], problems: inout [PipelineProblem])
    -> SourceNode
  {
    var result = node
    switch node.content {
    case .scalar(let text, let isPlain):
      guard text.contains("${") else { return node }
      switch expand(text, environment: environment) {
      case .success(let expanded): result.content = .scalar(expanded, isPlain: isPlain)
      case .failure(let fault):
        problems.append(PipelineProblem(node.location, fault.what, expected: fault.expected))
        result.content = .scalar("", isPlain: false)
      }
    case .mapping(let entries):
      result.content = .mapping(
        entries.map { entry in
          var entry = entry
          entry.value = expanding(entry.value, environment: environment, problems: &problems)
          return entry
        })
    case .sequence(let elements):
      result.content = .sequence(
        elements.map { expanding($0, environment: environment, problems: &problems) })
    }
    return result
  }

  struct Fault: Error {
    var what: String
    var expected: String
  }

  static func expand(_ text: String, environment: [String: String]) -> Result<String, Fault> {
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.range(of: "${") {
      if rest[..<dollar.lowerBound].hasSuffix("$") {
        result += rest[..<dollar.upperBound].dropLast(3) + "${"
        rest = rest[dollar.upperBound...]
        continue
      }
      result += rest[..<dollar.lowerBound]
      rest = rest[dollar.upperBound...]
      guard let end = rest.firstIndex(of: "}") else {
        return .failure(
          Fault(
            what: "'\(text)' opens ${ and never closes it", expected: "expected ${NAME} or ${NAME:-default}"))
      }
      let inside = rest[..<end]
      rest = rest[rest.index(after: end)...]
      let parts = inside.range(of: ":-")
      let name = String(inside[..<(parts?.lowerBound ?? inside.endIndex)])
      guard isName(name) else {
        return .failure(
          Fault(
            what: "'${\(inside)}' names no environment variable",
            expected: "expected ${NAME} or ${NAME:-default}, a name of letters, digits and _"))
      }
      let value = environment[name]
      if let parts {
        result += value.flatMap { $0.isEmpty ? nil : $0 } ?? String(inside[parts.upperBound...])
      } else if let value {
        result += value
      } else {
        return .failure(
          Fault(
            what: "the environment variable \(name) isn't set",
            expected: "expected it to be set, or a default: ${\(name):-default}"))
      }
    }
    return .success(result + rest)
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, first == UInt8(ascii: "_") || isLetter(first) else { return false }
    return name.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
}
