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
  /// - Throws: `QuantizationError.unsupported` where they are not symmetric in 8 bits, or could overflow 32.
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
    let values = arrange(symmetric.values)
    var scales = symmetric.scales
    var biases = [Double](repeating: 0, count: scales.count)
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      let bias = node.inputs[2]
      guard let reals = biasNumbers(bias, model: model), reals.count == scales.count else {
        throw unsupported("its biases are no constants, one an output channel")
      }
      biases = reals
    }
    let perChannel = scales.isEmpty ? 0 : values.count / scales.count
    var levels: [Int32] = []
    for channel in scales.indices {
      let row = values[channel * perChannel..<(channel + 1) * perChannel]
      let products = row.reduce(0) { $0 + 255 * abs(Int($1)) }
      // A channel without weights gives its bias whatever its scale is, which may be one that the bias doesn't fit.
      if products == 0 {
        scales[channel] = Float(max(abs(biases[channel]) / Double(inputScale) / 0x1p24, 1e-20))
      }
      let level = (biases[channel] / (Double(inputScale) * Double(scales[channel]))).rounded(.toNearestOrEven)
      guard level.isFinite, abs(level) + Double(products) < 0x1p30, scales[channel].isNormal else {
        throw unsupported("channel \(channel) could overflow 32 bits")
      }
      levels.append(Int32(level))
    }
    return QuantizedWeights(values: values, scales: scales, bias: levels)
  }

  private func biasNumbers(_ name: String, model: QuantizedModel) -> [Double]? {
    guard let quantized = model.constants[name] else { return graph.constants[name]?.doubles }
    guard let levels = quantized.integers.integers else { return nil }
    let (scales, zeros) = (quantized.scales, quantized.zeroPoints)
    return levels.enumerated().map { index, level in
      let at = scales.count == 1 ? 0 : index % scales.count
      return Double(level &- zeros[at]) * Double(scales[at])
    }
  }

  /// What the model's bytes can hold, for a result that stays float32.
  func byteRange(of name: String, within bounds: (lower: Float?, upper: Float?)) -> (
    lower: Float?, upper: Float?
  ) {
    guard let quantization = model?.activations[name] else { return bounds }
    let (least, most) = (quantization.dequantize(0), quantization.dequantize(255))
    return (max(bounds.lower ?? least, least), min(bounds.upper ?? most, most))
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
