/// Convolution, pooling and dense layers.
extension ONNXOperators {
  static func windowed(_ context: ONNXOperatorContext) throws(NetworkError) -> Operation? {
    let node = context.node
    switch node.kind {
    case "Conv": return .convolution(try convolution(context))
    case "MaxPool":
      guard node.integer("storage_order", default: 0) == 0 else {
        throw node.unsupported("storage_order must be 0")
      }
      return .maxPool(try pooling(node))
    case "AveragePool": return .averagePool(try pooling(node))
    case "GlobalAveragePool": return .globalAveragePool
    case "GlobalMaxPool": return .globalMaxPool
    case "Gemm":
      return .gemm(
        Gemm(
          alpha: node.float("alpha", default: 1), beta: node.float("beta", default: 1),
          transposeA: node.flag("transA"), transposeB: node.flag("transB")))
    case "MatMul": return .matMul
    case "BatchNormalization":
      guard !node.flag("training_mode") else { throw node.unsupported("training mode") }
      guard node.flag("spatial", default: true) else {
        throw node.invalid("spatial=0, of operator sets before 9, is not there")
      }
      return .batchNormalization(epsilon: node.float("epsilon", default: 1e-5))
    case "LRN":
      let size = node.integer("size", default: 0)
      guard size > 0 else { throw node.invalid("size must be positive") }
      return .localResponseNormalization(
        LocalResponseNormalization(
          alpha: node.float("alpha", default: 1e-4), beta: node.float("beta", default: 0.75),
          bias: node.float("bias", default: 1), size: size))
    default: return nil
    }
  }

  private static func convolution(_ context: ONNXOperatorContext) throws(NetworkError) -> Convolution {
    try convolution(context.node, weights: context.constantShape(context.node.inputs[1]))
  }

  /// The window of an operator that is a convolution on other types.
  static func convolution(
    _ general: GeneralOperator, weights: [Int], node: String
  ) throws(NetworkError) -> Convolution {
    try convolution(ONNXNode(general, name: node), weights: weights)
  }

  static func pooling(_ general: GeneralOperator, node: String) throws(NetworkError) -> Pooling {
    try pooling(ONNXNode(general, name: node))
  }

  private static func convolution(
    _ node: ONNXNode, weights: [Int]?
  ) throws(NetworkError) -> Convolution {
    if let weights, weights.count != 4 {
      throw node.unsupported("only 2-D convolutions, its weights have \(weights.count) dimensions")
    }
    let given = try pair(node, "kernel_shape")
    guard let kernel = given ?? weights.map({ Int2($0[2], $0[3]) }) else {
      throw node.unsupported("its weights are computed and there is no kernel_shape")
    }
    let groups = node.integer("group", default: 1)
    guard groups > 0 else { throw node.invalid("group is \(groups)") }
    let (pads, automatic) = try padding(node)
    return Convolution(
      kernel: kernel, strides: try pair(node, "strides") ?? Int2(1, 1),
      dilations: try pair(node, "dilations") ?? Int2(1, 1), pads: pads, automaticPadding: automatic,
      groups: groups)
  }

  private static func pooling(_ node: ONNXNode) throws(NetworkError) -> Pooling {
    guard let kernel = try pair(node, "kernel_shape") else { throw node.invalid("there is no kernel_shape") }
    let (pads, automatic) = try padding(node)
    return Pooling(
      kernel: kernel, strides: try pair(node, "strides") ?? Int2(1, 1),
      dilations: try pair(node, "dilations") ?? Int2(1, 1), pads: pads, automaticPadding: automatic,
      ceilMode: node.flag("ceil_mode"), countIncludesPadding: node.flag("count_include_pad"))
  }

  /// Sizes past this are absurd, and products of them could overflow.
  private static let largestExtent = 1 << 20

  private static func pair(_ node: ONNXNode, _ attribute: String) throws(NetworkError) -> Int2? {
    guard let values = node.integers(attribute) else { return nil }
    guard values.count == 2 else {
      throw node.unsupported("only 2-D maps, \(attribute) has \(values.count) elements")
    }
    guard values.allSatisfy({ $0 > 0 && $0 <= largestExtent }) else {
      throw node.invalid("\(attribute) is \(values)")
    }
    return Int2(values[0], values[1])
  }

  private static func padding(_ node: ONNXNode) throws(NetworkError) -> (Padding, AutomaticPadding?) {
    switch node.text("auto_pad") ?? "NOTSET" {
    case "NOTSET", "": break
    case "VALID": return (.zero, nil)
    case "SAME_UPPER": return (.zero, .sameUpper)
    case "SAME_LOWER": return (.zero, .sameLower)
    case let other: throw node.invalid("auto_pad is \"\(other)\"")
    }
    guard let pads = node.integers("pads") else { return (.zero, nil) }
    guard pads.count == 4 else { throw node.unsupported("only 2-D maps, pads has \(pads.count) elements") }
    guard pads.allSatisfy({ $0 >= 0 && $0 <= largestExtent }) else { throw node.invalid("pads is \(pads)") }
    return (Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]), nil)
  }
}
