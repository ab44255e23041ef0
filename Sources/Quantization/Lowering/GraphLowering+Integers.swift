import Network

/// Layers of a quantised model whose weights, less their zero point, need more than 8 bits: no kernel takes those.
///
/// They run in float32, but on whole numbers: below 2^24 float32 adds those without rounding, so that results are those of
/// integers.
extension GraphLowering {
  /// A convolution or matrix product on integers that are float32, with its result rounded as the model rounds it.
  ///
  /// - Returns: nil where the model doesn't have all of it as integers, or sums could leave 2^24.
  mutating func integerProduct(_ node: Node) -> [Node]? {
    guard let model, let input = model.activations[node.inputs[0]],
      let output = model.activations[node.outputs[0]], let product = IntegerProduct(node),
      let weights = node.inputs.count > 1 ? model.constants[node.inputs[1]] : nil,
      let levels = weights.levels(outputAxis: product.outputAxis)
    else { return nil }
    let scales = levels.scales.map { input.scale * $0 }
    var bias = [Int32](repeating: 0, count: scales.count)
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      guard let given = biasLevels(node.inputs[2], model: model, scales: scales) else { return nil }
      bias = given
    }
    let shape = weights.integers.shape
    guard product.isConvolution || shape.count == 2 else { return nil }
    let inner = shape[(product.outputAxis + 1)...].reduce(1, *)
    var largest = bias.map { abs(Int64($0)) }
    for (index, level) in levels.values.enumerated() {
      largest[index / inner % scales.count] += 255 * abs(level)
    }
    guard largest.allSatisfy({ $0 < 1 << 24 }), scales.allSatisfy(\.isFinite) else { return nil }

    let name = node.outputs[0]
    let (whole, sums, scaled) = ("\(name)/whole", "\(name)/sums", "\(name)/scaled")
    var inputs = [whole, "\(name)/weight_levels"]
    if product.hasBias { inputs.append("\(name)/bias_levels") }
    let constants = (weights: "\(name)/weight_levels", bias: "\(name)/bias_levels", scales: "\(name)/scales")
    roundingConstants[constants.weights] = Tensor(shape: shape, values: levels.values.map { Float($0) })
    roundingConstants[constants.bias] = Tensor(shape: [bias.count], values: bias.map { Float($0) })
    roundingConstants[constants.scales] = Tensor(
      shape: product.isConvolution ? [scales.count, 1, 1] : [scales.count],
      values: scales.map { $0 / output.scale })
    let read = roundingNodes(
      node.inputs[0], to: whole, input, readAs: AffineQuantization(scale: 1, zeroPoint: input.zeroPoint))
    let written = roundingNodes(
      scaled, to: name, AffineQuantization(scale: 1, zeroPoint: output.zeroPoint), readAs: output)
    return read
      + [
        Node(
          name: node.name, inputs: inputs, outputs: [sums], operation: product.operation),
        Node(name: scaled, inputs: [sums, constants.scales], outputs: [scaled], operation: .multiply),
      ] + written
  }

  /// A product of two activations on their integers, with its result rounded as the model rounds it.
  ///
  /// - Returns: nil where one of the three is not integers, or sums could leave 2^24.
  mutating func activationProduct(_ node: Node) -> [Node]? {
    guard node.operation == .matMul, let model, let left = model.activations[node.inputs[0]],
      let right = model.activations[node.inputs[1]], let output = model.activations[node.outputs[0]],
      let depth = shapes[node.inputs[0]]?.last, depth <= (1 << 24) / (255 * 255)
    else { return nil }
    let scale = left.scale * right.scale / output.scale
    guard scale.isFinite else { return nil }
    let name = node.outputs[0]
    let (sums, scaled, factor) = ("\(name)/sums", "\(name)/scaled", "\(name)/scale")
    roundingConstants[factor] = Tensor(shape: [], values: [scale])
    var nodes: [Node] = []
    for (input, quantization, whole) in [
      (node.inputs[0], left, "\(name)/left"), (node.inputs[1], right, "\(name)/right"),
    ] {
      nodes += roundingNodes(
        input, to: whole, quantization,
        readAs: AffineQuantization(scale: 1, zeroPoint: quantization.zeroPoint))
    }
    nodes.append(
      Node(
        name: node.name, inputs: ["\(name)/left", "\(name)/right"], outputs: [sums], operation: .matMul))
    nodes.append(Node(name: scaled, inputs: [sums, factor], outputs: [scaled], operation: .multiply))
    return nodes
      + roundingNodes(
        scaled, to: name, AffineQuantization(scale: 1, zeroPoint: output.zeroPoint), readAs: output)
  }
}

/// A convolution, or a product with a matrix.
private struct IntegerProduct {
  let operation: Operation
  let outputAxis: Int
  var hasBias = true
  var isConvolution: Bool { if case .convolution = operation { true } else { false } }

  /// - Returns: nil for anything else, and for what does more than the product.
  init?(_ node: Node) {
    switch node.operation {
    case .convolution(let convolution) where convolution.activation == nil:
      (operation, outputAxis) = (node.operation, 0)
    case .gemm(let gemm)
    where gemm.alpha == 1 && gemm.beta == 1 && !gemm.transposeA && gemm.activation == nil:
      (operation, outputAxis) = (node.operation, gemm.transposeB ? 0 : 1)
    case .matMul:
      // Of a map, or of the tokens of a transformer, it is a product over the last axis.
      (operation, outputAxis) = (.matMul, 1)
      hasBias = false
    default:
      return nil
    }
  }
}
