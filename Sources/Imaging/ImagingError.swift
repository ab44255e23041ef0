/// Why an image could not be decoded. A message names what is wrong with the bytes; the caller knows whose
/// they are.
public enum ImagingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There are no bytes.
  case empty
  /// The bytes begin like no image format known here.
  case notAnImage(firstBytes: [UInt8])
  /// An image, or something else recognizable, that is neither JPEG nor PNG; or a rare kind of those two.
  case unsupportedFormat(String)
  /// The stream ends before the image does.
  case truncated(format: ImageFormat, extent: DecodedExtent, reason: String)
  /// The stream breaks its format's rules.
  case corrupt(format: ImageFormat, extent: DecodedExtent, reason: String)
  /// More pixels than the limit.
  case tooLarge(width: Int, height: Int, maximumPixels: Int)
  /// A progressive JPEG that asks for more passes over its image than the limits allow.
  case tooManyScans(reason: String)
  /// More processor time than the limit.
  case tooSlow(reason: String)
  case outOfMemory
  /// A part that was asked for lies outside of the image.
  case regionOutside(PixelRegion, width: Int, height: Int)

  /// A stable word for counting failures by.
  public var errorClass: String {
    switch self {
    case .empty: "empty"
    case .notAnImage: "not-an-image"
    case .unsupportedFormat: "unsupported-format"
    case .truncated: "truncated"
    case .corrupt: "corrupt"
    case .tooLarge: "too-large"
    case .tooManyScans: "too-many-scans"
    case .tooSlow: "too-slow"
    case .outOfMemory: "out-of-memory"
    case .regionOutside: "box-outside"
    }
  }

  public var description: String {
    switch self {
    case .empty: "the file is empty"
    case .notAnImage(let bytes): "not an image: it begins with \(Self.hexadecimal(bytes))"
    case .unsupportedFormat(let format): "unsupported format: \(format); JPEG and PNG are read"
    case .truncated(let format, let extent, let reason): "truncated \(format): \(extent) (\(reason))"
    case .corrupt(let format, let extent, let reason): "corrupt \(format): \(extent) (\(reason))"
    case .tooLarge(let width, let height, let limit):
      "too large: \(width) x \(height) pixels, and the limit is \(limit)"
    case .tooManyScans(let reason): "too many scans for an image of its size: stopped at \(reason)"
    case .tooSlow(let reason): "takes too long to decode: stopped after \(reason)"
    case .regionOutside(let region, let width, let height):
      "the box [\(region.left), \(region.top), \(region.right), \(region.bottom)] has no pixel of the image, which is "
        + "\(width) x \(height)"
    case .outOfMemory: "decoding it takes more memory than there is or than the limit allows"
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: " ")
  }
}

/// How far a decoder came.
public struct DecodedExtent: Sendable, Hashable, CustomStringConvertible {
  /// Rows that were whole; of an interlaced PNG, how many rows the pass after the whole ones had come to.
  public var rows: Int
  /// Of the image; 0 where its header could not be read.
  public var height: Int
  public var bytes: Int
  /// Of the file.
  public var byteCount: Int
  /// Of the seven of an interlaced PNG, those that were whole; nil for other images.
  public var passes: Int?

  public init(rows: Int, height: Int, bytes: Int, byteCount: Int, passes: Int? = nil) {
    self.rows = rows
    self.height = height
    self.bytes = bytes
    self.byteCount = byteCount
    self.passes = passes
  }

  public var description: String { "\(whole), up to byte \(bytes) of \(byteCount)" }

  private var whole: String {
    guard height > 0 else { return "its header cannot be read" }
    guard let passes else { return "\(rows) of \(height) rows were whole" }
    let next = passes < 7 && rows > 0 ? ", and the next up to row \(rows) of \(height)" : ""
    return "\(passes) of 7 passes were whole\(next)"
  }
}
