/// Chooses the range that a tensor's bytes cover.
enum RangeSearch {
  /// The range of least expected squared error: rounding inside (scale^2 / 12 for each value, Widrow) against
  /// saturation outside, over a grid of clipped ranges.
  ///
  /// - Returns: bounds that hold zero; nil for an empty histogram.
  static func leastSquaredError(_ histogram: ActivationHistogram) -> (lower: Float, upper: Float)? {
    guard !histogram.isEmpty else { return nil }
    let moments = Moments(histogram)
    let lowers = candidates(Double(min(histogram.minimum, 0)))
    let uppers = candidates(Double(max(histogram.maximum, 0)))
    var best = (error: Double.infinity, lower: 0.0, upper: 0.0)
    for lower in lowers {
      for upper in uppers where upper > lower {
        let scale = (upper - lower) / 255
        let error =
          moments.count * scale * scale / 12 + moments.squaredExcess(below: lower)
          + moments.squaredExcess(above: upper)
        if error < best.error { best = (error, lower, upper) }
      }
    }
    guard best.error.isFinite else { return (min(histogram.minimum, 0), max(histogram.maximum, 0)) }
    return (Float(best.lower), Float(best.upper))
  }

  /// From the extreme down to a twentieth of it.
  private static func candidates(_ extreme: Double) -> [Double] {
    extreme == 0 ? [0] : (1...80).map { extreme * Double($0) / 80 }.filter { abs($0) >= abs(extreme) / 20 }
  }

  /// Running sums over the bins, so that the error of a clipped range costs two look-ups.
  private struct Moments {
    private let width: Double
    private var counts: [Double] = [0]
    private var sums: [Double] = [0]
    private var squares: [Double] = [0]

    var count: Double { counts[counts.count - 1] }

    init(_ histogram: ActivationHistogram) {
      width = Double(histogram.width)
      for (bin, occurrences) in histogram.counts.enumerated() {
        let center = (Double(bin - ActivationHistogram.sideBins) + 0.5) * width
        let number = Double(occurrences)
        counts.append(counts[bin] + number)
        sums.append(sums[bin] + number * center)
        squares.append(squares[bin] + number * center * center)
      }
    }

    private func bin(of value: Double) -> Int {
      max(0, min(counts.count - 1, Int((value / width).rounded(.down)) + ActivationHistogram.sideBins))
    }

    /// Sum of (x - bound)^2 over the values above the bound.
    func squaredExcess(above bound: Double) -> Double {
      let first = bin(of: bound)
      let last = counts.count - 1
      return excess(
        counts[last] - counts[first], sums[last] - sums[first], squares[last] - squares[first], bound)
    }

    func squaredExcess(below bound: Double) -> Double {
      let end = bin(of: bound)
      return excess(counts[end], sums[end], squares[end], bound)
    }

    private func excess(_ count: Double, _ sum: Double, _ square: Double, _ bound: Double) -> Double {
      max(0, square - 2 * bound * sum + bound * bound * count)
    }
  }
}
