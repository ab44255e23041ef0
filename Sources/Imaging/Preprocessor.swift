import CCodecs

/// A file's bytes to a network's pixels in one pass: for one worker, which keeps it from image to image.
///
/// Only the part of a JPEG that the recipe keeps goes through the inverse DCT and color conversion, a strip
/// of rows at a time, straight into the resampling; the pixels equal `recipe.pixels(of:
/// ImageDecoder.decode(bytes))`, unless the recipe asks for the fast quality.
public struct Preprocessor: Sendable {
  public let recipe: PreprocessingRecipe
  public let damage: DamagePolicy
  public let limits: DecodingLimits
  /// What was wrong with the last image, where damage is accepted; nil for a sound one.
  public private(set) var acceptedDamage: ImagingError?
  /// What decompressing took of the last image's time, reading its header included; the rest is resampling.
  public private(set) var decodingTime: Duration = .zero
  /// Whether the last image's rows came one after another, and not in several passes over all of them.
  private var rowsAreInOrder = true
  private var resampler: Resampler

  public init(
    _ recipe: PreprocessingRecipe, damage: DamagePolicy = .fail, limits: DecodingLimits = .default
  ) {
    self.init(recipe, damage: damage, limits: limits, resampler: Resampler())
  }

  init(
    _ recipe: PreprocessingRecipe, damage: DamagePolicy = .fail, limits: DecodingLimits, resampler: Resampler
  ) {
    self.recipe = recipe
    self.damage = damage
    self.limits = limits
    self.resampler = resampler
  }

  /// Bytes of one image's pixels: `inputSize * inputSize * 3`.
  public var pixelCount: Int { 3 * recipe.inputSize * recipe.inputSize }

  /// The network's pixels, RGB.
  ///
  /// - Parameter region: the part of the image, as the recipe turns it, to take instead of the whole: as if it had been
  ///   cut out before.
  /// - Throws: what `ImageDecoder.decode` throws; `.regionOutside`.
  public mutating func pixels(
    decoding bytes: [UInt8], region: PixelRegion? = nil
  ) throws(ImagingError) -> PixelImage {
    var pixels = [UInt8](repeating: 0, count: pixelCount)
    try pixels.withUnsafeMutableBufferPointer { (target) throws(ImagingError) in
      try decode(bytes, region: region, into: target)
    }
    return PixelImage(width: recipe.inputSize, height: recipe.inputSize, pixels: pixels)
  }

  /// The same into a caller's memory, a batch's slot say: `pixelCount` bytes, HWC.
  ///
  /// After an error the slot's contents are undefined.
  public mutating func decode(
    _ bytes: [UInt8], region: PixelRegion? = nil, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    precondition(target.count >= pixelCount, "no room for the pixels")
    acceptedDamage = nil
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImagingError) in
      let format = try ImageFormat.recognize(bytes)
      let orientation =
        recipe.decoding.orientation == .exif ? ImageOrientation(of: bytes, format: format) : .upright
      switch format {
      case .jpeg: try decodeJPEG(bytes, orientation, region, into: target)
      case .png: try decodePNG(bytes, orientation, region, into: target)
      }
      if orientation.swapsSides { transpose(target) }
      if let region { try checkRecovered(region, orientation) }
    }
  }

  /// Where damage is accepted, some row of the part that is wanted must be there all the same.
  ///
  /// - Throws: what was wrong, where all of them were made up.
  private func checkRecovered(
    _ region: PixelRegion, _ orientation: ImageOrientation
  ) throws(ImagingError) {
    guard let damage = acceptedDamage, rowsAreInOrder, orientation == .upright else { return }
    switch damage {
    case .truncated(_, let extent, _), .corrupt(.png, let extent, _):
      if region.top >= extent.rows { throw damage }
    default: return
    }
  }

  /// For a stored image of this size that is to be turned so.
  private func plan(
    _ orientation: ImageOrientation, _ region: PixelRegion?, width: Int, height: Int
  ) throws(ImagingError) -> ResamplingPlan {
    let upright = orientation.size(width: width, height: height)
    guard let region else {
      return recipe.plan(width: upright.width, height: upright.height)
        .turned(orientation, width: upright.width, height: upright.height)
    }
    let (columns, rows) = try region.clipped(width: upright.width, height: upright.height)
    var plan = recipe.plan(width: columns.count, height: rows.count)
    plan.horizontal.sourceOffset += columns.lowerBound
    plan.vertical.sourceOffset += rows.lowerBound
    return plan.turned(orientation, width: upright.width, height: upright.height)
  }

  private mutating func decodeJPEG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ orientation: ImageOrientation, _ region: PixelRegion?,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    let start = ContinuousClock.now
    var stream = try JPEGStream(bytes, damage: damage)
    rowsAreInOrder = !stream.hasSeveralScans
    try limits.check(width: stream.width, height: stream.height)
    var plan = try plan(orientation, region, width: stream.width, height: stream.height)
    let eighths = recipe.decoding.quality == .fast ? plan.leastEighths : 8
    plan = plan.scaled(eighths: eighths, width: stream.width, height: stream.height)
    if recipe.decoding.quality == .fast, let planes = stream.planes(eighths: eighths),
      let horizontal = resampler.planePlan(
        plan.horizontal, width: (stream.width * eighths + 7) / 8, columnsASample: Int(planes.columns_a_sample)
      )
    {
      decodingTime = start.duration(to: .now)
      try resamplePlanes(&stream, planes, plan, horizontal, eighths: eighths, into: target)
      return
    }
    let (columns, rows) = try stream.start(
      columns: resampler.weights(plan.horizontal).source, rows: resampler.weights(plan.vertical).source,
      bytesPerPixel: 4, quality: recipe.decoding.quality, eighths: eighths, limits: limits)
    // Sixteen rows of the usual width stay in the first-level cache from color conversion to resampling.
    let source = Resampler.Source(columns: columns, rows: rows, rowsPerStrip: 16)
    var decoding = start.duration(to: .now)
    try resampler.resample(plan, of: source, into: target) { (rows, strip) throws(ImagingError) in
      let start = ContinuousClock.now
      try stream.read(rows: rows.count, into: strip, stride: source.stride)
      decoding += start.duration(to: .now)
    }
    let end = ContinuousClock.now
    try stream.finish()
    decodingTime = decoding + end.duration(to: .now)
    acceptedDamage = stream.acceptedDamage
  }

  /// Of a started JPEG: luma and chroma apart, made colours only where an output is.
  private mutating func resamplePlanes(
    _ stream: inout JPEGStream, _ planes: synoptic_jpeg_planes, _ plan: ResamplingPlan,
    _ horizontal: Resampler.PlanePlan, eighths: Int, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    var start = ContinuousClock.now
    let wanted = horizontal.columns(Int(planes.columns_a_sample))
      .clamped(to: 0..<(stream.width * eighths + 7) / 8)
    let (columns, rows) = try stream.startPlanes(
      columns: wanted, rows: resampler.weights(plan.vertical).source, eighths: eighths, limits: limits)
    let source = Resampler.Planes(
      columns: columns, rows: rows, rowsPerStrip: Int(planes.strip_rows),
      columnsASample: Int(planes.columns_a_sample), rowsASample: Int(planes.rows_a_sample))
    var decoding = decodingTime + start.duration(to: .now)
    try resampler.resample(plan, horizontal, of: source, into: target) {
      (luma, planeSize) throws(ImagingError) in
      let start = ContinuousClock.now
      try stream.readStrip(into: luma, planeSize: planeSize, stride: source.stride)
      decoding += start.duration(to: .now)
    }
    start = ContinuousClock.now
    try stream.finish()
    decodingTime = decoding + start.duration(to: .now)
    acceptedDamage = stream.acceptedDamage
  }

  private mutating func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, _ orientation: ImageOrientation, _ region: PixelRegion?,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(ImagingError) {
    let start = ContinuousClock.now
    var stream = try PNGStream(bytes, damage: damage)
    rowsAreInOrder = !stream.isInterlaced
    try limits.check(width: stream.width, height: stream.height)
    try stream.start(background: recipe.decoding.background, limits: limits)
    let plan = try plan(orientation, region, width: stream.width, height: stream.height)
    let source = Resampler.Source(
      columns: 0..<stream.width, rows: 0..<stream.height,
      rowsPerStrip: stream.isInterlaced ? stream.height : 16)
    var decoding = start.duration(to: .now)
    try resampler.resample(plan, of: source, into: target) { (rows, strip) throws(ImagingError) in
      let start = ContinuousClock.now
      try stream.read(rows: rows.count, into: strip, stride: source.stride)
      decoding += start.duration(to: .now)
    }
    let end = ContinuousClock.now
    try stream.finish()
    decodingTime = decoding + end.duration(to: .now)
    acceptedDamage = stream.acceptedDamage
  }

  /// The square of pixels with columns for rows.
  private func transpose(_ target: UnsafeMutableBufferPointer<UInt8>) {
    let side = recipe.inputSize
    for row in 0..<side {
      for column in 0..<row {
        for channel in 0..<3 {
          target.swapAt(3 * (side * row + column) + channel, 3 * (side * column + row) + channel)
        }
      }
    }
  }
}
