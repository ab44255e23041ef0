import CCodecs

/// One PNG being decoded from memory; the bytes must outlive it.
struct PNGStream: ~Copyable {
  private let decoder: OpaquePointer
  private var report = synoptic_codec_report()
  private let damage: DamagePolicy
  private let byteCount: Int
  let width: Int
  let height: Int
  /// All rows must then be read at once.
  let isInterlaced: Bool

  /// Reads the header.
  init(_ bytes: UnsafeBufferPointer<UInt8>, damage: DamagePolicy) throws(ImagingError) {
    var header = synoptic_png_header()
    var report = synoptic_codec_report()
    guard let decoder = synoptic_png_open(bytes.baseAddress, bytes.count, &header, &report) else {
      throw .outOfMemory
    }
    if let error = ImagingError(report, .png, height: 0, byteCount: bytes.count) {
      synoptic_png_close(decoder)
      throw error
    }
    self.decoder = decoder
    self.report = report
    self.damage = damage
    byteCount = bytes.count
    width = Int(header.width)
    height = Int(header.height)
    isInterlaced = header.is_interlaced
  }

  deinit { synoptic_png_close(decoder) }

  /// What was wrong, where it was accepted.
  var acceptedDamage: ImagingError? { ImagingError(report, .png, height: height, byteCount: byteCount) }

  mutating func start(background: RGBColor, limits: DecodingLimits) throws(ImagingError) {
    var options = synoptic_png_options(
      background: (background.red, background.green, background.blue), accepts_damage: damage == .accept,
      limits: limits.forCodec)
    synoptic_png_start(decoder, &options, &report)
    if let error = acceptedDamage { throw error }
  }

  /// The next `rows` rows, RGBX, `stride` bytes apart: at least `4 * width`.
  mutating func read(
    rows: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int
  ) throws(ImagingError) {
    synoptic_png_read_rows(decoder, target, stride, UInt32(rows), &report)
    try check()
  }

  /// Reads to the end of the stream, so that damage after the last row is found too.
  mutating func finish() throws(ImagingError) {
    synoptic_png_finish(decoder, &report)
    try check()
  }

  /// A PNG's rows depend on those before: accepted are the rows and passes up to the damage, where there are any.
  private func check() throws(ImagingError) {
    guard let error = acceptedDamage else { return }
    switch error {
    case .truncated, .corrupt:
      if damage == .fail || (report.good_rows == 0 && report.good_passes == 0) { throw error }
    default: throw error
    }
  }
}
