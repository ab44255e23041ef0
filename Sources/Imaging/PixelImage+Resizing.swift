import CKernels

extension PixelImage {
  /// The image resized as Pillow's `Image.resize((width, height), filter)` does, bit for bit.
  ///
  /// - Precondition: the image has three channels, and all sizes are positive.
  public func resized(width: Int, height: Int, filter: ResamplingFilter) -> PixelImage {
    var resampler = Resampler()
    return resized(width: width, height: height, filter: filter, with: &resampler)
  }

  func resized(
    width: Int, height: Int, filter: ResamplingFilter, with resampler: inout Resampler
  ) -> PixelImage {
    let plan = ResamplingPlan(
      horizontal: ResamplingAxis(
        sourceOffset: 0, sourceSize: self.width, outputSize: width, outputs: 0..<width, filter: filter),
      vertical: ResamplingAxis(
        sourceOffset: 0, sourceSize: self.height, outputSize: height, outputs: 0..<height, filter: filter))
    return resampled(plan, with: &resampler)
  }

  func resampled(_ plan: ResamplingPlan, with resampler: inout Resampler) -> PixelImage {
    precondition(channels == 3 && width > 0 && height > 0, "only RGB images are resampled")
    let (columns, rows) = (resampler.weights(plan.horizontal).source, resampler.weights(plan.vertical).source)
    let source = Resampler.Source(columns: columns, rows: rows, rowsPerStrip: 16)
    let count = 3 * plan.horizontal.outputs.count * plan.vertical.outputs.count
    let result = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      let filled = UnsafeMutableBufferPointer(start: target.baseAddress, count: count)
      resampler.resample(plan, of: source, into: filled) { rows, target in
        expand(rows: rows, columns: columns, into: target, stride: source.stride)
      }
      initialized = count
    }
    return PixelImage(
      width: plan.horizontal.outputs.count, height: plan.vertical.outputs.count, pixels: result)
  }

  /// RGB to RGBX: four bytes a pixel are what the kernels read.
  private func expand(
    rows: Range<Int>, columns: Range<Int>, into target: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    pixels.withUnsafeBufferPointer { pixels in
      for (index, row) in rows.enumerated() {
        var target = target + stride * index
        var source = 3 * (row * width + columns.lowerBound)
        for _ in columns {
          target[0] = pixels[source]
          target[1] = pixels[source &+ 1]
          target[2] = pixels[source &+ 2]
          target[3] = 255
          target += 4
          source &+= 3
        }
      }
    }
  }
}
