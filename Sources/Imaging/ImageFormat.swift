/// The formats that are decoded, told by a file's first bytes and never by its name.
public enum ImageFormat: String, Sendable, Hashable, CustomStringConvertible {
  case jpeg = "JPEG"
  case png = "PNG"

  public var description: String { rawValue }

  /// - Throws: `ImagingError.empty`, `.unsupportedFormat` or `.notAnImage`.
  public static func recognize(_ bytes: some Collection<UInt8>) throws(ImagingError) -> ImageFormat {
    let head = Array(bytes.prefix(512))
    guard !head.isEmpty else { throw .empty }
    if head.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
    if head.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return .png }
    // A cut that leaves only part of a signature is still told as what it was.
    if head.elementsEqual([0xff, 0xd8]) {
      throw .truncated(
        format: .jpeg, extent: DecodedExtent(rows: 0, height: 0, bytes: 2, byteCount: 2),
        reason: "only the signature is there")
    }
    if let name = foreignFormat(head) { throw .unsupportedFormat(name) }
    throw .notAnImage(firstBytes: Array(head.prefix(8)))
  }

  /// Signatures at an offset, in the order they are tried.
  private static let signatures: [(name: String, offset: Int, bytes: [UInt8])] = [
    ("GIF", 0, Array("GIF87a".utf8)), ("GIF", 0, Array("GIF89a".utf8)),
    ("WebP", 8, Array("WEBP".utf8)),
    ("TIFF", 0, [0x49, 0x49, 0x2a, 0]), ("TIFF", 0, [0x4d, 0x4d, 0, 0x2a]),
    ("TIFF", 0, [0x49, 0x49, 0x2b, 0]), ("TIFF", 0, [0x4d, 0x4d, 0, 0x2b]),
    ("AVIF", 4, Array("ftypavif".utf8)), ("AVIF", 4, Array("ftypavis".utf8)),
    ("HEIC", 4, Array("ftyphei".utf8)), ("HEIC", 4, Array("ftyphev".utf8)),
    ("HEIC", 4, Array("ftypmif1".utf8)), ("HEIC", 4, Array("ftypmsf1".utf8)),
    ("JPEG XL", 0, [0xff, 0x0a]), ("JPEG XL", 0, [0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20]),
    ("JPEG 2000", 0, [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20]), ("JPEG 2000", 0, [0xff, 0x4f, 0xff, 0x51]),
    ("ICO", 0, [0, 0, 1, 0]), ("Photoshop", 0, Array("8BPS".utf8)), ("PDF", 0, Array("%PDF".utf8)),
    ("gzip", 0, [0x1f, 0x8b]), ("ZIP", 0, [0x50, 0x4b, 3, 4]), ("BMP", 0, Array("BM".utf8)),
  ]

  private static func foreignFormat(_ head: [UInt8]) -> String? {
    for signature in signatures where head.dropFirst(signature.offset).starts(with: signature.bytes) {
      return signature.name
    }
    return markup(head)
  }

  /// A download that failed is often a page saved under an image's name.
  private static func markup(_ head: [UInt8]) -> String? {
    let text = String(decoding: head, as: UTF8.self).lowercased()
      .drop { $0.isWhitespace || $0 == "\u{feff}" }
    guard text.hasPrefix("<") else { return nil }
    if text.contains("<svg") { return "SVG" }
    if text.contains("<!doctype html") || text.contains("<html") || text.contains("<head") { return "HTML" }
    return text.hasPrefix("<?xml") ? "XML" : nil
  }
}
