/// How a float network becomes int8.
public struct QuantizationOptions: Sendable, Hashable, Codable {
  /// How the range of an activation is chosen.
  public enum Ranges: String, Sendable, Hashable, Codable, CaseIterable {
    /// All that calibration saw.
    case minmax
    /// All but one in a hundred thousand at either end.
    case percentile
    /// Least squared error of the values.
    case mse
    /// Least Kullback-Leibler divergence.
    case kl
    /// Of all these the one with the highest signal-to-noise ratio at the outputs of the layers that read it.
    case best
  }

  public enum Rounding: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each weight to its nearest step.
    case nearest
    /// So that errors cancel at the layer's output.
    case adaptive
  }

  public var ranges: Ranges
  public var rounding: Rounding

  public init(ranges: Ranges = .best, rounding: Rounding = .adaptive) {
    self.ranges = ranges
    self.rounding = rounding
  }
}
