import Network

/// Models that are quantised already.
extension GraphLowering {
  /// Whether the model has other scales for what a node makes than for what it reads.
  func changesScale(_ node: Node) throws -> Bool {
    guard let model, let output = model.activations[node.outputs[0]] else { return false }
    guard let input = indices[node.inputs[0]].flatMap({ values[$0].quantization }) else {
      return model.activations[node.inputs[0]].map { $0 != output } ?? (node.operation == .identity)
    }
    return input != output
  }

  func scaleChange(_ node: Node) -> QuantizationError {
    .unsupported(
      operation: "an operator that only moves elements", node: node.name,
      reason: "the model has another scale for its result than for what it reads")
  }

  /// From one scale to another, or from float32 to bytes.
  mutating func lowerRescaling(_ node: Node) throws {
    let from = try index(of: node.inputs[0], node: node.name)
    let to = try quantization(of: node.outputs[0])
    guard let quantization = values[from].quantization else {
      guard isInPlainOrder(from) else { throw scaleChange(node) }
      indices[node.outputs[0]] = quantized(from, as: to)
      return
    }
    let output = try define(node.outputs[0], node: node.name, quantization: to)
    operations.append(
      .lookup(input: from, output: output, table: data.append(quantization.table(to: to) { $0 })))
  }

  /// The index of a value in another scale.
  mutating func rescaled(_ value: Int, to quantization: AffineQuantization) -> Int {
    guard let from = values[value].quantization, from != quantization else { return value }
    values.append(
      QuantizedValue(
        name: "\(values[value].name) (int8, scale \(quantization.scale))", shape: values[value].shape,
        quantization: quantization))
    operations.append(
      .lookup(
        input: value, output: values.count - 1, table: data.append(from.table(to: quantization) { $0 })))
    return values.count - 1
  }

  /// The model's own integers as the kernels have them.
  ///
  /// - Parameters:
  ///   - outputAxis: the weights' dimension of the output channels.
  ///   - arrange: puts the weights into rows, one an output channel.
  /// - Throws: `QuantizationError.unsupported` where they are not symmetric in 8 bits, or a bias isn't in 32.
  func givenWeights(
    _ node: Node, model: QuantizedModel, outputAxis: Int, inputScale: Float, arrange: ([Int8]) -> [Int8]
  ) throws(QuantizationError) -> QuantizedWeights {
    func unsupported(_ reason: String) -> QuantizationError {
      .unsupported(operation: "a layer", node: node.name, reason: reason)
    }
    guard let constant = model.constants[node.inputs[1]] else {
      throw unsupported("its weights are not quantised in the model")
    }
    let symmetric: (values: [Int8], scales: [Float])
    do {
      symmetric = try constant.symmetric(outputAxis: outputAxis)
    } catch {
      throw unsupported(error.reason)
    }
    let scales = symmetric.scales
    var levels = [Int32](repeating: 0, count: scales.count)
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      guard let given = biasLevels(node.inputs[2], model: model, scales: scales.map { inputScale * $0 })
      else {
        throw unsupported("its biases are no constants, one an output channel, that fit 32 bits")
      }
      levels = given
    }
    guard scales.allSatisfy(\.isFinite) else { throw unsupported("a scale of its weights is no number") }
    return QuantizedWeights(values: arrange(symmetric.values), scales: scales, bias: levels)
  }

  /// Biases in units of `scales`: the model's own integers where it has them in these units, however large. A sum that
  /// they take beyond 32 bits wraps around, here as there.
  func biasLevels(_ name: String, model: QuantizedModel, scales: [Float]) -> [Int32]? {
    if let quantized = model.constants[name], let integers = quantized.integers.integers,
      quantized.zeroPoints.allSatisfy({ $0 == 0 }), integers.count == scales.count,
      scales.indices.allSatisfy({ index in
        let own = quantized.scales[quantized.scales.count == 1 ? 0 : index]
        return abs(own - scales[index]) <= 1e-4 * scales[index]
      })
    {
      let levels = integers.compactMap { Int32(exactly: $0) }
      return levels.count == scales.count ? levels : nil
    }
    let reals = (model.constants[name]?.tensor ?? graph.constants[name])?.doubles
    guard let reals, reals.count == scales.count else { return nil }
    var levels: [Int32] = []
    for (real, scale) in zip(reals, scales) {
      let level = real == 0 ? 0 : (real / Double(scale)).rounded(.toNearestOrEven)
      guard abs(level) < 0x1p31 else { return nil }
      levels.append(Int32(level))
    }
    return levels
  }
}

extension QuantizedWeights {
  init(values: [Int8], scales: [Float], bias: [Int32]) {
    self.values = values
    self.scales = scales
    self.bias = bias
  }
}

extension AffineQuantization {
  /// A function of one activation, from bytes of this quantisation to bytes of another.
  func table(to other: Self, _ function: (Float) -> Float) -> [UInt8] {
    (0...255).map { other.quantize(function(dequantize(UInt8($0)))) }
  }
}
