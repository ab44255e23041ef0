import Network

/// Sums of two quantised tensors that no int8 kernel does, because one is broadcast or a constant: on the integers
/// themselves, rounded as ONNX Runtime's QLinearAdd rounds.
extension GraphLowering {
  /// - Returns: nil where the model has not both operands and the result as integers of one type.
  mutating func levelSum(_ node: Node) -> [Node]? {
    guard case .add(activation: nil) = node.operation, node.inputs.count == 2, let model,
      let output = model.activations[node.outputs[0]],
      let left = levelOperand(node.inputs[0], model: model),
      let right = levelOperand(node.inputs[1], model: model)
    else { return nil }
    let name = node.outputs[0]
    // A lone number's product is added first.
    let (first, second) = left.isScalar && !right.isScalar ? (right, left) : (left, right)
    let origin = model.givenIntegers.origin
    let scales = (first: first.scale / output.scale, second: second.scale / output.scale)
    let addend =
      Float(output.zeroPoint - origin)
      - (right.zeroPoint * (right.scale / output.scale)).addingProduct(
        left.zeroPoint, left.scale / output.scale)
    guard addend.isFinite, scales.first.isFinite, scales.second.isFinite else { return nil }
    let levels = AffineQuantization(scale: 1, zeroPoint: origin)
    var nodes: [Node] = []
    var inputs: [String] = []
    for (operand, place) in [(first, "first"), (second, "second")] {
      let levelName = "\(name)/\(place)_levels"
      inputs.append(levelName)
      switch operand.source {
      case .activation(let value, let quantization):
        nodes += roundingNodes(value, to: levelName, quantization, readAs: levels)
      case .constant(let tensor):
        roundingConstants[levelName] = tensor
      }
    }
    let sum = "\(name)/sum"
    let operation = Operation.levelSum(
      LevelSum(firstScale: scales.first, secondScale: scales.second, addend: addend))
    nodes.append(Node(name: node.name, inputs: inputs, outputs: [sum], operation: operation))
    return nodes + roundingNodes(sum, to: name, levels, readAs: output)
  }

  private func levelOperand(_ name: String, model: QuantizedModel) -> LevelOperand? {
    if let quantization = model.activations[name] {
      return LevelOperand(
        source: .activation(name, quantization), scale: quantization.scale,
        zeroPoint: Float(quantization.zeroPoint - model.givenIntegers.origin),
        isScalar: shapes[name]?.reduce(1, *) == 1)
    }
    guard let constant = model.constants[name], constant.scales.count == 1,
      constant.integers.element == (model.givenIntegers == .signed ? .int8 : .uint8)
    else { return nil }
    return LevelOperand(
      source: .constant(Tensor(shape: constant.integers.shape, values: constant.integers.floats)),
      scale: constant.scales[0], zeroPoint: Float(constant.zeroPoints[0]),
      isScalar: constant.integers.count == 1)
  }
}

/// One of two that are added: real = scale * (level - zero point).
private struct LevelOperand {
  enum Source {
    case activation(String, AffineQuantization)
    case constant(Tensor)
  }

  let source: Source
  let scale: Float
  let zeroPoint: Float
  let isScalar: Bool
}
