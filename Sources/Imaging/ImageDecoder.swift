/// Whole images from their files' bytes.
///
/// JPEG is decoded as Pillow's `Image.open(file).convert("RGB")` does (accurate integer DCT, fancy upsampling, grey
/// repeated, CMYK taken as Adobe's inverted kind), and turned upright as `ImageOps.exif_transpose` does. PNG is
/// brought to 8 bits by keeping each sample's high byte, with alpha composited on the background.
public enum ImageDecoder {
  /// - Parameter options: in which the quality is of no effect: a whole image is always decoded exactly.
  /// - Throws: `ImagingError`; damage anywhere in the stream is an error, also where a decoder could go on.
  public static func decode(
    _ bytes: [UInt8], options: DecodingOptions = DecodingOptions(), limits: DecodingLimits = .default
  ) throws(ImagingError) -> PixelImage {
    try decode(bytes, options: options, damage: .fail, limits: limits).image
  }

  /// - Returns: the image, and what was wrong with it where that was accepted.
  /// - Throws: `ImagingError`.
  public static func decode(
    _ bytes: [UInt8], options: DecodingOptions = DecodingOptions(), damage: DamagePolicy,
    limits: DecodingLimits = .default
  ) throws(ImagingError) -> (image: PixelImage, acceptedDamage: ImagingError?) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
      let format = try ImageFormat.recognize(bytes)
      let (stored, damage) =
        switch format {
        case .jpeg: try decodeJPEG(bytes, damage, limits)
        case .png: try decodePNG(bytes, options.background, damage, limits)
        }
      guard options.orientation == .exif else { return (stored, damage) }
      return (stored.turned(ImageOrientation(of: bytes, format: format)), damage)
    }
  }

  /// Width and height of the upright image, from the header alone.
  ///
  /// - Throws: `ImagingError` as `decode` does, of the header only.
  public static func size(
    _ bytes: [UInt8], orientation: DecodingOptions.Orientation = .exif
  ) throws(ImagingError) -> (width: Int, height: Int) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
      let format = try ImageFormat.recognize(bytes)
      let turn = orientation == .exif ? ImageOrientation(of: bytes, format: format) : .upright
      switch format {
      case .jpeg:
        let stream = try JPEGStream(bytes, damage: .fail)
        return turn.size(width: stream.width, height: stream.height)
      case .png:
        let stream = try PNGStream(bytes, damage: .fail)
        return turn.size(width: stream.width, height: stream.height)
      }
    }
  }

  private static func decodeJPEG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ damage: DamagePolicy, _ limits: DecodingLimits
  ) throws(ImagingError) -> (PixelImage, ImagingError?) {
    var stream = try JPEGStream(bytes, damage: damage)
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
    return (PixelImage(width: width, height: height, pixels: pixels), stream.acceptedDamage)
  }

  private static func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ background: RGBColor, _ damage: DamagePolicy,
    _ limits: DecodingLimits
  ) throws(ImagingError) -> (PixelImage, ImagingError?) {
    var stream = try PNGStream(bytes, damage: damage)
    let (width, height) = (stream.width, stream.height)
    try limits.check(width: width, height: height)
    try stream.start(background: background, limits: limits)
    let rowsAtOnce = stream.isInterlaced ? height : 1
    var strip = [UInt8](repeating: 0, count: 4 * width * rowsAtOnce)
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    var place = 0
    for _ in stride(from: 0, to: height, by: rowsAtOnce) {
      try strip.withUnsafeMutableBufferPointer { (strip) throws(ImagingError) in
        guard let start = strip.baseAddress else { return }
        try stream.read(rows: rowsAtOnce, into: start, stride: 4 * width)
      }
      pixels.withUnsafeMutableBufferPointer { pixels in
        for pixel in 0..<width * rowsAtOnce {
          pixels[place] = strip[4 &* pixel]
          pixels[place &+ 1] = strip[4 &* pixel &+ 1]
          pixels[place &+ 2] = strip[4 &* pixel &+ 2]
          place &+= 3
        }
      }
    }
    try stream.finish()
    return (PixelImage(width: width, height: height, pixels: pixels), stream.acceptedDamage)
  }
}
