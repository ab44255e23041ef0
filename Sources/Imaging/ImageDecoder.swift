/// Whole images from their files' bytes.
///
/// JPEG is decoded as Pillow's `Image.open(file).convert("RGB")` does (accurate integer DCT, fancy
/// upsampling, grey repeated, CMYK taken as Adobe's inverted kind); EXIF orientation is not applied, as
/// ImageNet pipelines do not. PNG is brought to 8 bits by keeping each sample's high byte, with alpha
/// composited on white.
public enum ImageDecoder {
  /// - Throws: `ImagingError`; damage anywhere in the stream is an error, also where a decoder could go on.
  public static func decode(
    _ bytes: [UInt8], limits: DecodingLimits = .default
  ) throws(ImagingError) -> PixelImage {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
      switch try ImageFormat.recognize(bytes) {
      case .jpeg: try decodeJPEG(bytes, limits)
      case .png: try decodePNG(bytes, limits)
      }
    }
  }

  /// Width and height, from the header alone.
  ///
  /// - Throws: `ImagingError` as `decode` does, of the header only.
  public static func size(_ bytes: [UInt8]) throws(ImagingError) -> (width: Int, height: Int) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
      switch try ImageFormat.recognize(bytes) {
      case .jpeg:
        let stream = try JPEGStream(bytes)
        return (stream.width, stream.height)
      case .png:
        let stream = try PNGStream(bytes)
        return (stream.width, stream.height)
      }
    }
  }

  private static func decodeJPEG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ limits: DecodingLimits
  ) throws(ImagingError) -> PixelImage {
    var stream = try JPEGStream(bytes)
    let (width, height) = (stream.width, stream.height)
    try limits.check(width: width, height: height)
    _ = try stream.start(columns: 0..<width, rows: 0..<height, bytesPerPixel: 3, limits: limits)
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    // Rows are read a few at a time so that a damaged stream is left at once.
    try pixels.withUnsafeMutableBufferPointer { (pixels) throws(ImagingError) in
      guard let start = pixels.baseAddress else { return }
      for row in stride(from: 0, to: height, by: 16) {
        try stream.read(rows: min(16, height - row), into: start + 3 * width * row, stride: 3 * width)
      }
    }
    try stream.finish()
    return PixelImage(width: width, height: height, pixels: pixels)
  }

  private static func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ limits: DecodingLimits
  ) throws(ImagingError) -> PixelImage {
    let stream = try PNGStream(bytes)
    let (width, height) = (stream.width, stream.height)
    try limits.check(width: width, height: height)
    var pixels = [UInt8](repeating: 0, count: 4 * width * height)
    try pixels.withUnsafeMutableBufferPointer { (pixels) throws(ImagingError) in
      guard let start = pixels.baseAddress else { return }
      try stream.read(into: start, stride: 4 * width)
      for pixel in 0..<width * height {
        start[3 &* pixel] = start[4 &* pixel]
        start[3 &* pixel &+ 1] = start[4 &* pixel &+ 1]
        start[3 &* pixel &+ 2] = start[4 &* pixel &+ 2]
      }
    }
    pixels.removeLast(width * height)
    return PixelImage(width: width, height: height, pixels: pixels)
  }
}

extension DecodingLimits {
  func check(width: Int, height: Int) throws(ImagingError) {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    if overflow || pixels > maximumPixels {
      throw .tooLarge(width: width, height: height, maximumPixels: maximumPixels)
    }
  }
}
