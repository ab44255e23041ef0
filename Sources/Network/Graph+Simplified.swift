extension Graph {
  /// The graph as it is best run: shape arithmetic folded, padding explicit, identities gone, batch normalisation in
  /// the weights, clamps fused into what they follow.
  ///
  /// Floats of other widths become float32. Quantised operators become DequantizeLinear, the operator in float,
  /// QuantizeLinear. DequantizeLinear of constant weights stays, for who wants the integers;
  /// `dequantizingConstants()` takes it away.
  /// A fused node's output has the name of the last value it computes; what became of the others is in `replaced`.
  /// - Throws: `NetworkError` where shapes do not fit together.
  public func simplified() throws(NetworkError) -> Graph {
    var graph = self
    graph.widenFloats()
    graph.expandQuantizedOperators()
    try graph.quantizeConstants()
    try graph.foldShapeArithmetic()
    graph.removeIdentities()
    try graph.makePaddingExplicit()
    graph.foldBatchNormalization()
    graph.fuseActivations()
    graph.removeUnused()
    return graph
  }

  /// Which nodes read each value; an output of the graph counts as one more reader.
  func readerCounts() -> [String: Int] {
    var counts: [String: Int] = [:]
    for node in nodes {
      for input in node.inputs { counts[input, default: 0] += 1 }
    }
    for output in outputs { counts[output, default: 0] += 1 }
    return counts
  }
}
