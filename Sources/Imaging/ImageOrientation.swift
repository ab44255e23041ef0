/// How a stored image is to be turned to stand upright: the values of EXIF's tag Orientation.
///
/// Source: EXIF 2.32 (CIPA DC-008), 4.6.4 A, tag 0x0112.
enum ImageOrientation: Int, Sendable, Hashable, CaseIterable {
  case upright = 1
  case mirrored = 2
  case rotated180 = 3
  case mirroredVertically = 4
  case transposed = 5
  case rotated90 = 6
  case transversed = 7
  case rotated270 = 8

  /// Whether the upright image's columns are the stored image's rows.
  var swapsSides: Bool { rawValue >= 5 }
  /// Whether the stored image's columns run against the upright image's axis that they belong to.
  var reversesColumns: Bool { [.mirrored, .rotated180, .transversed, .rotated270].contains(self) }
  /// The same of the stored image's rows.
  var reversesRows: Bool { [.rotated180, .mirroredVertically, .rotated90, .transversed].contains(self) }

  /// Of the stored image's size the upright one's, and the other way about.
  func size(width: Int, height: Int) -> (width: Int, height: Int) {
    swapsSides ? (height, width) : (width, height)
  }

  /// The orientation that a file states; upright where it states none, or nonsense.
  init(of bytes: UnsafeBufferPointer<UInt8>, format: ImageFormat) {
    let metadata =
      switch format {
      case .jpeg: ImageMetadata(jpeg: bytes)
      case .png: ImageMetadata(png: bytes)
      }
    let value =
      metadata.exif.flatMap { TIFFDirectory.orientation(UnsafeBufferPointer(rebasing: bytes[$0])) }
      // As Pillow does: what EXIF does not say, XMP may.
      ?? metadata.xmp.flatMap { XMPPacket.orientation(UnsafeBufferPointer(rebasing: bytes[$0])) }
    self = value.flatMap(ImageOrientation.init) ?? .upright
  }
}

/// The little of TIFF that EXIF data begin with.
enum TIFFDirectory {
  private static let orientationTag = 0x0112

  /// The value of the tag Orientation in the first directory; nil without one.
  ///
  /// Source: TIFF 6.0, section 2.
  static func orientation(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let isLittleEndian: Bool
    switch (byte(0), byte(1)) {
    case (0x49, 0x49): isLittleEndian = true
    case (0x4d, 0x4d): isLittleEndian = false
    default: return nil
    }
    func byte(_ place: Int) -> Int? { place >= 0 && place < bytes.count ? Int(bytes[place]) : nil }
    func number(_ place: Int, bytes count: Int) -> Int? {
      var value = 0
      for index in 0..<count {
        guard let next = byte(isLittleEndian ? place + count - 1 - index : place + index) else { return nil }
        value = value << 8 | next
      }
      return value
    }
    guard number(2, bytes: 2) == 42, let directory = number(4, bytes: 4),
      let count = number(directory, bytes: 2)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      guard let tag = number(entry, bytes: 2), let type = number(entry + 2, bytes: 2) else { return nil }
      guard tag == orientationTag, number(entry + 4, bytes: 4) == 1 else { continue }
      switch type {
      case 1: return number(entry + 8, bytes: 1)
      case 3: return number(entry + 8, bytes: 2)
      case 4: return number(entry + 8, bytes: 4)
      default: return nil
      }
    }
    return nil
  }
}

enum XMPPacket {
  /// The digit of `tiff:Orientation="6"` or `<tiff:Orientation>6`, looked for as Pillow does, without reading XML.
  static func orientation(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var start = 0
    while start + name.count < bytes.count {
      defer { start += 1 }
      guard bytes[start] == name[0], bytes[start..<start + name.count].elementsEqual(name) else { continue }
      let rest = bytes[(start + name.count)...].prefix(3)
      for opening in [#"=""#, ">"] where rest.starts(with: opening.utf8) {
        guard let digit = rest.dropFirst(opening.utf8.count).first, (0x30...0x39).contains(digit) else {
          continue
        }
        return Int(digit) - 0x30
      }
    }
    return nil
  }
}
