import Network

/// Products of activations: gates such as x * sigmoid(x), and the channel weights of squeeze-and-excite.
extension GraphLowering {
  mutating func lowerProduct(_ node: Node) throws {
    guard node.inputs.count == 2, let shape = shapes[node.outputs[0]], shape.count == 4 else {
      throw QuantizationError.unsupported(
        operation: "Mul", node: node.name, reason: "a map times a map or a vector of channels is expected")
    }
    if let gate = gate(of: node) { return try lowerGate(node, gate) }
    guard let map = node.inputs.firstIndex(where: { shapes[$0] == shape }) else {
      throw QuantizationError.unsupported(
        operation: "Mul", node: node.name, reason: "both of its inputs are broadcast")
    }
    let factor = node.inputs[1 - map]
    guard shapes[factor] == shape || shapes[factor] == [1, shape[1], 1, 1] else {
      throw QuantizationError.unsupported(
        operation: "Mul", node: node.name,
        reason:
          "a map times a tensor of shape \(shapes[factor] ?? []) is no product with a vector of channels")
    }
    let left = try bytes(of: node.inputs[map], node: node.name)
    let right = try bytes(of: factor, node: node.name)
    let output = try define(
      node.outputs[0], node: node.name, quantization: try quantization(of: node.outputs[0]))
    operations.append(.multiply(left: left, right: right, output: output))
  }

  /// x * f(x) is a function of one activation.
  private mutating func lowerGate(_ node: Node, _ gate: (input: String, activation: Activation)) throws {
    let source = try bytes(of: gate.input, node: node.name)
    guard let from = values[source].quantization else { return }
    let to = try quantization(of: node.outputs[0])
    let table = (0...255).map { byte in
      let x = from.dequantize(UInt8(byte))
      return to.quantize(x * gate.activation.apply(x))
    }
    let output = try define(node.outputs[0], node: node.name, quantization: to)
    operations.append(.lookup(input: source, output: output, table: data.append(table)))
  }

  /// Of a product: the input it is a function of, and what that is multiplied by.
  private func gate(of node: Node) -> (input: String, activation: Activation)? {
    for (input, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
      if let maker = graph.nodes.first(where: { $0.outputs.first == other }), maker.inputs.first == input,
        case .activation(let activation) = maker.operation
      {
        return (input, activation)
      }
    }
    return nil
  }
}
