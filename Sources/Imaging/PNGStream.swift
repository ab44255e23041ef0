import CCodecs

/// One PNG being decoded from memory; the bytes must outlive it.
struct PNGStream: ~Copyable {
  private let decoder: OpaquePointer
  let width: Int
  let height: Int

  /// Reads the header.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImagingError) {
    var header = synoptic_png_header()
    var report = synoptic_codec_report()
    guard let decoder = synoptic_png_open(bytes.baseAddress, bytes.count, &header, &report) else {
      throw .outOfMemory
    }
    guard report.status == SYNOPTIC_CODEC_OK else {
      synoptic_png_close(decoder)
      throw ImagingError(report, format: .png, height: 0)
    }
    self.decoder = decoder
    width = Int(header.width)
    height = Int(header.height)
  }

  deinit { synoptic_png_close(decoder) }

  /// The whole image, RGBX on white, `stride` bytes a row: at least `4 * width`.
  func read(into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    var report = synoptic_codec_report()
    guard synoptic_png_read(decoder, target, stride, &report) == SYNOPTIC_CODEC_OK else {
      throw ImagingError(report, format: .png, height: height)
    }
  }
}
