/// Shapes of results by rule. A run on zeros would tell them too, but it takes a time that grows with the input's
/// declared size and with the number of nodes: a file of 400 bytes could ask for minutes.
extension EvaluatedNode {
  /// - Throws: where the shapes cannot be told without a run, or do not fit.
  func shapes() throws(NetworkError) -> [[Int]] {
    let results = try ruledShapes()
    for shape in results { try count(of: shape) }
    return results
  }

  private func ruledShapes() throws(NetworkError) -> [[Int]] {
    let kind = operation.kind
    if let rule = Evaluation.shapeRules[kind] { return try rule(self) }
    if Evaluation.elementwiseUnary[kind] != nil || Self.likeFirstInput.contains(kind) {
      return [try shape(0)]
    }
    if Evaluation.elementwiseBinary[kind] != nil, operation.opset < 7, operation.flag("broadcast") {
      return [try shape(0)]
    }
    if Evaluation.elementwiseBinary[kind] != nil || Evaluation.comparison[kind] != nil
      || Evaluation.bits[kind] != nil
    {
      return [try broadcast(inputShapes.indices.filter { presentInputs[$0] }.map { inputShapes[$0] })]
    }
    if Evaluation.reducing[kind] != nil { return [try reduced(try shape(0)).result] }
    throw invalid("its shape can only be told by running it")
  }

  private static let likeFirstInput: Set<String> = [
    "Not", "BitwiseNot", "IsNaN", "IsInf", "CastLike", "Cast", "QuantizeLinear", "DequantizeLinear", "Clip",
    "Trilu", "ReverseSequence", "ScatterElements", "Scatter", "ScatterND", "TensorScatter", "CumSum",
    "CumProd",
    "Softmax", "LogSoftmax", "Hardmax", "RMSNormalization", "InstanceNormalization", "GroupNormalization",
    "LpNormalization", "LRN", "MeanVarianceNormalization", "RotaryEmbedding", "PRelu",
  ]

  /// Over which dimensions a tensor of this shape is reduced, and the result's shape.
  func reduced(_ shape: [Int]) throws(NetworkError) -> (axes: Set<Int>, result: [Int]) {
    let given = try integers("axes", input: 1) ?? []
    if given.isEmpty, operation.flag("noop_with_empty_axes") { return ([], shape) }
    var axes: Set<Int> = []
    for axis in given { axes.insert(try self.axis(axis, rank: shape.count)) }
    if given.isEmpty { axes = Set(shape.indices) }
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let result =
      operation.flag("keepdims", default: true)
      ? kept : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    return (axes, result)
  }
}

extension Evaluation {
  static let quantizingShapes: [String: ShapeRule] = [
    "DynamicQuantizeLinear": { node throws(NetworkError) in [try node.shape(0), [], []] }
  ]
}
