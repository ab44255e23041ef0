/// Why an image could not be decoded. A message names what is wrong with the bytes; the caller knows whose
/// they are.
public enum ImagingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There are no bytes.
  case empty
  /// The bytes begin like no image format known here.
  case notAnImage(firstBytes: [UInt8])
  /// An image, or something else recognizable, that is neither JPEG nor PNG; or a rare kind of those two.
  case unsupportedFormat(String)
  /// The stream ends before the image does. `goodRows` of `height` were whole; 0 of 0 when the header wasn't.
  case truncated(format: ImageFormat, goodRows: Int, height: Int, reason: String)
  /// The stream breaks its format's rules.
  case corrupt(format: ImageFormat, goodRows: Int, height: Int, reason: String)
  /// More pixels than the limit.
  case tooLarge(width: Int, height: Int, maximumPixels: Int)
  /// A progressive JPEG that asks for more passes over its image than the limits allow.
  case tooManyScans(reason: String)
  case outOfMemory

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
    case .outOfMemory: "out-of-memory"
    }
  }

  public var description: String {
    switch self {
    case .empty: "the file is empty"
    case .notAnImage(let bytes): "not an image: it begins with \(Self.hexadecimal(bytes))"
    case .unsupportedFormat(let format): "unsupported format: \(format); JPEG and PNG are read"
    case .truncated(let format, let rows, let height, let reason):
      "truncated \(format)\(Self.extent(rows, height)) (\(reason))"
    case .corrupt(let format, let rows, let height, let reason):
      "corrupt \(format)\(Self.extent(rows, height)) (\(reason))"
    case .tooLarge(let width, let height, let limit):
      "too large: \(width) x \(height) pixels, and the limit is \(limit)"
    case .tooManyScans(let reason): "too many scans for an image of its size: stopped at \(reason)"
    case .outOfMemory: "no memory left to decode it"
    }
  }

  private static func extent(_ rows: Int, _ height: Int) -> String {
    height == 0 ? ": its header cannot be read" : ": \(rows) of \(height) rows were whole"
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: " ")
  }
}
