import Network

/// Chooses each activation's range.
struct RangeSelection {
  private let rule: QuantizationOptions.Ranges
  private let calibration: Calibration
  /// By value, the layers that read it.
  private var readers: [String: [Reader]] = [:]

  /// A layer that reads a value, as far as noise at its output is concerned.
  private struct Reader {
    let output: String
    /// One row is enough to tell the expected noise of all outputs: each is a sum of the layer's filters with random
    /// signs (Hutchinson's estimator of a trace).
    let filters: [[Float]]
  }

  private static let sketches = 8
  /// Floats of samples looked at for a layer.
  private static let largestSample = 400_000

  init(_ graph: Graph, calibration: Calibration, rule: QuantizationOptions.Ranges) {
    self.rule = rule
    self.calibration = calibration
    guard rule == .best else { return }
    for node in graph.nodes {
      guard let layer = SampledLayer(node, in: graph), let samples = calibration.samples[layer.output],
        let weights = graph.constants[node.inputs[1]], weights.element == .float32
      else { continue }
      let filters = Self.sketches(of: weights, node, width: samples.width)
      guard !filters.isEmpty else { continue }
      readers[layer.input, default: []].append(Reader(output: layer.output, filters: filters))
    }
  }

  func range(of value: String) throws(QuantizationError) -> (lower: Float, upper: Float) {
    guard let histogram = calibration.histograms[value],
      let usual = RangeSearch.leastSquaredError(histogram)
    else { throw .notCalibrated(value: value) }
    switch rule {
    case .minmax: return RangeSearch.extremes(histogram) ?? usual
    case .percentile: return RangeSearch.percentile(histogram, 0.99999) ?? usual
    case .mse: return usual
    case .kl: return RangeSearch.leastDivergence(histogram) ?? usual
    case .best: break
    }
    guard let readers = readers[value] else { return usual }
    let candidates =
      [usual]
      + [
        RangeSearch.extremes(histogram), RangeSearch.percentile(histogram, 0.9999),
        RangeSearch.percentile(histogram, 0.99999), RangeSearch.leastDivergence(histogram),
      ].compactMap(\.self)
    var best = (noise: Float.infinity, range: usual)
    for candidate in candidates {
      let noise = readers.reduce(0) { $0 + relativeNoise(candidate, $1) }
      if noise < best.noise { best = (noise, candidate) }
    }
    return best.range
  }

  /// Noise over signal at a layer's output, with its input rounded within a range.
  private func relativeNoise(_ range: (lower: Float, upper: Float), _ reader: Reader) -> Float {
    guard let samples = calibration.samples[reader.output] else { return 0 }
    let rows = samples.values
    let quantization = AffineQuantization(lower: range.lower, upper: range.upper)
    let (scale, inverse) = (quantization.scale, 1 / quantization.scale)
    let lowest = -Float(quantization.zeroPoint)
    let highest = 255 + lowest
    let used = min(rows.count, max(samples.width, Self.largestSample / samples.width * samples.width))
    let errors = rows[..<used].map { value in
      let step = max(lowest, min(highest, (value * inverse + 12_582_912) - 12_582_912))
      return step * scale - value
    }
    var (noise, signal): (Float, Float) = (0, 0)
    for filter in reader.filters {
      for start in stride(from: 0, to: used, by: samples.width) {
        let places = start..<start + samples.width
        let moved = Self.dot(errors, places, filter)
        let whole = Self.dot(rows, places, filter)
        noise += moved * moved
        signal += whole * whole
      }
    }
    return signal > 0 ? noise / signal : 0
  }

  private static func dot(_ values: [Float], _ places: Range<Int>, _ filter: [Float]) -> Float {
    values.withUnsafeBufferPointer { values in
      filter.withUnsafeBufferPointer { filter in
        let (left, right) = (UnsafeRawBufferPointer(values), UnsafeRawBufferPointer(filter))
        var sums = SIMD16<Float>.zero
        let whole = filter.count / 16
        for index in 0..<whole {
          sums +=
            left.loadUnaligned(
              fromByteOffset: (places.lowerBound &+ index &* 16) &* 4, as: SIMD16<Float>.self)
            * right.loadUnaligned(fromByteOffset: index &* 64, as: SIMD16<Float>.self)
        }
        var sum = sums.sum()
        for index in (whole &* 16)..<filter.count {
          sum += values[places.lowerBound &+ index] * filter[index]
        }
        return sum
      }
    }
  }

  private static func sketches(of weights: Tensor, _ node: Node, width: Int) -> [[Float]] {
    var isTransposed = false
    switch node.operation {
    case .gemm(let gemm):
      if gemm.transposeA { return [] }
      isTransposed = !gemm.transposeB
    case .matMul: isTransposed = true
    default: break
    }
    let isDepthwise = weights.count == width && weights.shape.count == 4 && weights.shape[1] == 1
    let outputs = isTransposed ? weights.shape[1] : weights.shape[0]
    guard isDepthwise || outputs * width == weights.count else { return [] }
    let taps = max(1, weights.count / max(1, outputs))
    return (0..<sketches).map { sketch in
      var state = UInt64(sketch) &* 0x9e37_79b9_7f4a_7c15 &+ 1
      let signs = (0..<outputs).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 63 == 0 ? 1 : -1
      }
      var sum = [Float](repeating: 0, count: width)
      weights.withFloats { weights in
        for output in 0..<outputs {
          for index in 0..<taps {
            let weight = weights[isTransposed ? index &* outputs &+ output : output &* taps &+ index]
            sum[isDepthwise ? output &* taps &+ index : index] += signs[output] * weight
          }
        }
      }
      return sum
    }
  }
}
