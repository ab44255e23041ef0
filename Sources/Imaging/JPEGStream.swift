import CCodecs

/// One JPEG being decoded from memory; the bytes must outlive it.
struct JPEGStream: ~Copyable {
  private let decoder: OpaquePointer
  private var report = synoptic_codec_report()
  private let damage: DamagePolicy
  private let byteCount: Int
  let width: Int
  let height: Int
  /// As a progressive image has: each row is there, more or less, after the first.
  let hasSeveralScans: Bool

  /// Reads the header.
  init(_ bytes: UnsafeBufferPointer<UInt8>, damage: DamagePolicy) throws(ImagingError) {
    var header = synoptic_jpeg_header()
    var report = synoptic_codec_report()
    guard let decoder = synoptic_jpeg_open(bytes.baseAddress, bytes.count, &header, &report) else {
      throw .outOfMemory
    }
    if let error = ImagingError(report, .jpeg, height: 0, byteCount: bytes.count, damage) {
      synoptic_jpeg_close(decoder)
      throw error
    }
    self.decoder = decoder
    self.report = report
    self.damage = damage
    byteCount = bytes.count
    width = Int(header.width)
    height = Int(header.height)
    hasSeveralScans = header.has_several_scans
  }

  deinit { synoptic_jpeg_close(decoder) }

  /// What was wrong, where it was accepted.
  var acceptedDamage: ImagingError? { ImagingError(report, .jpeg, height: height, byteCount: byteCount) }

  /// Chooses the pixels to decode, of the image scaled to so many eighths; gives the rectangle that rows will
  /// really hold, at least what was asked for.
  ///
  /// - Parameter isPlain: whether libjpeg does everything itself, for comparison.
  mutating func start(
    columns: Range<Int>, rows: Range<Int>, bytesPerPixel: Int, quality: DecodingOptions.Quality = .exact,
    eighths: Int = 8, isPlain: Bool = false, limits: DecodingLimits
  ) throws(ImagingError) -> (columns: Range<Int>, rows: Range<Int>) {
    var region = synoptic_region(
      left: UInt32(columns.lowerBound), top: UInt32(rows.lowerBound), width: UInt32(columns.count),
      height: UInt32(rows.count))
    var options = synoptic_jpeg_options(
      bytes_per_pixel: UInt32(bytesPerPixel), eighths: UInt32(eighths), is_fast: quality == .fast,
      is_plain: isPlain, limits: limits.forCodec)
    synoptic_jpeg_start(decoder, &region, &options, &report)
    try check()
    let left = Int(region.left)
    let top = Int(region.top)
    return (left..<left + Int(region.width), top..<top + Int(region.height))
  }

  /// What the image's luma and chroma would be, scaled to so many eighths; nil where it has none to be had apart.
  func planes(eighths: Int) -> synoptic_jpeg_planes? {
    var planes = synoptic_jpeg_planes()
    return synoptic_jpeg_find_planes(decoder, UInt32(eighths), &planes) ? planes : nil
  }

  /// In the place of `start`: chooses what part of luma and chroma to decode, by the approximate inverse DCT.
  mutating func startPlanes(
    columns: Range<Int>, rows: Range<Int>, eighths: Int, limits: DecodingLimits
  ) throws(ImagingError) -> (columns: Range<Int>, rows: Range<Int>) {
    var region = synoptic_region(
      left: UInt32(columns.lowerBound), top: UInt32(rows.lowerBound), width: UInt32(columns.count),
      height: UInt32(rows.count))
    var options = synoptic_jpeg_options(
      bytes_per_pixel: 4, eighths: UInt32(eighths), is_fast: true, is_plain: false, limits: limits.forCodec)
    synoptic_jpeg_start_planes(decoder, &region, &options, &report)
    try check()
    let (left, top) = (Int(region.left), Int(region.top))
    return (left..<left + Int(region.width), top..<top + Int(region.height))
  }

  /// The next strip of luma, Cb and Cr, `planeSize` bytes from plane to plane and `stride` from row to row.
  mutating func readStrip(
    into luma: UnsafeMutablePointer<UInt8>, planeSize: Int, stride: Int
  ) throws(ImagingError) {
    let planes: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?) =
      (luma, luma + planeSize, luma + 2 * planeSize)
    withUnsafePointer(to: planes) { planes in
      planes.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 3) {
        synoptic_jpeg_read_strip(decoder, $0, stride, &report)
      }
    }
    try check()
  }

  /// The next `rows` rows, `stride` bytes apart.
  mutating func read(
    rows: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int
  ) throws(ImagingError) {
    synoptic_jpeg_read_rows(decoder, target, stride, UInt32(rows), &report)
    try check()
  }

  /// Reads to the end of the stream, so that damage after the wanted rows is found too.
  mutating func finish() throws(ImagingError) {
    synoptic_jpeg_finish(decoder, &report)
    // Every row is there, so that nothing is lost where damage is accepted; unless all of them were made up.
    if damage == .accept { report.has_stopped = false }
    let isMadeUp = report.status == SYNOPTIC_CODEC_TRUNCATED && report.good_rows == 0 && !hasSeveralScans
    if isMadeUp, let error = acceptedDamage { throw error }
    try check()
  }

  private func check() throws(ImagingError) {
    if let error = ImagingError(report, .jpeg, height: height, byteCount: byteCount, damage) { throw error }
  }
}

extension ImagingError {
  /// What is wrong; nil for nothing.
  init?(_ report: synoptic_codec_report, _ format: ImageFormat, height: Int, byteCount: Int) {
    let reason = withUnsafeBytes(of: report.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let extent = DecodedExtent(
      rows: min(Int(report.good_rows), height), height: height, bytes: Int(clamping: report.good_bytes),
      byteCount: byteCount, passes: report.passes == 0 ? nil : Int(report.good_passes))
    switch report.status {
    case SYNOPTIC_CODEC_OK: return nil
    case SYNOPTIC_CODEC_TRUNCATED: self = .truncated(format: format, extent: extent, reason: reason)
    case SYNOPTIC_CODEC_UNSUPPORTED: self = .unsupportedFormat("\(format) with \(reason)")
    case SYNOPTIC_CODEC_TOO_MANY_SCANS: self = .tooManyScans(reason: reason)
    case SYNOPTIC_CODEC_OUT_OF_MEMORY: self = .outOfMemory
    case SYNOPTIC_CODEC_OUT_OF_TIME: self = .tooSlow(reason: reason)
    default: self = .corrupt(format: format, extent: extent, reason: reason)
    }
  }

  /// What an image fails for: accepted damage is none as long as more can come.
  init?(
    _ report: synoptic_codec_report, _ format: ImageFormat, height: Int, byteCount: Int,
    _ damage: DamagePolicy
  ) {
    if damage == .accept && !report.has_stopped { return nil }
    self.init(report, format, height: height, byteCount: byteCount)
  }
}
