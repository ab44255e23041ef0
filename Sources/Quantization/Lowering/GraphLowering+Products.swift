import Network

/// Convolutions and matrix products: both become a convolution with a fused epilogue.
extension GraphLowering {
  mutating func lowerConvolution(_ node: Node, _ convolution: Convolution, addition: Node?) throws {
    let source = try bytes(of: node.inputs[0], node: node.name)
    let filters = try constant(node.inputs[1], node: node)
    let window = Window(convolution.kernel, convolution.strides, convolution.dilations, convolution.pads)
    try checkWindow(window, of: node, from: values[source].shape)
    let inputChannels = values[source].shape.channels
    let outputChannels = filters.shape[0]
    let isDepthwise =
      convolution.groups == inputChannels && outputChannels == inputChannels && inputChannels > 1
    let taps = window.kernelHeight * window.kernelWidth
    let isGrouped = !isDepthwise && convolution.groups > 1
    let perChannel = isDepthwise ? taps : inputChannels * taps
    let weights: QuantizedWeights
    if let model {
      weights = try givenWeights(
        node, model: model, outputAxis: 0, inputScale: values[source].quantization?.scale ?? 1
      ) { filters in
        isGrouped
          ? Self.dense(filters, groups: convolution.groups, outputs: outputChannels, taps: taps) : filters
      }
    } else {
      let reals = filters.floats
      weights = quantizedWeights(
        node, source: source, isDepthwise: isDepthwise,
        isGrouped
          ? Self.dense(reals, groups: convolution.groups, outputs: outputChannels, taps: taps) : reals,
        perChannel: perChannel, bias: try bias(of: node, at: 2))
    }
    try emit(
      node, source: source, window: window, isDepthwise: isDepthwise, weights: weights,
      activation: convolution.activation, addition: addition)
  }

  mutating func lowerGemm(_ node: Node, _ gemm: Gemm) throws {
    let source = try bytes(of: node.inputs[0], node: node.name, isFlattened: true)
    let matrix = try constant(node.inputs[1], node: node)
    guard matrix.shape.count == 2, !gemm.transposeA else {
      throw QuantizationError.unsupported(
        operation: "a matrix product", node: node.name,
        reason: "activations [N, K] times a constant matrix are expected")
    }
    let rows = gemm.transposeB ? matrix.shape[0] : matrix.shape[1]
    let depth = gemm.transposeB ? matrix.shape[1] : matrix.shape[0]
    let shape = values[source].shape
    guard shape.count == depth else {
      throw QuantizationError.unsupported(
        operation: "a matrix product", node: node.name,
        reason: "it takes \(depth) elements of an image and the layer before gives \(shape.count)")
    }
    let weights: QuantizedWeights
    if let model {
      guard gemm.alpha == 1, gemm.beta == 1 else {
        throw QuantizationError.unsupported(
          operation: "a matrix product", node: node.name, reason: "its quantised weights would be multiplied")
      }
      weights = try givenWeights(
        node, model: model, outputAxis: gemm.transposeB ? 0 : 1,
        inputScale: values[source].quantization?.scale ?? 1
      ) { gemm.transposeB ? $0 : Self.transposed($0, rows: depth, columns: rows) }
    } else {
      weights = try floatProductWeights(node, gemm, matrix.floats, source: source, rows: rows, depth: depth)
    }
    // A matrix product over a flattened map is a convolution with a filter as large as the map.
    try emit(
      node, source: source, window: Window(kernelHeight: shape.height, kernelWidth: shape.width),
      isDepthwise: false, weights: weights, activation: gemm.activation, addition: nil)
  }

  private func floatProductWeights(
    _ node: Node, _ gemm: Gemm, _ matrix: [Float], source: Int, rows: Int, depth: Int
  ) throws(QuantizationError) -> QuantizedWeights {
    var weights = matrix
    if !gemm.transposeB { weights = Self.transposed(weights, rows: depth, columns: rows) }
    if gemm.alpha != 1 { weights = weights.map { $0 * gemm.alpha } }
    var bias = try bias(of: node, at: 2)
    if bias.count == 1 { bias = [Float](repeating: bias[0], count: rows) }
    if gemm.beta != 1 { bias = bias.map { $0 * gemm.beta } }
    return quantizedWeights(
      node, source: source, isDepthwise: false, weights, perChannel: depth, bias: bias)
  }

  /// Weights of a float network, rounded, with the bias corrected by what that moves.
  private func quantizedWeights(
    _ node: Node, source: Int, isDepthwise: Bool, _ weights: [Float], perChannel: Int, bias: [Float]
  ) -> QuantizedWeights {
    if isTrial {
      let channels = weights.count / max(1, perChannel)
      return QuantizedWeights(
        values: [Int8](repeating: 0, count: weights.count), scales: [Float](repeating: 1, count: channels),
        bias: [Int32](repeating: 0, count: channels))
    }
    return QuantizedWeights(
      weights, perChannel: perChannel, bias: bias, inputScale: values[source].quantization?.scale ?? 1,
      inputMeans: inputMeans(of: node, isDepthwise: isDepthwise, perChannel: perChannel),
      isDepthwise: isDepthwise,
      samples: options.rounding == .adaptive ? calibration.samples[node.outputs[0]] : nil)
  }

  private mutating func emit(
    _ node: Node, source: Int, window: Window, isDepthwise: Bool, weights: QuantizedWeights,
    activation: Activation?, addition: Node?
  ) throws {
    let sumNode = addition ?? node
    var sumActivation = activation
    var residual: Int?
    if let addition, case .add(let activation) = addition.operation {
      sumActivation = activation
      for input in addition.inputs where input != node.outputs[0] {
        residual = try bytes(of: input, node: addition.name)
      }
    }
    let bounds = try clampBounds(of: sumActivation, node: sumNode)
    let name = sumNode.outputs[0]
    let mayStayFloat = model.map { $0.activations[name] == nil } ?? (isFinal(name) || isSoftmaxInput(name))
    let staysFloat = mayStayFloat && residual == nil && !isDepthwise
    let output = try define(
      name, node: node.name, quantization: staysFloat ? nil : try quantization(of: name))
    operations.append(
      .convolution(
        QuantizedConvolution(
          node: node.name, input: source, output: output, window: window, isDepthwise: isDepthwise,
          weights: data.append(weights.values), weightScales: data.append(weights.scales),
          bias: data.append(weights.bias), lower: bounds.lower, upper: bounds.upper, residual: residual)))
  }

  /// Channel means of a node's input where they belong to its weights in an orderly way.
  private func inputMeans(of node: Node, isDepthwise: Bool, perChannel: Int) -> [Float] {
    let means = calibration.channelMeans(of: node.inputs[0])
    guard !means.isEmpty, isDepthwise || perChannel % means.count == 0 else { return [] }
    return means
  }

  private func isSoftmaxInput(_ name: String) -> Bool {
    let readers = graph.nodes.filter { $0.inputs.contains(name) }
    return readers.count == 1
      && readers.allSatisfy { if case .softmax = $0.operation { true } else { false } }
  }

  private func constant(_ name: String, node: Node) throws(QuantizationError) -> Tensor {
    guard let tensor = graph.constants[name], !tensor.shape.isEmpty else {
      throw .unsupported(
        operation: "computed weights", node: node.name, reason: "\"\(name)\" must be a constant")
    }
    return tensor
  }

  private func bias(of node: Node, at position: Int) throws(QuantizationError) -> [Float] {
    guard node.inputs.count > position, !node.inputs[position].isEmpty else { return [] }
    return try constant(node.inputs[position], node: node).floats
  }

  /// Grouped filters with zeros for the channels of the other groups.
  private static func dense<Weight: Numeric>(
    _ filters: [Weight], groups: Int, outputs: Int, taps: Int
  ) -> [Weight] {
    let perGroup = filters.count / max(1, outputs * taps)
    let inputs = perGroup * groups
    var dense = [Weight](repeating: 0, count: outputs * inputs * taps)
    for output in 0..<outputs {
      let firstInput = output / max(1, outputs / groups) * perGroup
      for index in 0..<perGroup * taps {
        dense[output * inputs * taps + firstInput * taps + index] = filters[output * perGroup * taps + index]
      }
    }
    return dense
  }

  private static func transposed<Weight: Numeric>(
    _ matrix: [Weight], rows: Int, columns: Int
  ) -> [Weight] {
    var result = [Weight](repeating: 0, count: matrix.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
    }
    return result
  }
}

extension Window {
  init(_ kernel: Int2, _ strides: Int2, _ dilations: Int2, _ pads: Padding) {
    self.init(
      kernelHeight: kernel.height, kernelWidth: kernel.width, strideHeight: strides.height,
      strideWidth: strides.width, dilationHeight: dilations.height, dilationWidth: dilations.width,
      padTop: pads.top, padLeft: pads.left)
  }
}
