/// int8 weights, symmetric, with a scale an output channel.
struct QuantizedWeights {
  var values: [Int8]
  var scales: [Float]
  /// In units of input scale * weight scale.
  var bias: [Int32]

  /// - Parameters:
  ///   - weights: float32, a row of `perChannel` weights for each output channel.
  ///   - bias: one for each output channel, or empty.
  ///   - inputScale: of the activations these weights meet.
  ///   - inputMeans: what each weight of a row meets on average, for bias correction; empty for none. For
  ///     depthwise filters one mean a row, otherwise one for each `perChannel / inputMeans.count` weights.
  init(
    _ weights: [Float], perChannel: Int, bias: [Float], inputScale: Float, inputMeans: [Float] = [],
    isDepthwise: Bool = false
  ) {
    let channels = perChannel > 0 ? weights.count / perChannel : 0
    values = [Int8](repeating: 0, count: weights.count)
    scales = []
    self.bias = []
    for channel in 0..<channels {
      let row = channel * perChannel..<(channel + 1) * perChannel
      var real = bias.isEmpty ? 0 : bias[channel]
      let scale = Self.scale(weights[row], bias: real, inputScale: inputScale)
      for index in row { values[index] = Self.round(weights[index] / scale) }
      // Rounding the weights moves the mean of the output: the bias takes that back. Nagel et al. 2019,
      // "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.2.
      let spread = inputMeans.isEmpty ? 1 : max(1, perChannel / inputMeans.count)
      for (position, index) in row.enumerated() where !inputMeans.isEmpty {
        let mean =
          isDepthwise ? inputMeans[channel] : inputMeans[min(position / spread, inputMeans.count - 1)]
        let moved = (Float(values[index]) * scale - weights[index]) * mean
        if moved.isFinite { real -= moved }
      }
      scales.append(scale)
      self.bias.append(Self.roundBias(real / (inputScale * scale)))
    }
  }

  /// The scale of least squared error among slightly clipped ones, wide enough that the bias stays an int32 with
  /// room for the sum of products beside it.
  private static func scale(_ row: ArraySlice<Float>, bias: Float, inputScale: Float) -> Float {
    let largest = row.reduce(0) { max($0, abs($1)) }
    let forBias = abs(bias) / (inputScale * 0x1p29)
    let least = forBias.isFinite ? max(forBias, 1e-20) : 1e-20
    guard largest.isFinite, largest > 0 else { return max(least, 1) }
    var best = (error: Float.infinity, scale: largest / 127)
    for step in 0..<12 {
      let scale = largest * (1 - Float(step) * 0.025) / 127
      var error: Float = 0
      for weight in row {
        let difference = weight - Float(round(weight / scale)) * scale
        error += difference * difference
      }
      if error < best.error { best = (error, scale) }
    }
    return max(best.scale, least)
  }

  /// The scale leaves room up to 2^29; only numbers that are no numbers meet the clamp.
  private static func roundBias(_ value: Float) -> Int32 {
    value.isNaN ? 0 : Int32(max(-0x1p29, min(0x1p29, value.rounded(.toNearestOrEven))))
  }

  private static func round(_ value: Float) -> Int8 {
    value.isNaN ? 0 : Int8(max(-127, min(127, value.rounded(.toNearestOrEven))))
  }
}
