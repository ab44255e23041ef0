import Network

/// What the values of a float graph look like on real images: the ground for choosing int8 ranges.
public struct Calibration: Sendable {
  /// By value name.
  public private(set) var histograms: [String: ActivationHistogram] = [:]

  public init() {}

  /// Runs the graph on one input and counts every value it makes.
  ///
  /// - Parameter input: float32 [1, C, H, W].
  public mutating func observe(_ input: Tensor, through executor: FloatExecutor) throws {
    guard let name = executor.graph.inputs.first?.name else { return }
    count(name, input)
    var collected: [(String, ActivationHistogram)] = []
    let existing = histograms
    _ = try executor.run([name: input], outputs: executor.graph.outputs) { value, tensor in
      var histogram = existing[value] ?? ActivationHistogram()
      tensor.withFloats { histogram.add($0) }
      collected.append((value, histogram))
    }
    for (value, histogram) in collected { histograms[value] = histogram }
  }

  /// Adds what another calibration, of other images, has seen. The order of merging does not matter.
  public mutating func merge(_ other: Self) {
    for (value, histogram) in other.histograms {
      histograms[value, default: ActivationHistogram()].merge(histogram)
    }
  }

  /// The range of least squared error for a value.
  func range(of value: String) throws(QuantizationError) -> (lower: Float, upper: Float) {
    guard let range = histograms[value].flatMap(RangeSearch.leastSquaredError) else {
      throw .notCalibrated(value: value)
    }
    return range
  }

  private mutating func count(_ value: String, _ tensor: Tensor) {
    tensor.withFloats { histograms[value, default: ActivationHistogram()].add($0) }
  }
}
