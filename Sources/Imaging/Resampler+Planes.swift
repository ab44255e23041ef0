import CKernels

extension Resampler {
  /// Planes of luma and chroma, of which a producer gives so many of the image's rows at a time.
  struct Planes {
    /// The rectangle of the image that they cover.
    var columns: Range<Int>
    var rows: Range<Int>
    var rowsPerStrip: Int
    /// Columns and rows of the image for one sample of chroma.
    var columnsASample: Int
    var rowsASample: Int

    /// Bytes from row to row, in every plane.
    var stride: Int { (columns.count + 63) / 64 * 64 }
  }

  /// The weights of a plan along rows, for luma and for chroma.
  struct PlanePlan {
    var luma: PlaneWeights
    var chroma: PlaneWeights

    /// The columns of the image that either needs.
    func columns(_ columnsASample: Int) -> Range<Int> {
      min(
        luma.source.lowerBound, chroma.source.lowerBound * columnsASample)..<max(
          luma.source.upperBound, chroma.source.upperBound * columnsASample)
    }
  }

  /// - Returns: nil where planes can't be resampled so.
  mutating func planePlan(_ horizontal: ResamplingAxis, width: Int, columnsASample: Int) -> PlanePlan? {
    let ofChroma = columnsASample == 2 ? horizontal.scaled(eighths: 4, length: width) : horizontal
    guard let luma = planeWeights(horizontal), let chroma = planeWeights(ofChroma) else { return nil }
    return PlanePlan(luma: luma, chroma: chroma)
  }

  /// Fills `target` with a plan's outputs, RGB, rows from the top: about what resampling the pixels would make that the
  /// planes stand for.
  ///
  /// Chroma's rows are repeated, not interpolated, and the pass along rows comes first, whatever the plan's order.
  ///
  /// - Parameter planes: at least the part that both weights name.
  /// - Parameter produce: writes the next strip of luma, Cb and Cr.
  mutating func resample<Failure: Error>(
    _ plan: ResamplingPlan, _ horizontal: PlanePlan, of planes: Planes,
    into target: UnsafeMutableBufferPointer<UInt8>,
    produce: (_ luma: UnsafeMutablePointer<UInt8>, _ planeSize: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let vertical = weights(plan.vertical)
    let (width, height) = (plan.horizontal.outputs.count, plan.vertical.outputs.count)
    precondition(target.count >= 3 * width * height, "no room for the resampled image")
    guard let output = target.baseAddress else { return }
    let planeSize = planes.stride * planes.rowsPerStrip
    let stride = Self.stride(width)
    // Sixteen samples are read from any place; and the last pass reads whole pairs of rows.
    Self.grow(&strip, to: 3 * planeSize + 64)
    Self.grow(&intermediate, to: stride * (vertical.source.count + 1))
    let instructionSet = instructionSet
    let lumaColumn = horizontal.luma.source.lowerBound - planes.columns.lowerBound
    let chromaColumn = horizontal.chroma.source.lowerBound - planes.columns.lowerBound / planes.columnsASample
    try Self.withBuffers(&strip, &intermediate) { (strip, rows) throws(Failure) in
      var start = planes.rows.lowerBound
      while start < planes.rows.upperBound {
        try produce(strip, planeSize)
        for row in (start..<start + planes.rowsPerStrip).clamped(to: vertical.source) {
          let luma = strip + planes.stride * (row - start) + lumaColumn
          let blue = strip + planeSize + planes.stride * ((row - start) / planes.rowsASample) + chromaColumn
          let target = rows + stride * (row - vertical.source.lowerBound)
          horizontal.luma.withKernelAxis { lumaAxis in
            horizontal.chroma.withKernelAxis { chromaAxis in
              synoptic_resample_planes(
                instructionSet, lumaAxis, chromaAxis, luma, blue, blue + planeSize, target)
            }
          }
        }
        start += planes.rowsPerStrip
      }
      vertical.withKernelAxis {
        synoptic_resample_columns(instructionSet, $0, rows, stride, output, 3 * width, Int32(width), 3)
      }
    }
    letGoOfHugeBuffers()
  }

  private static func withBuffers<Failure: Error>(
    _ first: inout [UInt8], _ second: inout [UInt8],
    _ body: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    try first.withUnsafeMutableBufferPointer { (first) throws(Failure) in
      try second.withUnsafeMutableBufferPointer { (second) throws(Failure) in
        guard let first = first.baseAddress, let second = second.baseAddress else { return }
        try body(first, second)
      }
    }
  }
}
