import Network

/// What a network's outputs stand for, as far as comparing them needs it.
struct VerificationClasses: Sendable {
  /// By wnid; empty where names are not known.
  let indices: [String: Int]
  /// Why the outputs are not compared as classes; nil where they are.
  let reason: String?

  /// - Throws: `NetworkLabelsError` where there are labels, and not one an output.
  init(_ graph: Graph, scores: String, labels: [String]?) throws {
    let shape = try graph.shapes(batch: 1)[scores] ?? []
    let count = shape.reduce(1, *)
    if let labels { try NetworkLabels.check(labels, outputs: count) }
    let names = try labels ?? (count == 1_000 ? NetworkLabels.load("ilsvrc2012") : nil)
    indices = Dictionary((names ?? []).enumerated().map { ($1, $0) }) { first, _ in first }
    if shape.filter({ $0 > 1 }).count > 1 {
      reason = "the output \"\(scores)\" is a map, not a number for each class"
    } else if names == nil && !Self.endsInDenseLayer(graph, scores) {
      reason = "the output \"\(scores)\" comes from no dense layer and has no labels"
    } else {
      reason = nil
    }
  }

  /// Through what leaves the order of numbers as it is.
  private static func endsInDenseLayer(_ graph: Graph, _ output: String) -> Bool {
    var value = output
    for node in graph.nodes.reversed() where node.outputs.contains(value) {
      switch node.operation {
      case .gemm, .matMul: return true
      case .softmax, .logSoftmax, .flatten, .reshape, .squeeze, .unsqueeze, .identity, .activation, .add:
        value = node.inputs.first ?? ""
      default: return false
      }
    }
    return false
  }
}
