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
  /// What a stretch of whole samples has too many: before its start, in the direction of reading, and in all.
  var inset = 0.0
  var trim = 0.0

  /// The same outputs from a source that lies the other way round, `length` long.
  func reversed(in length: Int) -> ResamplingAxis {
    var axis = self
    axis.sourceOffset = length - sourceOffset - sourceSize
    axis.isReversed.toggle()
    return axis
  }

  /// The same outputs from a source of so many eighths of its size, rounded up.
  func scaled(eighths: Int, length: Int) -> ResamplingAxis {
    guard eighths < 8 else { return self }
    let share = Double(eighths) / 8
    let start = (Double(sourceOffset) + (isReversed ? trim - inset : inset)) * share
    let end = start + (Double(sourceSize) - trim) * share
    let scaledLength = (length * eighths + 7) / 8
    var axis = self
    axis.sourceOffset = min(Int(start), scaledLength - 1)
    axis.sourceSize = max(1, min(scaledLength, Int(end.rounded(.up))) - axis.sourceOffset)
    let upper = Double(axis.sourceOffset + axis.sourceSize)
    axis.inset = isReversed ? upper - end : start - Double(axis.sourceOffset)
    axis.trim = Double(axis.sourceSize) - (end - start)
    return axis
  }
}

extension ResamplingAxis {
  /// The samples that an output is made of, in the direction of reading.
  struct Span {
    var center: Double
    var start: Int
    var end: Int
  }

  private var scale: Double { (Double(sourceSize) - trim) / Double(outputSize) }
  /// How much wider than itself the filter is: an image that shrinks is antialiased.
  private var widening: Double { max(scale, 1) }

  /// Of every kept output.
  func spans() -> [Span] {
    let support = filter.support * widening
    return outputs.map { output in
      let center = inset + (Double(output) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(sourceSize, Int(center + support + 0.5))
      return Span(center: center, start: start, end: max(start, end))
    }
  }

  /// Where a span begins in the stretch as it lies.
  func place(_ span: Span) -> Int { isReversed ? sourceSize - span.end : span.start }

  /// What each sample of a span, in the order in which they lie, has of an output: together one.
  ///
  /// - Parameter shares: is written over; the caller keeps it, for there are many spans.
  func findShares(of span: Span, into shares: inout [Double]) {
    shares.removeAll(keepingCapacity: true)
    var sum = 0.0
    for position in span.start..<span.end {
      let value = filter.weight((Double(position) - span.center + 0.5) * (1 / widening))
      shares.append(value)
      sum += value
    }
    if sum != 0 {
      for index in shares.indices { shares[index] /= sum }
    }
    if isReversed { shares.reverse() }
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
    let spans = axis.spans()
    let lower = spans.map(axis.place).min() ?? 0
    let upper = spans.map { axis.place($0) + $0.end - $0.start }.max() ?? 0
    groups = ((spans.map { $0.end - $0.start }.max() ?? 0) + 3) / 4
    source = lower + axis.sourceOffset..<max(lower, upper) + axis.sourceOffset
    first = spans.map { Int32(axis.place($0) - lower) }
    taps = spans.map { Int32($0.end - $0.start) }
    weights = [Int16](repeating: 0, count: spans.count * groups * 8)
    var shares: [Double] = []
    for (index, span) in spans.enumerated() {
      axis.findShares(of: span, into: &shares)
      store(shares, at: index * groups * 8)
    }
  }

  /// Rounds half away from zero at the 22nd bit, and splits into two parts.
  private mutating func store(_ shares: [Double], at start: Int) {
    for (tap, share) in shares.enumerated() {
      let scaled = share * Double(1 << 22)
      let weight = Int32(share < 0 ? scaled - 0.5 : scaled + 0.5)
      let place = start + 8 * (tap / 4) + tap % 4
      weights[place] = Int16(truncatingIfNeeded: weight & 0x7fff)
      weights[place + 4] = Int16(truncatingIfNeeded: weight >> 15)
    }
  }
}
