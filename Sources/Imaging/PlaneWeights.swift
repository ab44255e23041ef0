import CKernels

/// The weights of an axis along rows of single samples, in the order the kernel for planes reads them: of up to four
/// neighbours an output.
struct PlaneWeights: Sendable {
  /// The part of the source that any kept output depends on.
  let source: Range<Int>
  /// Of every four outputs.
  private var first: [Int32]
  private var places: [UInt8]
  private var weights: [Int16]

  /// Outputs that the kernel makes at once.
  private static let block = 16
  /// Samples that it reads for four of them.
  private static let window = 16
  private static let one = 1 << 14

  /// - Returns: nil where the kernel can't: an output needs more samples, four outputs lie farther apart, or a weight is
  ///   negative.
  init?(_ axis: ResamplingAxis) {
    let spans = axis.spans()
    let lower = spans.map(axis.place).min() ?? 0
    let upper = spans.map { axis.place($0) + $0.end - $0.start }.max() ?? 0
    source = lower + axis.sourceOffset..<max(lower, upper) + axis.sourceOffset
    let count = (spans.count + Self.block - 1) / Self.block * Self.block
    first = [Int32](repeating: 0, count: count / 4)
    places = [UInt8](repeating: 0, count: 4 * count)
    weights = [Int16](repeating: 0, count: 4 * count)
    var shares: [Double] = []
    for start in stride(from: 0, to: spans.count, by: 4) {
      let four = start..<min(start + 4, spans.count)
      let begin = four.reduce(upper) { min($0, axis.place(spans[$1])) }
      first[start / 4] = Int32(begin - lower)
      for output in four {
        let span = spans[output]
        let place = axis.place(span) - begin
        guard span.end - span.start <= 4, place + span.end - span.start <= Self.window else { return nil }
        axis.findShares(of: span, into: &shares)
        guard store(shares, of: output, from: place) else { return nil }
      }
    }
  }

  /// - Returns: false for negative weights.
  private mutating func store(_ shares: [Double], of output: Int, from place: Int) -> Bool {
    let start = 4 * (output / Self.block * Self.block) + 2 * (output % Self.block)
    func index(_ tap: Int) -> Int { start + 2 * Self.block * (tap % 2) + tap / 2 }
    var (rest, greatest) = (Self.one, 0)
    for (tap, share) in shares.enumerated() {
      guard share >= 0 else { return false }
      let weight = Int((share * Double(Self.one)).rounded())
      places[4 * output + tap] = UInt8(place + tap)
      weights[index(tap)] = Int16(weight)
      rest -= weight
      if share > shares[greatest] { greatest = tap }
    }
    // An even area keeps its value.
    if !shares.isEmpty { weights[index(greatest)] += Int16(rest) }
    return true
  }

  func withKernelAxis(_ body: (UnsafePointer<synoptic_plane_axis>) -> Void) {
    first.withUnsafeBufferPointer { first in
      places.withUnsafeBufferPointer { places in
        weights.withUnsafeBufferPointer { weights in
          var axis = synoptic_plane_axis(
            count: Int32(places.count / 4), first: first.baseAddress, places: places.baseAddress,
            weights: weights.baseAddress)
          body(&axis)
        }
      }
    }
  }
}
