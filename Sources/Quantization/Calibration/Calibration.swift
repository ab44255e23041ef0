import Network

/// What the values of a float graph look like on real images: the ground for choosing int8 ranges.
public struct Calibration: Sendable {
  /// By value name.
  public private(set) var histograms: [String: ActivationHistogram] = [:]
  private var means: [String: ChannelMeans] = [:]

  public init() {}

  /// Runs the graph on one input and counts every value it makes.
  ///
  /// - Parameter input: float32 [1, C, H, W].
  public mutating func observe(_ input: Tensor, through executor: FloatExecutor) throws {
    guard let name = executor.graph.inputs.first?.name else { return }
    // The executor's closure can't write into `self`: what was seen so far moves into a local while it runs.
    var seen = Calibration()
    swap(&seen, &self)
    defer { swap(&seen, &self) }
    seen.count(name, input)
    _ = try executor.run([name: input], outputs: executor.graph.outputs) { seen.count($0, $1) }
  }

  /// Adds what another calibration, of other images, has seen. The order of merging does not matter.
  public mutating func merge(_ other: Self) {
    for (value, histogram) in other.histograms {
      histograms[value, default: ActivationHistogram()].merge(histogram)
    }
    for (value, mean) in other.means { means[value, default: ChannelMeans()].merge(mean) }
  }

  /// The range of least squared error for a value.
  func range(of value: String) throws(QuantizationError) -> (lower: Float, upper: Float) {
    guard let range = histograms[value].flatMap(RangeSearch.leastSquaredError) else {
      throw .notCalibrated(value: value)
    }
    return range
  }

  /// The mean of each channel of a value; empty where it was never seen.
  func channelMeans(of value: String) -> [Float] { means[value]?.values ?? [] }

  private mutating func count(_ value: String, _ tensor: Tensor) {
    tensor.withFloats { histograms[value, default: ActivationHistogram()].add($0) }
    means[value, default: ChannelMeans()].add(tensor)
  }
}
