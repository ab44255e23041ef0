/// An image of 8-bit samples, rows from the top, channels interleaved (HWC).
public struct PixelImage: Sendable, Hashable {
  public let width: Int
  public let height: Int
  /// 3 for everything this room decodes: red, green, blue.
  public let channels: Int
  /// `height * width * channels` samples.
  public let pixels: [UInt8]

  /// - Precondition: `pixels.count == width * height * channels`.
  public init(width: Int, height: Int, channels: Int = 3, pixels: [UInt8]) {
    precondition(width >= 0 && height >= 0 && channels > 0, "an image has no negative size")
    precondition(pixels.count == width * height * channels, "the pixels do not fill the image")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }
}
