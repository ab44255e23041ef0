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
  ///   - inputMeans: of each input channel, for bias correction; empty for none. Depthwise rows meet the channel of
  ///     their own number, other rows all channels one after another.
  ///   - samples: rows of the input, for adaptive rounding; nil for rounding each weight to its nearest step.
  init(
    _ weights: [Float], perChannel: Int, bias: [Float], inputScale: Float, inputMeans: [Float] = [],
    isDepthwise: Bool = false, samples: LayerSamples? = nil
  ) {
    let channels = perChannel > 0 ? weights.count / perChannel : 0
    // A local: storing through `self` would check for exclusive access at every weight.
    var values = [Int8](repeating: 0, count: weights.count)
    var scales: [Float] = []
    self.bias = []
    for channel in 0..<channels {
      let row = channel * perChannel..<(channel + 1) * perChannel
      let scale = Self.scale(weights[row], bias: bias.isEmpty ? 0 : bias[channel], inputScale: inputScale)
      scales.append(scale)
      let inverse = 1 / scale
      for index in row { values[index] = Self.round(weights[index] * inverse) }
    }
    if let samples {
      values =
        Self.adapted(weights, scales, perChannel: perChannel, isDepthwise: isDepthwise, samples) ?? values
    }
    for channel in 0..<channels {
      let row = channel * perChannel..<(channel + 1) * perChannel
      var real = bias.isEmpty ? 0 : bias[channel]
      let scale = scales[channel]
      if !inputMeans.isEmpty {
        let means = isDepthwise ? inputMeans[channel...channel] : inputMeans[...]
        let moved = Self.movedMean(weights[row], values[row], scale: scale, inputMeans: means)
        if moved.isFinite { real -= moved }
      }
      self.bias.append(Self.roundBias(real / (inputScale * scale)))
    }
    self.values = values
    self.scales = scales
  }

  /// Weights rounded so that errors cancel on the samples; nil where the samples don't fit or the filters are too
  /// long.
  private static func adapted(
    _ weights: [Float], _ scales: [Float], perChannel: Int, isDepthwise: Bool, _ samples: LayerSamples
  ) -> [Int8]? {
    let rows = samples.values
    guard isDepthwise else {
      guard samples.width == perChannel else { return nil }
      return AdaptiveRounding(rows: rows, count: perChannel)?.round(weights[...], scales: scales[...])
    }
    guard samples.width == weights.count, perChannel > 1 else { return nil }
    var values: [Int8] = []
    for channel in scales.indices {
      let filter = channel * perChannel..<(channel + 1) * perChannel
      var own: [Float] = []
      for start in stride(from: 0, to: rows.count, by: samples.width) {
        own += rows[start + filter.lowerBound..<start + filter.upperBound]
      }
      values +=
        AdaptiveRounding(rows: own, count: perChannel)?
        .round(weights[filter], scales: scales[channel...channel])
        ?? filter.map { Self.round(weights[$0] / scales[channel]) }
    }
    return values
  }

  /// By how much rounding a row moves the mean of its output: the bias takes that back.
  ///
  /// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction",
  /// section 4.2.
  private static func movedMean(
    _ weights: ArraySlice<Float>, _ values: ArraySlice<Int8>, scale: Float, inputMeans: ArraySlice<Float>
  ) -> Float {
    let taps = weights.count / inputMeans.count
    var moved: Float = 0
    var index = weights.startIndex
    for mean in inputMeans {
      var difference: Float = 0
      for _ in 0..<taps {
        difference += Float(values[index]) * scale - weights[index]
        index += 1
      }
      moved += difference * mean
    }
    return moved
  }

  /// The scale of least squared error among slightly clipped ones, wide enough that the bias stays an int32 with
  /// room for the sum of products beside it.
  private static func scale(_ row: ArraySlice<Float>, bias: Float, inputScale: Float) -> Float {
    let largest = row.reduce(0) { max($0, abs($1)) }
    let forBias = abs(bias) / (inputScale * 0x1p29)
    let least = forBias.isFinite ? max(forBias, 1e-20) : 1e-20
    guard largest.isFinite, largest > 0 else { return max(least, 1) }
    var best = (error: Float.infinity, scale: largest / 127)
    row.withUnsafeBufferPointer { row in
      for step in 0..<12 {
        let scale = largest * (1 - Float(step) * 0.025) / 127
        let error = squaredError(row, scale: scale, enough: best.error)
        if error < best.error { best = (error, scale) }
      }
    }
    return max(best.scale, least)
  }

  /// 1.5 * 2^23: adding it and taking it off rounds half to even without a library call.
  private static let roundingMagic: Float = 12_582_912

  /// Of rounding a row with a scale; stops where it is no better than `enough`.
  private static func squaredError(_ row: UnsafeBufferPointer<Float>, scale: Float, enough: Float) -> Float {
    let inverse = 1 / scale
    var errors = SIMD8<Float>()
    let vectors = UnsafeRawBufferPointer(row)
    let whole = row.count / 8
    for index in 0..<whole {
      let weights = vectors.loadUnaligned(fromByteOffset: index &* 32, as: SIMD8<Float>.self)
      var quantized = (weights * inverse + roundingMagic) - roundingMagic
      quantized.clamp(lowerBound: SIMD8(repeating: -127), upperBound: SIMD8(repeating: 127))
      let difference = weights - quantized * scale
      errors += difference * difference
      if index & 127 == 127, errors.sum() >= enough { return .infinity }
    }
    return row[(whole * 8)...].reduce(errors.sum()) { sum, weight in
      let difference = weight - Float(round(weight * inverse)) * scale
      return sum + difference * difference
    }
  }

  /// The scale leaves room up to 2^29; only numbers that are no numbers meet the clamp.
  private static func roundBias(_ value: Float) -> Int32 {
    value.isNaN ? 0 : Int32(max(-0x1p29, min(0x1p29, value.rounded(.toNearestOrEven))))
  }

  private static func round(_ value: Float) -> Int8 {
    value.isNaN ? 0 : Int8((max(-127, min(127, value)) + roundingMagic) - roundingMagic)
  }
}
