import CKernels

/// Resizes and crops in one go: only pixels that reach the output are read, and only outputs that are kept computed.
///
/// A value for one worker: it keeps its buffers and recent weights, so that an image of a size seen before costs
/// no allocation.
struct Resampler: Sendable {
  /// How the source comes: the rectangle of the image that a strip's rows hold, and rows at a time.
  struct Strips {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
    var rowsPerStrip: Int
  }

  private let instructionSet: synoptic_instruction_set
  private var weightsOfAxis: [ResamplingAxis: ResamplingWeights] = [:]
  /// Source rows, RGBX.
  private var strip: [UInt8] = []
  /// Rows resampled along x, RGBX, a multiple of 32 bytes each.
  private var intermediate: [UInt8] = []

  /// Sources are as varied as cameras, but a corpus repeats a few sizes; beyond this many the cache starts again.
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

  /// Fills `target` with `vertical` times `horizontal` outputs, RGB.
  ///
  /// - Parameter produce: writes the next rows of the strips' rectangle, RGBX, `width * 4` bytes apart.
  mutating func resample<Failure: Error>(
    horizontal: ResamplingWeights, vertical: ResamplingWeights, strips: Strips,
    into target: UnsafeMutableBufferPointer<UInt8>,
    produce: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let count = horizontal.first.count
    precondition(target.count >= 3 * count * vertical.first.count, "no room for the resampled image")
    guard let output = target.baseAddress else { return }
    let stride = (4 * count + 31) / 32 * 32
    // The kernels read whole groups of taps, and whole pairs of rows.
    Self.grow(&strip, to: 4 * strips.width * strips.rowsPerStrip + 16 * horizontal.groups + 64)
    Self.grow(&intermediate, to: stride * (vertical.source.count + 2))
    try Self.resampleRows(
      instructionSet, horizontal, wanted: vertical.source, strips: strips, strip: &strip,
      intermediate: &intermediate, stride: stride, produce: produce)
    intermediate.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress else { return }
      vertical.withKernelAxis {
        synoptic_resample_columns(instructionSet, $0, rows, stride, output, 3 * count, Int32(count))
      }
    }
    if strip.count > Self.keptBytes { strip = [] }
    if intermediate.count > Self.keptBytes { intermediate = [] }
  }

  private static func resampleRows<Failure: Error>(
    _ set: synoptic_instruction_set, _ horizontal: ResamplingWeights, wanted: Range<Int>, strips: Strips,
    strip: inout [UInt8], intermediate: inout [UInt8], stride: Int,
    produce: (_ rows: Range<Int>, _ target: UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let sourceStride = 4 * strips.width
    try strip.withUnsafeMutableBufferPointer { (source) throws(Failure) in
      guard let source = source.baseAddress else { return }
      try intermediate.withUnsafeMutableBufferPointer { (target) throws(Failure) in
        guard let target = target.baseAddress else { return }
        var row = strips.top
        let end = strips.top + strips.height
        while row < end {
          let rows = row..<min(end, row + strips.rowsPerStrip)
          try produce(rows, source)
          row = rows.upperBound
          let kept = rows.clamped(to: wanted)
          if kept.isEmpty { continue }
          let start = sourceStride * (kept.lowerBound - rows.lowerBound)
            + 4 * (horizontal.source.lowerBound - strips.left)
          horizontal.withKernelAxis {
            synoptic_resample_rows(
              set, $0, source + start, sourceStride, target + stride * (kept.lowerBound - wanted.lowerBound),
              stride, Int32(kept.count))
          }
        }
      }
    }
  }

  private static func grow(_ buffer: inout [UInt8], to count: Int) {
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
  }
}

extension ResamplingWeights {
  fileprivate func withKernelAxis(_ body: (UnsafePointer<synoptic_resample_axis>) -> Void) {
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
