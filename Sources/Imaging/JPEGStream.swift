import CCodecs

/// One JPEG being decoded from memory; the bytes must outlive it.
struct JPEGStream: ~Copyable {
  private let decoder: OpaquePointer
  private var report = synoptic_codec_report()
  let width: Int
  let height: Int

  /// Reads the header.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImagingError) {
    var header = synoptic_jpeg_header()
    var report = synoptic_codec_report()
    guard let decoder = synoptic_jpeg_open(bytes.baseAddress, bytes.count, &header, &report) else {
      throw .outOfMemory
    }
    guard report.status == SYNOPTIC_CODEC_OK else {
      synoptic_jpeg_close(decoder)
      throw ImagingError(report, format: .jpeg, height: 0)
    }
    self.decoder = decoder
    self.report = report
    width = Int(header.width)
    height = Int(header.height)
  }

  deinit { synoptic_jpeg_close(decoder) }

  /// Chooses the pixels to decode; gives the rectangle that rows will really hold, at least what was asked
  /// for.
  mutating func start(
    columns: Range<Int>, rows: Range<Int>, bytesPerPixel: Int, limits: DecodingLimits
  ) throws(ImagingError) -> (columns: Range<Int>, rows: Range<Int>) {
    var region = synoptic_region(
      left: UInt32(columns.lowerBound), top: UInt32(rows.lowerBound), width: UInt32(columns.count),
      height: UInt32(rows.count))
    synoptic_jpeg_start(
      decoder, &region, UInt32(bytesPerPixel), UInt32(clamping: limits.maximumScans),
      UInt64(clamping: limits.maximumScannedPixels), &report)
    try check()
    let left = Int(region.left)
    let top = Int(region.top)
    return (left..<left + Int(region.width), top..<top + Int(region.height))
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
    try check()
  }

  private func check() throws(ImagingError) {
    guard report.status != SYNOPTIC_CODEC_OK else { return }
    throw ImagingError(report, format: .jpeg, height: height)
  }
}

extension ImagingError {
  init(_ report: synoptic_codec_report, format: ImageFormat, height: Int) {
    let reason = withUnsafeBytes(of: report.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let rows = min(Int(report.good_rows), height)
    switch report.status {
    case SYNOPTIC_CODEC_TRUNCATED:
      self = .truncated(format: format, goodRows: rows, height: height, reason: reason)
    case SYNOPTIC_CODEC_UNSUPPORTED: self = .unsupportedFormat("\(format) with \(reason)")
    case SYNOPTIC_CODEC_TOO_MANY_SCANS: self = .tooManyScans(reason: reason)
    case SYNOPTIC_CODEC_OUT_OF_MEMORY: self = .outOfMemory
    default: self = .corrupt(format: format, goodRows: rows, height: height, reason: reason)
    }
  }
}
