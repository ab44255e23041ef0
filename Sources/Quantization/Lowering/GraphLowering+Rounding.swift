import Network

/// Float operators of a model that is quantised already: what it rounds is rounded there too.
///
/// A model's clamps are often only in the range of its integers, so that rounding is more than a loss.
extension GraphLowering {
  /// A float operator with what rounds the numbers it reads, where those were never bytes, and a final result.
  mutating func rounded(_ node: Node) -> [Node] {
    guard let model else { return [node] }
    if let nodes = integerProduct(node) ?? activationProduct(node) ?? levelSum(node) { return nodes }
    var node = node
    let levels = softmaxLevels(node)
    if let levels, case .softmax(var axis) = node.operation {
      axis.levels = levels
      node.operation = .softmax(axis)
    }
    var before: [Node] = []
    var after: [Node] = []
    for (index, name) in node.inputs.enumerated() {
      guard let quantization = model.activations[name], !isBytes(name) else { continue }
      let result = "\(name)/rounded"
      if !islands.contains(where: { $0.made.contains(result) }),
        !before.contains(where: { $0.outputs == [result] })
      {
        before += roundingNodes(name, to: result, quantization)
      }
      node.inputs[index] = result
    }
    for (index, name) in node.outputs.enumerated() where levels != nil || graph.outputs.contains(name) {
      guard let quantization = model.activations[name] else { continue }
      node.outputs[index] = "\(name)/exact"
      let written =
        levels == nil ? quantization : AffineQuantization(scale: 1, zeroPoint: quantization.zeroPoint)
      after += roundingNodes(node.outputs[index], to: name, written, readAs: quantization)
    }
    return before + [node] + after
  }

  /// A softmax from bytes to bytes; nil for anything else.
  ///
  /// ONNX Runtime makes it one operator, QLinearSoftmax, which multiplies by the whole part of 1 / scale: by 254 where
  /// the scale is the float32 next to 1 / 255. That is up to 0.4 % less than DequantizeLinear, Softmax and
  /// QuantizeLinear give, by which a vision transformer's result is two steps off after two blocks.
  private func softmaxLevels(_ node: Node) -> SoftmaxLevels? {
    guard case .softmax = node.operation, let model, let input = model.activations[node.inputs[0]],
      let output = node.outputs.first.flatMap({ model.activations[$0] })
    else { return nil }
    let count = (1 / output.scale).rounded(.down)
    return count >= 1 && count.isFinite ? SoftmaxLevels(inputScale: input.scale, count: count) : nil
  }

  private func isBytes(_ name: String) -> Bool {
    !isInOpenIsland(name) && indices[name].map { values[$0].quantization != nil } ?? false
  }

  /// Makes bytes of a value and numbers of these.
  ///
  /// - Parameter other: what the bytes are read as, where not as what they are made.
  mutating func roundingNodes(
    _ name: String, to result: String, _ quantization: AffineQuantization,
    readAs other: AffineQuantization? = nil
  ) -> [Node] {
    let integers = "\(result)/integers"
    return [
      Node(
        name: integers, inputs: [name] + parameters(quantization, of: "\(result)/written"),
        outputs: [integers],
        operation: .quantizeLinear(LinearQuantization())),
      Node(
        name: result, inputs: [integers] + parameters(other ?? quantization, of: "\(result)/read"),
        outputs: [result], operation: .dequantizeLinear(LinearQuantization())),
    ]
  }

  /// The names of new constants: scale and zero point.
  private mutating func parameters(_ quantization: AffineQuantization, of name: String) -> [String] {
    let (scale, zeroPoint) = ("\(name)_scale", "\(name)_zero_point")
    roundingConstants[scale] = Tensor(shape: [], values: [quantization.scale])
    roundingConstants[zeroPoint] = Tensor(shape: [], uint8: [UInt8(clamping: quantization.zeroPoint)])
    return [scale, zeroPoint]
  }
}
