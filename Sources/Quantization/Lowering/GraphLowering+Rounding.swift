import Network

/// Float operators of a model that is quantised already: what it rounds is rounded there too.
///
/// A model's clamps are often only in the range of its integers, so that rounding is more than a loss.
extension GraphLowering {
  /// A float operator with what rounds the numbers it reads, where those were never bytes, and a final result.
  mutating func rounded(_ node: Node) -> [Node] {
    guard let model else { return [node] }
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

  mutating func roundingNodes(
    _ name: String, to result: String, _ quantization: AffineQuantization
  ) -> [Node] {
    let (scale, zeroPoint, integers) = ("\(result)/scale", "\(result)/zero_point", "\(result)/integers")
    roundingConstants[scale] = Tensor(shape: [], values: [quantization.scale])
    roundingConstants[zeroPoint] = Tensor(shape: [], uint8: [UInt8(clamping: quantization.zeroPoint)])
    return [
      Node(
        name: integers, inputs: [name, scale, zeroPoint], outputs: [integers],
        operation: .quantizeLinear(LinearQuantization())),
      Node(
        name: result, inputs: [integers, scale, zeroPoint], outputs: [result],
        operation: .dequantizeLinear(LinearQuantization())),
    ]
  }
}
