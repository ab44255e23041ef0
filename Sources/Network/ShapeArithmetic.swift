/// What can be computed without the network's input: shapes, and everything that follows from constants.
struct ShapeArithmetic {
  /// Larger constants are weights: folding them would copy them.
  private static let largest = 1 << 16
  /// How many elements may still be computed, over all nodes: a file of many small nodes must not take minutes.
  private var budget = 1 << 24

  /// The node's results, if all that it needs is known; nil if it is not, or is not worth folding.
  ///
  /// - Parameters:
  ///   - shapes: of every input.
  ///   - values: of those inputs that are known; nil for the rest, and for those that are left out.
  mutating func evaluate(
    _ node: Node, shapes: [[Int]], values: [Tensor?]
  ) throws(NetworkError) -> [Tensor]? {
    if case .shape(let start, let end) = node.operation, let shape = shapes.first {
      let part = shape[ShapeInference.shapeRange(rank: shape.count, start, end)]
      return [Tensor(shape: [part.count], integers: part.map(Int64.init))]
    }
    if node.operation.asGeneral?.kind == "Size", let shape = shapes.first {
      return [Tensor(shape: [], integers: [Int64(shape.reduce(1, *))])]
    }
    // Integers dequantised are left for who wants the integers.
    switch node.operation {
    case .quantizeLinear, .dequantizeLinear: return nil
    default: break
    }
    guard !node.inputs.isEmpty, zip(node.inputs, values).allSatisfy({ $0.isEmpty || $1 != nil }),
      values.allSatisfy({ ($0?.count ?? 0) <= Self.largest }), Evaluation.isCheap(node.operation)
    else { return nil }
    let inference = ShapeInference(
      node: node, inputs: shapes, integers: values.map { $0?.integers?.map { Int(clamping: $0) } })
    let results =
      node.operation.isGeneral ? try Evaluation.shapes(of: node, shapes, values) : [try inference.output()]
    let counts = results.map { $0.reduce(1, *) }
    let cost = (counts + values.map { $0?.count ?? 0 }).reduce(node.inputs.count, +)
    guard counts.allSatisfy({ $0 <= Self.largest }), cost <= budget else { return nil }
    budget -= cost
    return try Evaluation.results(of: node, values)
  }
}
