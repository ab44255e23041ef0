/// What one file may cost: checked from its header, before anything is allocated.
public struct DecodingLimits: Sendable, Hashable {
  /// Width times height.
  public var maximumPixels: Int
  /// Scans of a progressive JPEG. Encoders write about ten.
  public var maximumScans: Int
  /// Scans times pixels of a progressive JPEG with more than 16 scans: a few bytes each can ask for a pass
  /// over the whole image.
  public var maximumScannedPixels: Int

  public init(
    maximumPixels: Int = 200_000_000, maximumScans: Int = 500, maximumScannedPixels: Int = 2_000_000_000
  ) {
    self.maximumPixels = maximumPixels
    self.maximumScans = maximumScans
    self.maximumScannedPixels = maximumScannedPixels
  }

  public static let `default` = DecodingLimits()
}
