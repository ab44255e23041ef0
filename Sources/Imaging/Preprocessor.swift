/// A file's bytes to a network's pixels in one pass: for one worker, which keeps it from image to image.
///
/// Only the part of a JPEG that the recipe keeps goes through the inverse DCT and color conversion, a strip
/// of rows at a time, straight into the resampling; the pixels equal `recipe.pixels(of:
/// ImageDecoder.decode(bytes))`.
public struct Preprocessor: Sendable {
  public let recipe: PreprocessingRecipe
  public let limits: DecodingLimits
  /// What decompressing took of the last image's time, reading its header included; the rest is resampling.
  public private(set) var decodingTime: Duration = .zero
  private var resampler: Resampler

  public init(_ recipe: PreprocessingRecipe, limits: DecodingLimits = .default) {
    self.init(recipe, limits: limits, resampler: Resampler())
  }

  init(_ recipe: PreprocessingRecipe, limits: DecodingLimits, resampler: Resampler) {
    self.recipe = recipe
    self.limits = limits
    self.resampler = resampler
  }

  /// Bytes of one image's pixels: `inputSize * inputSize * 3`.
  public var pixelCount: Int { 3 * recipe.inputSize * recipe.inputSize }

  /// The network's pixels, RGB.
  ///
  /// - Throws: what `ImageDecoder.decode` throws.
  public mutating func pixels(decoding bytes: [UInt8]) throws(ImagingError) -> PixelImage {
    var pixels = [UInt8](repeating: 0, count: pixelCount)
    try pixels.withUnsafeMutableBufferPointer { (target) throws(ImagingError) in
      try decode(bytes, into: target)
    }
    return PixelImage(width: recipe.inputSize, height: recipe.inputSize, pixels: pixels)
  }

  /// The same into a caller's memory, a batch's slot say: `pixelCount` bytes, HWC.
  ///
  /// After an error the slot's contents are undefined.
  public mutating func decode(
    _ bytes: [UInt8], into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    precondition(target.count >= pixelCount, "no room for the pixels")
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
      switch try ImageFormat.recognize(bytes) {
      case .jpeg: try decodeJPEG(bytes, into: target)
      case .png: try decodePNG(bytes, into: target)
      }
    }
  }

  private mutating func decodeJPEG(
    _ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    let start = ContinuousClock.now
    var stream = try JPEGStream(bytes)
    try limits.check(width: stream.width, height: stream.height)
    let plan = recipe.plan(width: stream.width, height: stream.height)
    let (columns, rows) = try stream.start(
      columns: resampler.weights(plan.horizontal).source, rows: resampler.weights(plan.vertical).source,
      bytesPerPixel: 4, limits: limits)
    // Sixteen rows of the usual width stay in the first-level cache from color conversion to resampling.
    let source = Resampler.Source(columns: columns, rows: rows, rowsPerStrip: 16)
    var decoding = start.duration(to: .now)
    try resampler.resample(plan, of: source, into: target) { (rows, strip) throws(ImagingError) in
      let start = ContinuousClock.now
      try stream.read(rows: rows.count, into: strip, stride: source.stride)
      decoding += start.duration(to: .now)
    }
    try stream.finish()
    decodingTime = decoding
  }

  private mutating func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    let start = ContinuousClock.now
    let stream = try PNGStream(bytes)
    try limits.check(width: stream.width, height: stream.height)
    let plan = recipe.plan(width: stream.width, height: stream.height)
    let source = Resampler.Source(
      columns: 0..<stream.width, rows: 0..<stream.height, rowsPerStrip: stream.height)
    var decoding = start.duration(to: .now)
    try resampler.resample(plan, of: source, into: target) { (_, strip) throws(ImagingError) in
      let start = ContinuousClock.now
      try stream.read(into: strip, stride: source.stride)
      decoding += start.duration(to: .now)
    }
    decodingTime = decoding
  }
}
