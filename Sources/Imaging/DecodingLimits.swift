import CCodecs

/// What one file may cost. The size is checked from its header, before anything is allocated.
public struct DecodingLimits: Sendable, Hashable {
  /// Width times height.
  public var maximumPixels: Int
  /// Scans of a progressive JPEG. Encoders write about ten.
  public var maximumScans: Int
  /// Scans times pixels of a progressive JPEG with more than 16 scans: a few bytes each can ask for a pass
  /// over the whole image.
  public var maximumScannedPixels: Int
  /// Bytes that a decoder may hold: a progressive JPEG's coefficients lie in memory as a whole, two bytes for each
  /// sample.
  public var maximumMemory: Int
  /// Of the thread's processor time. The largest images that the limits allow take some ten seconds.
  public var maximumSeconds: Double

  public init(
    maximumPixels: Int = 200_000_000, maximumScans: Int = 500, maximumScannedPixels: Int = 2_000_000_000,
    maximumMemory: Int = 1 << 31, maximumSeconds: Double = 120
  ) {
    self.maximumPixels = maximumPixels
    self.maximumScans = maximumScans
    self.maximumScannedPixels = maximumScannedPixels
    self.maximumMemory = maximumMemory
    self.maximumSeconds = maximumSeconds
  }

  public static let `default` = DecodingLimits()
}

extension DecodingLimits {
  func check(width: Int, height: Int) throws(ImagingError) {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    if overflow || pixels > maximumPixels {
      throw .tooLarge(width: width, height: height, maximumPixels: maximumPixels)
    }
  }

  var forCodec: synoptic_codec_limits {
    synoptic_codec_limits(
      maximum_scans: UInt32(clamping: maximumScans),
      maximum_scanned_pixels: UInt64(clamping: maximumScannedPixels),
      maximum_memory: UInt64(clamping: maximumMemory), maximum_seconds: maximumSeconds)
  }
}
