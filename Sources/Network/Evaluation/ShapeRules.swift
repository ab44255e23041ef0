/// Shapes of results by rule. A run on zeros would tell them too, but it takes a time that grows with the input's
/// declared size and with the number of nodes: a file of 400 bytes could ask for minutes.
extension Evaluation {
  /// - Parameter node: with the inputs whose values are known.
  static func shapesByRule(
    of node: EvaluatedNode, _ shapes: [[Int]]
  ) throws(NetworkError) -> [[Int]]? {
    let kind = node.operation.kind
    guard let first = shapes.first, node.presentInputs.first == true else { return nil }
    if elementwiseUnary[kind] != nil || likeFirstInput.contains(kind) { return [first] }
    if elementwiseBinary[kind] != nil || comparison[kind] != nil {
      return [try node.broadcast(shapes.indices.filter { node.presentInputs[$0] }.map { shapes[$0] })]
    }
    // Axes that are an input have to be known.
    let hasAxesInput = node.presentInputs.dropFirst().contains(true)
    guard reducing[kind] != nil, !hasAxesInput || node.optional(1) != nil else { return nil }
    return [try node.reduced(first).result]
  }

  private static let likeFirstInput: Set<String> = [
    "Not", "BitwiseNot", "IsNaN", "IsInf", "CastLike", "Cast", "QuantizeLinear", "DequantizeLinear",
  ]
}

extension EvaluatedNode {
  /// What a reduction of a tensor of this shape leaves: dimensions of one where it reduces, and the result's shape.
  func reduced(_ shape: [Int]) throws(NetworkError) -> (axes: Set<Int>, kept: [Int], result: [Int]) {
    let given = optional(1)?.integers?.map { Int(clamping: $0) } ?? operation.integers("axes") ?? []
    if given.isEmpty, operation.flag("noop_with_empty_axes") { return ([], shape, shape) }
    var axes: Set<Int> = []
    for axis in given { axes.insert(try self.axis(axis, rank: shape.count)) }
    if given.isEmpty { axes = Set(shape.indices) }
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let result =
      operation.flag("keepdims", default: true)
      ? kept : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    return (axes, kept, result)
  }
}
