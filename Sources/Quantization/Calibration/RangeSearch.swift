import Foundation

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

  static func extremes(_ histogram: ActivationHistogram) -> (lower: Float, upper: Float)? {
    histogram.isEmpty ? nil : (min(histogram.minimum, 0), max(histogram.maximum, 0))
  }

  /// Leaves out the share `1 - quantile` of the values at either end.
  static func percentile(_ histogram: ActivationHistogram, _ quantile: Double) -> (
    lower: Float, upper: Float
  )? {
    guard let extremes = extremes(histogram) else { return nil }
    let total = histogram.counts.reduce(0, &+)
    let outside = UInt64((1 - quantile) * Double(total))
    func bound(_ counts: some Sequence<UInt64>) -> Int {
      var seen: UInt64 = 0
      var bins = 0
      for count in counts {
        seen &+= count
        if seen > outside { break }
        bins += 1
      }
      return bins
    }
    let lower = Float(bound(histogram.counts) - ActivationHistogram.sideBins) * histogram.width
    let upper = Float(ActivationHistogram.sideBins - bound(histogram.counts.reversed())) * histogram.width
    return (min(0, max(extremes.lower, lower)), max(0, min(extremes.upper, upper)))
  }

  /// The clipped range whose 256 steps keep most of what the distribution tells: least Kullback-Leibler divergence.
  ///
  /// Source: Migacz 2017, "8-bit Inference with TensorRT".
  static func leastDivergence(_ histogram: ActivationHistogram) -> (lower: Float, upper: Float)? {
    guard let extremes = extremes(histogram) else { return nil }
    let (width, side) = (histogram.width, ActivationHistogram.sideBins)
    var best = (divergence: Double.infinity, range: extremes)
    // Less than half of the extremes would cut off more than the divergence of a sample can tell.
    for step in 20...40 {
      let share = Float(step) / 40
      let range = (lower: extremes.lower * share, upper: extremes.upper * share)
      let first = max(0, Int((range.lower / width).rounded(.down)) + side)
      let last = min(histogram.counts.count, Int((range.upper / width).rounded(.up)) + side)
      guard last - first >= 258 else { continue }
      let divergence = divergence(of: histogram.counts, first..<last)
      if divergence < best.divergence { best = (divergence, range) }
    }
    return best.range
  }

  /// Between the counts with what lies outside put at the ends, and the same counts evened out within 256 steps.
  private static func divergence(of counts: [UInt64], _ bins: Range<Int>) -> Double {
    var clipped = counts[bins].map { Double($0) }
    // Zero is a step of its own, however many values it has (ReLU): it says nothing of how wide steps should be.
    let zero = ActivationHistogram.sideBins - bins.lowerBound
    if zero >= 0, zero + 1 < clipped.count { clipped[zero] = min(clipped[zero], clipped[zero + 1]) }
    let inside = clipped
    clipped[0] += counts[..<bins.lowerBound].reduce(0) { $0 + Double($1) }
    clipped[clipped.count - 1] += counts[bins.upperBound...].reduce(0) { $0 + Double($1) }
    let (total, kept) = (clipped.reduce(0, +), inside.reduce(0, +))
    guard total > 0, kept > 0 else { return .infinity }
    var sum = 0.0
    // The first and the last bin lie at exact steps as well: what an activation clips gathers there.
    let between = inside.count - 2
    for step in 0..<258 {
      let members =
        step == 256
        ? 0..<1
        : step == 257
          ? inside.count - 1..<inside.count
          : 1 + step * between / 256..<1 + (step + 1) * between / 256
      let occupied = members.lazy.filter { inside[$0] > 0 }.count
      let level = members.reduce(0) { $0 + inside[$1] } / Double(max(1, occupied)) / kept
      for member in members where clipped[member] > 0 {
        // An end where only outliers lie has no level: a small one keeps the logarithm finite.
        let expected = inside[member] > 0 ? level : 1e-9
        sum += clipped[member] / total * log(clipped[member] / total / expected)
      }
    }
    return sum
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
