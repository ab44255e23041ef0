import Network

/// What the values of a float graph look like on real images: the ground for choosing int8 ranges.
public struct Calibration: Sendable {
  /// By value name.
  public private(set) var histograms: [String: ActivationHistogram] = [:]
  private var means: [String: ChannelMeans] = [:]
  /// By the value that the reading layer makes.
  private(set) var samples: [String: LayerSamples] = [:]

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
    let key = SampledLayer.key(of: input)
    let layers = Dictionary(
      grouping: executor.graph.nodes.compactMap { SampledLayer($0, in: executor.graph) }, by: \.input)
    seen.count(name, input)
    seen.sample(input, for: layers[name], key: key)
    _ = try executor.run([name: input], outputs: executor.graph.outputs) {
      seen.count($0, $1)
      seen.sample($1, for: layers[$0], key: key)
    }
  }

  /// Adds what another calibration, of other images, has seen. The order of merging does not matter.
  public mutating func merge(_ other: Self) {
    for (value, histogram) in other.histograms {
      histograms[value, default: ActivationHistogram()].merge(histogram)
    }
    for (value, mean) in other.means { means[value, default: ChannelMeans()].merge(mean) }
    for (layer, rows) in other.samples {
      samples[layer, default: LayerSamples(width: rows.width)].merge(rows)
    }
  }

  /// The mean of each channel of a value; empty where it was never seen.
  func channelMeans(of value: String) -> [Float] { means[value]?.values ?? [] }

  private mutating func count(_ value: String, _ tensor: Tensor) {
    tensor.withFloats { histograms[value, default: ActivationHistogram()].add($0) }
    means[value, default: ChannelMeans()].add(tensor)
  }

  private mutating func sample(_ tensor: Tensor, for layers: [SampledLayer]?, key: UInt64) {
    for layer in layers ?? [] where samples[layer.output]?.wants(key) ?? true {
      guard let rows = layer.rows(tensor, key: key) else { continue }
      samples[layer.output, default: LayerSamples(width: rows.width)].add(rows.values, key: key)
    }
  }
}
