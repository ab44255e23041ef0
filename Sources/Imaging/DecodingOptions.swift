/// How the bytes of a file become pixels: everything here can change a pixel.
public struct DecodingOptions: Sendable, Hashable, Codable {
  public enum Orientation: String, Sendable, Hashable, Codable, CaseIterable {
    /// Turned upright as the file's EXIF data say: what viewers show.
    case exif
    /// As stored: what pipelines see that do not know of EXIF, torchvision's and Keras's among them.
    case ignore
  }

  public enum Quality: String, Sendable, Hashable, Codable, CaseIterable {
    /// Pillow's pixels, bit for bit.
    case exact
    /// JPEG decoded at a half, a quarter or an eighth where the recipe needs no more, with an approximate inverse
    /// DCT, luma and chroma resampled before they are made colours. Rows behind the recipe's part are not decoded, so that damage there is not seen; a file that is cut off
    /// still is.
    case fast
  }

  public var orientation: Orientation
  public var quality: Quality
  /// What shines through transparent parts of a PNG.
  public var background: RGBColor

  public init(
    orientation: Orientation = .exif, quality: Quality = .exact, background: RGBColor = .white
  ) {
    self.orientation = orientation
    self.quality = quality
    self.background = background
  }

  /// What recipes meant that were stored before there were these options.
  static let unstated = DecodingOptions(orientation: .ignore)

  /// What differs from `unstated`, for fingerprints; empty for no difference.
  var canonicalDescription: String {
    var parts: [String] = []
    if orientation != .ignore { parts.append("orientation \(orientation.rawValue)") }
    if quality != .exact { parts.append("decoding \(quality.rawValue) 2") }
    if background != .white { parts.append("background \(background)") }
    return parts.map { "; \($0)" }.joined()
  }
}

/// Eight bits each of red, green and blue.
public struct RGBColor: Sendable, Hashable, Codable, CustomStringConvertible {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  public static let white = RGBColor(red: 255, green: 255, blue: 255)
  public static let black = RGBColor(red: 0, green: 0, blue: 0)
  public static let grey = RGBColor(red: 128, green: 128, blue: 128)

  /// `white`, `black`, `grey`, or six hexadecimal digits as in `#ff8000`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "white": self = .white
    case "black": self = .black
    case "grey", "gray": self = .grey
    default:
      let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
      guard digits.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16)
      else { return nil }
      self.init(
        red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
    }
  }

  public var description: String {
    "#"
      + [red, green, blue].map { component in
        let digits = String(component, radix: 16)
        return digits.count == 1 ? "0\(digits)" : digits
      }.joined()
  }
}

/// What becomes of an image whose stream is cut off or breaks its format's rules.
public enum DamagePolicy: String, Sendable, Hashable, CaseIterable {
  /// It fails, and the error says how far it got.
  case fail
  /// What the decoder can recover is taken, and the damage told beside it.
  case accept
}
