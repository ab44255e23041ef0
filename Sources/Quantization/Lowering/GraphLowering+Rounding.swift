import Network

/// Float operators of a model that is quantised already: what it rounds is rounded there too.
///
/// A model's clamps are often only in the range of its integers, so that rounding is more than a loss.
extension GraphLowering {
  /// A float operator with what rounds the numbers it reads, where those were never bytes, and a final result.
  mutating func rounded(_ node: Node) -> [Node] {
    guard let model else { return [node] }
    if let nodes = integerProduct(node) { return nodes }
    var node = node
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
    for (index, name) in node.outputs.enumerated() where graph.outputs.contains(name) {
      guard let quantization = model.activations[name] else { continue }
      node.outputs[index] = "\(name)/exact"
      after += roundingNodes(node.outputs[index], to: name, quantization)
    }
    return before + [node] + after
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
