import Network

/// Products of two activations, such as the channel weights of squeeze-and-excite.
extension GraphLowering {
  mutating func lowerProduct(_ node: Node) throws {
    guard node.inputs.count == 2, let shape = shapes[node.outputs[0]], shape.count == 4 else {
      throw QuantizationError.unsupported(
        operation: "Mul", node: node.name, reason: "a map times a map or a vector of channels is expected")
    }
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
}
