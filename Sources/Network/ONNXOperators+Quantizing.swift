/// Operators between numbers and integers.
extension ONNXOperators {
  static func quantizing(_ context: ONNXOperatorContext) -> Operation? {
    let node = context.node
    let quantization = LinearQuantization(
      axis: node.integer("axis", default: 1), blockSize: node.integer("block_size", default: 0),
      element: Tensor.Element(rawValue: node.integer("output_dtype", default: 0)),
      saturates: node.flag("saturate", default: true))
    switch node.kind {
    case "QuantizeLinear": return .quantizeLinear(quantization)
    case "DequantizeLinear": return .dequantizeLinear(quantization)
    default: return nil
    }
  }
}
