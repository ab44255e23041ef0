/// How often each magnitude occurs among the values of one tensor, over many images.
///
/// Bins are a power of two wide and start at zero, so that doubling the width merges exactly two bins: the counts
/// do not depend on the order in which values came, nor on how they were divided among threads.
public struct ActivationHistogram: Sendable, Equatable {
  /// Bins on each side of zero.
  static let sideBins = 2048

  /// log2 of a bin's width.
  private(set) var exponent: Int
  /// Bin i covers [(i - sideBins) * width, (i - sideBins + 1) * width).
  private(set) var counts: [UInt64]
  public private(set) var minimum: Float = .infinity
  public private(set) var maximum: Float = -.infinity

  public init() {
    exponent = -60
    counts = [UInt64](repeating: 0, count: 2 * Self.sideBins)
  }

  var width: Float { Float(sign: .plus, exponent: exponent, significand: 1) }

  public var isEmpty: Bool { minimum > maximum }

  /// Of one tensor at most about so many values are counted; over hundreds of images that is enough to know how they
  /// are spread.
  static let sampleSize = 16_384

  /// Counts the finite values, of large tensors a sample at even steps.
  public mutating func add(_ values: UnsafeBufferPointer<Float>) {
    // Odd, so that it does not walk along one column of a map.
    let step = max(1, values.count / Self.sampleSize) | 1
    var low = Float.infinity
    var high = -Float.infinity
    for index in stride(from: 0, to: values.count, by: step) where values[index].isFinite {
      low = values[index] < low ? values[index] : low
      high = values[index] > high ? values[index] : high
    }
    guard low <= high else { return }
    minimum = min(minimum, low)
    maximum = max(maximum, high)
    widen(toHold: max(high, -low))

    let inverseWidth = 1 / width
    let top = Int32(2 * Self.sideBins - 1)
    counts.withUnsafeMutableBufferPointer { counts in
      for index in stride(from: 0, to: values.count, by: step) where values[index].isFinite {
        let position = values[index] * inverseWidth
        // A floor by truncation: the library's is a call on processors that need not have the instruction.
        let truncated = Int32(position)
        let bin = truncated &- (position < Float(truncated) ? 1 : 0) &+ Int32(Self.sideBins)
        counts[Int(bin < 0 ? 0 : bin > top ? top : bin)] &+= 1
      }
    }
  }

  /// Adds another histogram's counts.
  public mutating func merge(_ other: Self) {
    guard !other.isEmpty else { return }
    var other = other
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    while exponent < other.exponent { doubleWidth() }
    while other.exponent < exponent { other.doubleWidth() }
    for index in counts.indices { counts[index] &+= other.counts[index] }
  }

  private mutating func widen(toHold magnitude: Float) {
    while magnitude >= width * Float(Self.sideBins) { doubleWidth() }
  }

  private mutating func doubleWidth() {
    var merged = [UInt64](repeating: 0, count: counts.count)
    for index in counts.indices where counts[index] > 0 {
      // An arithmetic shift is a floor division: the bins at -1 and -2 merge, and those at 0 and 1.
      merged[((index - Self.sideBins) >> 1) + Self.sideBins] &+= counts[index]
    }
    counts = merged
    exponent += 1
  }
}
