import Yams

/// A node of the file with its place; the only view of YAML that the rules have.
struct SourceNode: Sendable, Hashable {
  indirect enum Content: Sendable, Hashable {
    /// `isPlain` is false for a quoted or block scalar.
    case scalar(String, isPlain: Bool)
    case mapping([Entry])
    case sequence([SourceNode])
  }

  struct Entry: Sendable, Hashable {
    var key: String
    var keyLocation: SourceLocation
    var value: SourceNode
  }

  var content: Content
  var location: SourceLocation

  /// What it is, for "found a list".
  var kindName: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : "'\(text)'"
    case .mapping: "a group of parameters"
    case .sequence: "a list"
    }
  }

  /// `key:` with nothing after it, or `~`, or `null`.
  var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content { ["", "~", "null"].contains(text) } else { false }
  }

  var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
  var scalar: String? { if case .scalar(let text, _) = content, !isNull { text } else { nil } }
}

extension SourceNode {
  /// Files nest groups two or three deep; a file that nests deeper is no pipeline and must not cost a stack.
  private static let deepestNesting = 32

  init(_ node: Node, depth: Int = 0, place: (Mark?) -> SourceLocation) throws(PipelineError) {
    location = place(node.mark)
    guard depth < Self.deepestNesting else {
      throw PipelineError([
        PipelineProblem(
          location, "groups are nested too deeply", expected: "expected at most \(Self.deepestNesting) levels"
        )
      ])
    }
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          throw PipelineError([
            PipelineProblem(place(key.mark), "a key is not plain text", expected: "expected a name")
          ])
        }
        entries.append(
          Entry(
            key: name.string, keyLocation: place(key.mark),
            value: try SourceNode(value, depth: depth + 1, place: place)))
      }
      content = .mapping(entries)
    case .sequence(let sequence):
      var elements: [SourceNode] = []
      for element in sequence { elements.append(try SourceNode(element, depth: depth + 1, place: place)) }
      content = .sequence(elements)
    case .alias:
      throw PipelineError([
        PipelineProblem(location, "an alias can't be resolved", expected: "expected the value itself")
      ])
    }
  }
}
