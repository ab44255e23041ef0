import Network

/// Which additions become the epilogue of the convolution before them.
///
/// A convolution that only an addition reads can add the other operand before it rounds: one rounding less and no
/// extra pass over memory. Of two such convolutions the later one takes the sum, since its other operand is there
/// by then.
struct ResidualFusion {
  /// Index of a convolution node to the index of the addition it does.
  private(set) var additions: [Int: Int] = [:]
  /// Indices of the additions that are done by a convolution.
  var fused: Set<Int> { Set(additions.values) }

  /// - Parameter mayFuse: whether a convolution's own result may go unrounded into the sum.
  init(_ graph: Graph, shapes: [String: [Int]], mayFuse: (String) -> Bool = { _ in true }) {
    var readers: [String: Int] = [:]
    var writers: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { readers[input, default: 0] += 1 }
      for output in node.outputs { writers[output] = index }
    }
    for output in graph.outputs { readers[output, default: 0] += 1 }

    for (index, node) in graph.nodes.enumerated() {
      guard case .add = node.operation, node.inputs.count == 2, node.inputs[0] != node.inputs[1],
        node.inputs.allSatisfy({ graph.constants[$0] == nil && shapes[$0] == shapes[node.outputs[0]] })
      else { continue }
      let candidates = node.inputs.compactMap { input -> Int? in
        guard readers[input] == 1, mayFuse(input), let writer = writers[input],
          case .convolution(let convolution) = graph.nodes[writer].operation, convolution.activation == nil
        else { return nil }
        return writer
      }
      guard let convolution = candidates.max() else { continue }
      let other = node.inputs.first { writers[$0] != convolution }
      // The other operand must be there when the convolution runs.
      if let other, writers[other].map({ $0 < convolution }) ?? true { additions[convolution] = index }
    }
  }
}
