import CKernels

/// Resizes and crops in one go: only pixels that reach the output are read, and only outputs that are kept
/// computed.
///
/// A value for one worker: it keeps its buffers and recent weights, so that an image of a size seen before
/// costs no allocation.
struct Resampler: Sendable {
  /// The rectangle of the image that the producer gives, and how many of its rows at a time.
  struct Source {
    var columns: Range<Int>
    var rows: Range<Int>
    var rowsPerStrip: Int

    /// Bytes from row to row: the kernels read whole blocks of 64.
    var stride: Int { Resampler.stride(columns.count) }
  }

  let instructionSet: synoptic_instruction_set
  private var weightsOfAxis: [ResamplingAxis: ResamplingWeights] = [:]
  private var planeWeightsOfAxis: [ResamplingAxis: PlaneWeights?] = [:]
  /// Source rows, RGBX or planes.
  var strip: [UInt8] = []
  /// What the first pass made, RGBX.
  var intermediate: [UInt8] = []
  /// What the second pass made, RGBX, when that is the one along rows.
  private var unpacked: [UInt8] = []

  /// Sources are as varied as cameras, but a corpus repeats a few sizes; beyond this many the cache starts
  /// again.
  private static let cachedAxes = 128
  /// Buffers larger than this, for rare huge images, are let go after use.
  private static let keptBytes = 32 << 20

  init(instructionSet: synoptic_instruction_set = synoptic_best_instruction_set()) {
    self.instructionSet = instructionSet
  }

  mutating func weights(_ axis: ResamplingAxis) -> ResamplingWeights {
    if let known = weightsOfAxis[axis] { return known }
    if weightsOfAxis.count >= Self.cachedAxes { weightsOfAxis.removeAll(keepingCapacity: true) }
    let made = ResamplingWeights(axis)
    weightsOfAxis[axis] = made
    return made
  }

  /// - Returns: nil for an axis that planes can't be resampled along.
  mutating func planeWeights(_ axis: ResamplingAxis) -> PlaneWeights? {
    if let known = planeWeightsOfAxis[axis] { return known }
    if planeWeightsOfAxis.count >= Self.cachedAxes { planeWeightsOfAxis.removeAll(keepingCapacity: true) }
    let made = PlaneWeights(axis)
    planeWeightsOfAxis[axis] = .some(made)
    return made
  }

  /// Fills `target` with the plan's outputs, RGB, rows from the top.
  ///
  /// - Parameter source: at least the part that the plan's weights name.
  /// - Parameter produce: writes the next rows of the source, RGBX, `source.stride` bytes apart.
  mutating func resample<Failure: Error>(
    _ plan: ResamplingPlan, of source: Source, into target: UnsafeMutableBufferPointer<UInt8>,
    produce: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let horizontal = weights(plan.horizontal)
    let vertical = weights(plan.vertical)
    let (width, height) = (plan.horizontal.outputs.count, plan.vertical.outputs.count)
    precondition(target.count >= 3 * width * height, "no room for the resampled image")
    guard let output = target.baseAddress else { return }
    if plan.isVerticalFirst {
      try resampleColumnsFirst(horizontal, vertical, of: source, into: output, produce: produce)
    } else {
      try resampleRowsFirst(horizontal, vertical, of: source, into: output, produce: produce)
    }
    letGoOfHugeBuffers()
  }

  mutating func letGoOfHugeBuffers() {
    for buffer in [\Self.strip, \.intermediate, \.unpacked] where self[keyPath: buffer].count > Self.keptBytes
    {
      self[keyPath: buffer] = []
    }
  }

  /// The usual order: each strip goes along rows as soon as it is there.
  private mutating func resampleRowsFirst<Failure: Error>(
    _ horizontal: ResamplingWeights, _ vertical: ResamplingWeights, of source: Source,
    into output: UnsafeMutablePointer<UInt8>,
    produce: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let width = horizontal.first.count
    let stride = Self.stride(width)
    Self.grow(&strip, to: source.stride * source.rowsPerStrip + horizontal.overread)
    // The kernel reads whole pairs of rows.
    Self.grow(&intermediate, to: stride * (vertical.source.count + 1))
    try Self.produceStrips(of: source, wanted: vertical.source, strip: &strip, produce: produce) {
      (rows, pixels) in
      intermediate.withUnsafeMutableBufferPointer { intermediate in
        guard let target = intermediate.baseAddress else { return }
        let start = 4 * (horizontal.source.lowerBound - source.columns.lowerBound)
        horizontal.withKernelAxis {
          synoptic_resample_rows(
            instructionSet, $0, pixels + start, source.stride,
            target + stride * (rows.lowerBound - vertical.source.lowerBound), stride, Int32(rows.count))
        }
      }
    }
    intermediate.withUnsafeBufferPointer { intermediate in
      guard let rows = intermediate.baseAddress else { return }
      vertical.withKernelAxis {
        synoptic_resample_columns(instructionSet, $0, rows, stride, output, 3 * width, Int32(width), 3)
      }
    }
  }

  /// The order for tall images: all rows must be there first.
  private mutating func resampleColumnsFirst<Failure: Error>(
    _ horizontal: ResamplingWeights, _ vertical: ResamplingWeights, of source: Source,
    into output: UnsafeMutablePointer<UInt8>,
    produce: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let (width, height) = (horizontal.first.count, vertical.first.count)
    var whole = source
    whole.rowsPerStrip = source.rows.count
    Self.grow(&strip, to: whole.stride * (whole.rows.count + 1))
    Self.grow(&intermediate, to: whole.stride * height + horizontal.overread)
    Self.grow(&unpacked, to: 4 * width * height)
    try Self.produceStrips(of: whole, wanted: vertical.source, strip: &strip, produce: produce) {
      (_, pixels) in
      intermediate.withUnsafeMutableBufferPointer { intermediate in
        guard let target = intermediate.baseAddress else { return }
        vertical.withKernelAxis {
          synoptic_resample_columns(
            instructionSet, $0, pixels, whole.stride, target, whole.stride, Int32(whole.columns.count), 4)
        }
        let start = 4 * (horizontal.source.lowerBound - whole.columns.lowerBound)
        unpacked.withUnsafeMutableBufferPointer { unpacked in
          guard let pixels = unpacked.baseAddress else { return }
          horizontal.withKernelAxis {
            synoptic_resample_rows(
              instructionSet, $0, target + start, whole.stride, pixels, 4 * width, Int32(height))
          }
          for pixel in 0..<width * height {
            output[3 &* pixel] = pixels[4 &* pixel]
            output[3 &* pixel &+ 1] = pixels[4 &* pixel &+ 1]
            output[3 &* pixel &+ 2] = pixels[4 &* pixel &+ 2]
          }
        }
      }
    }
  }

  /// Has each strip produced and hands on those of its rows that are wanted.
  private static func produceStrips<Failure: Error>(
    of source: Source, wanted: Range<Int>, strip: inout [UInt8],
    produce: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt8>) throws(Failure) -> Void,
    use: (_ rows: Range<Int>, _ pixels: UnsafePointer<UInt8>) -> Void
  ) throws(Failure) {
    try strip.withUnsafeMutableBufferPointer { (strip) throws(Failure) in
      guard let pixels = strip.baseAddress else { return }
      var row = source.rows.lowerBound
      while row < source.rows.upperBound {
        let rows = row..<min(source.rows.upperBound, row + source.rowsPerStrip)
        try produce(rows, pixels)
        row = rows.upperBound
        let kept = rows.clamped(to: wanted)
        if !kept.isEmpty { use(kept, pixels + source.stride * (kept.lowerBound - rows.lowerBound)) }
      }
    }
  }

  static func stride(_ pixels: Int) -> Int { (4 * pixels + 63) / 64 * 64 }

  static func grow(_ buffer: inout [UInt8], to count: Int) {
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
  }
}

extension ResamplingWeights {
  /// The kernel reads whole groups of four pixels of four bytes, also past a row's end.
  fileprivate var overread: Int { 16 * groups }

  func withKernelAxis(_ body: (UnsafePointer<synoptic_resample_axis>) -> Void) {
    first.withUnsafeBufferPointer { first in
      taps.withUnsafeBufferPointer { taps in
        weights.withUnsafeBufferPointer { weights in
          var axis = synoptic_resample_axis(
            count: Int32(first.count), groups: Int32(groups), first: first.baseAddress,
            taps: taps.baseAddress, weights: weights.baseAddress)
          body(&axis)
        }
      }
    }
  }
}
