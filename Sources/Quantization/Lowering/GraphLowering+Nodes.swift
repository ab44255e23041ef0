import Network

extension GraphLowering {
  /// Lowers one node; `addition` is the node whose sum this convolution does too.
  mutating func lower(_ node: Node, addition: Node?) throws {
    guard let input = node.inputs.first, let output = node.outputs.first else { return }
    if try lowerFunction(node) { return }
    if try lowerMovement(node) { return }
    switch node.operation {
    case .convolution(let convolution):
      try lowerConvolution(node, convolution, addition: addition)
    case .gemm(let gemm):
      try lowerGemm(node, gemm)
    case .matMul:
      try lowerGemm(node, Gemm())
    case .maxPool(let pooling):
      try lowerPooling(node, pooling, isMaximum: true)
    case .averagePool(let pooling):
      try lowerPooling(node, pooling, isMaximum: false, addsNumbers: model != nil ? true : nil)
    case .globalMaxPool:
      let shape = values[try index(of: input, node: node.name)].shape
      try lowerPooling(node, Pooling(kernel: Int2(shape.height, shape.width)), isMaximum: true)
    case .globalAveragePool where model?.activations[output] != nil:
      let shape = values[try bytes(of: input, node: node.name)].shape
      try lowerPooling(node, Pooling(kernel: Int2(shape.height, shape.width)), isMaximum: false)
    case .globalAveragePool:
      try lowerGlobalAverage(node)
    case .reduceMean(let axes, _) where axes.map(Set.init) == [2, 3] || axes.map(Set.init) == [-1, -2]:
      try lowerGlobalAverage(node)
    case .multiply:
      try lowerProduct(node)
    case .add(let activation):
      try lowerAddition(node, activation)
    case .concat(let axis):
      try lowerConcatenation(node, axis: axis)
    case .softmax:
      try lowerSoftmax(node)
    case .identity where try changesScale(node):
      try lowerRescaling(node)
    case .flatten, .reshape, .squeeze, .unsqueeze, .identity:
      guard !isInOpenIsland(input) else {
        throw QuantizationError.unsupported(
          operation: "a reshape", node: node.name, reason: "what it reshapes is float32")
      }
      guard try !changesScale(node) else { throw scaleChange(node) }
      // Element order stays: another name for the same bytes.
      indices[output] = try index(of: input, node: node.name)
    default:
      throw QuantizationError.unsupported(
        operation: "\(node.operation)".prefix { $0 != "(" }.description, node: node.name,
        reason: "it has no int8 kernel")
    }
  }

  /// Means stay float32, for whoever reads them to round.
  private mutating func lowerGlobalAverage(_ node: Node) throws {
    let source = try bytes(of: node.inputs[0], node: node.name)
    operations.append(
      .globalAverage(input: source, output: try define(node.outputs[0], node: node.name, quantization: nil)))
  }

  private mutating func lowerPooling(
    _ node: Node, _ pooling: Pooling, isMaximum: Bool, addsNumbers: Bool? = nil
  ) throws {
    let source = try bytes(of: node.inputs[0], node: node.name)
    let name = node.outputs[0]
    guard try !isMaximum || !changesScale(node) else { throw scaleChange(node) }
    let window = Window(pooling.kernel, pooling.strides, pooling.dilations, pooling.pads)
    try checkWindow(window, of: node, from: values[source].shape)
    if !isMaximum, pooling.ceilMode, pooling.countIncludesPadding, pooling.countsOverhang != true {
      throw QuantizationError.unsupported(
        operation: "AveragePool", node: node.name,
        reason: "its last windows may count less than all of their taps")
    }
    let output = try define(
      name, node: node.name,
      quantization: isMaximum ? values[source].quantization : try quantization(of: name))
    operations.append(
      .pooling(
        QuantizedPooling(
          node: node.name, input: source, output: output,
          window: window, isMaximum: isMaximum, includesPadding: pooling.countIncludesPadding,
          addsNumbers: addsNumbers)))
  }

  /// - Throws: `QuantizationError.unsupported` for a window that no kernel takes.
  func checkWindow(_ window: Window, of node: Node, from input: MapShape) throws(QuantizationError) {
    guard let shape = shapes[node.outputs[0]], let output = MapShape(shape),
      !window.isSound(from: input, to: output)
    else { return }
    throw .unsupported(
      operation: node.operation.kind, node: node.name,
      reason: "its window is larger than 4096, or lies behind the map for some of its outputs")
  }

  private mutating func lowerAddition(_ node: Node, _ activation: Activation?) throws {
    let bounds = try clampBounds(of: activation, node: node)
    guard node.inputs.count == 2, node.inputs.allSatisfy({ shapes[$0] == shapes[node.outputs[0]] }) else {
      throw QuantizationError.unsupported(
        operation: "Add with broadcasting", node: node.name, reason: "two tensors of one shape are expected")
    }
    let left = try bytes(of: node.inputs[0], node: node.name)
    let right = try bytes(of: node.inputs[1], node: node.name)
    let output = try define(
      node.outputs[0], node: node.name, quantization: try quantization(of: node.outputs[0]))
    operations.append(
      .add(left: left, right: right, output: output, lower: bounds.lower, upper: bounds.upper))
  }

  private mutating func lowerConcatenation(_ node: Node, axis: Int) throws {
    let rank = shapes[node.outputs[0]]?.count ?? 0
    guard axis == 1 || axis == 1 - rank else {
      throw QuantizationError.unsupported(
        operation: "Concat along axis \(axis)", node: node.name, reason: "channels (axis 1) are expected")
    }
    let quantization = try quantization(of: node.outputs[0])
    var parts: [Int] = []
    for input in node.inputs {
      var part = try bytes(of: input, node: node.name)
      part = rescaled(part, to: quantization)
      parts.append(part)
    }
    let output = try define(node.outputs[0], node: node.name, quantization: quantization)
    operations.append(.concat(inputs: parts, output: output))
  }

  private mutating func lowerSoftmax(_ node: Node) throws {
    guard !isInOpenIsland(node.inputs[0]) else {
      throw QuantizationError.unsupported(
        operation: "Softmax", node: node.name, reason: "what it reads is float32")
    }
    let source = try index(of: node.inputs[0], node: node.name)
    guard values[source].quantization == nil, values[source].shape.height * values[source].shape.width == 1
    else {
      throw QuantizationError.unsupported(
        operation: "Softmax", node: node.name,
        reason: "it is expected only after the last layer, over classes")
    }
    operations.append(
      .softmax(input: source, output: try define(node.outputs[0], node: node.name, quantization: nil)))
  }

  /// The clamp of a fused activation.
  func clampBounds(of activation: Activation?, node: Node) throws(QuantizationError) -> (
    lower: Float?, upper: Float?
  ) {
    guard let activation else { return (nil, nil) }
    guard let bounds = activation.bounds else {
      throw .unsupported(operation: "\(activation)", node: node.name, reason: "only clamps can be fused")
    }
    return bounds
  }
}
