import Network

/// Which values of a graph must have one quantisation, so that moving bytes is enough: a maximum and its input, a
/// concatenation and its parts, a reshaped tensor and its source.
struct SharedQuantization {
  private var parents: [String: String] = [:]
  private var members: [String: [String]] = [:]

  init(_ graph: Graph) {
    for node in graph.nodes {
      guard let output = node.outputs.first else { continue }
      switch node.operation {
      case .maxPool, .globalMaxPool, .flatten, .reshape, .squeeze, .unsqueeze, .identity:
        if let input = node.inputs.first { join(input, output) }
      case .transpose, .slice, .gather:
        if let input = node.inputs.first { join(input, output) }
      case .general(let other) where other.movesElements:
        for output in node.outputs {
          if let input = node.inputs.first { join(input, output) }
        }
      case .concat:
        for input in node.inputs { join(input, output) }
      default:
        break
      }
    }
    for value in parents.keys.sorted() { members[root(value), default: []].append(value) }
  }

  /// What stands for all the values that share with this one.
  func representative(of value: String) -> String { parents[value] ?? value }

  /// Every value that shares with this one, itself among them.
  func group(of value: String) -> [String] { members[representative(of: value)] ?? [value] }

  /// Afterwards the value's parent is the root, so that none is far from it for long.
  private mutating func root(_ value: String) -> String {
    var root = value
    while let parent = parents[root], parent != root { root = parent }
    var value = value
    while let parent = parents[value], parent != root {
      parents[value] = root
      value = parent
    }
    return root
  }

  private mutating func join(_ a: String, _ b: String) {
    for value in [a, b] where parents[value] == nil { parents[value] = value }
    parents[root(b)] = root(a)
  }
}
