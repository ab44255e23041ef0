/// Which outputs along one axis are wanted, and of what resize.
///
/// A stretch of the source (`sourceOffset`, `sourceSize`) is resized to `outputSize`, of which `outputs` are
/// kept: cropping before a resize changes the first pair, cropping after it the last range.
struct ResamplingAxis: Hashable, Sendable {
  var sourceOffset: Int
  var sourceSize: Int
  var outputSize: Int
  var outputs: Range<Int>
  var filter: ResamplingFilter
  /// Whether the stretch is read from its end to its start.
  var isReversed = false

  /// The same outputs from a source that lies the other way round, `length` long.
  func reversed(in length: Int) -> ResamplingAxis {
    var axis = self
    axis.sourceOffset = length - sourceOffset - sourceSize
    axis.isReversed.toggle()
    return axis
  }

  /// About the same outputs from a source of so many eighths of its size, rounded up.
  func scaled(eighths: Int, length: Int) -> ResamplingAxis {
    guard eighths < 8 else { return self }
    let scaledLength = (length * eighths + 7) / 8
    func scaled(_ place: Int) -> Int { min(scaledLength, (2 * place * eighths + 8) / 16) }
    var axis = self
    axis.sourceOffset = min(scaled(sourceOffset), scaledLength - 1)
    axis.sourceSize = max(1, scaled(sourceOffset + sourceSize) - axis.sourceOffset)
    return axis
  }
}

/// The fixed-point weights of an axis, in the order the kernels read them.
///
/// Source: Pillow, libImaging/Resample.c, `precompute_coeffs` and `normalize_coeffs_8bpc`.
struct ResamplingWeights: Sendable {
  /// The part of the source that any kept output depends on.
  let source: Range<Int>
  /// Groups of four taps an output.
  let groups: Int
  /// Of each output: its first tap, relative to `source`.
  private(set) var first: [Int32]
  /// Of each output: how many taps it has.
  private(set) var taps: [Int32]
  /// Of each output: `groups` times eight numbers, the low 15 bits of four weights and then the rest of them.
  private(set) var weights: [Int16]

  init(_ axis: ResamplingAxis) {
    let scale = Double(axis.sourceSize) / Double(axis.outputSize)
    let widening = max(scale, 1)
    let support = axis.filter.support * widening
    let spans = axis.outputs.map { output in
      let center = (Double(output) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(axis.sourceSize, Int(center + support + 0.5))
      return (center: center, start: start, end: max(start, end))
    }
    // Where a span begins in the source as it lies.
    func place(_ span: (center: Double, start: Int, end: Int)) -> Int {
      axis.isReversed ? axis.sourceSize - span.end : span.start
    }
    let lower = spans.map(place).min() ?? 0
    let upper = spans.map { place($0) + $0.end - $0.start }.max() ?? 0
    groups = ((spans.map { $0.end - $0.start }.max() ?? 0) + 3) / 4
    source = lower + axis.sourceOffset..<max(lower, upper) + axis.sourceOffset
    first = spans.map { Int32(place($0) - lower) }
    taps = spans.map { Int32($0.end - $0.start) }
    weights = [Int16](repeating: 0, count: spans.count * groups * 8)
    var values: [Double] = []
    for (index, span) in spans.enumerated() {
      values.removeAll(keepingCapacity: true)
      for position in span.start..<span.end {
        values.append(axis.filter.weight((Double(position) - span.center + 0.5) * (1 / widening)))
      }
      store(values, isReversed: axis.isReversed, at: index * groups * 8)
    }
  }

  /// Normalizes to a sum of one, rounds half away from zero at the 22nd bit, and splits into two parts.
  private mutating func store(_ values: [Double], isReversed: Bool, at start: Int) {
    var sum = 0.0
    for value in values { sum += value }
    for (index, value) in values.enumerated() {
      let tap = isReversed ? values.count - 1 - index : index
      let share = sum != 0 ? value / sum : value
      let scaled = share * Double(1 << 22)
      let weight = Int32(share < 0 ? scaled - 0.5 : scaled + 0.5)
      let place = start + 8 * (tap / 4) + tap % 4
      weights[place] = Int16(truncatingIfNeeded: weight & 0x7fff)
      weights[place + 4] = Int16(truncatingIfNeeded: weight >> 15)
    }
  }
}
