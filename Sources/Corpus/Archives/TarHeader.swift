/// A tar header: one block of 512 bytes.
///
/// The fields stand where POSIX.1-1988 (ustar), GNU tar and star put them; see `tar(5)` of libarchive, and GNU tar's
/// manual, "Basic Tar Format".
struct TarHeader {
  static let blockSize = 512

  enum Form { case v7, ustar, gnu, star }

  let block: [UInt8]

  /// - Precondition: a block is 512 bytes.
  init(_ block: [UInt8]) {
    precondition(block.count == Self.blockSize, "a tar header has 512 bytes")
    self.block = block
  }

  /// Blocks of zeros end an archive.
  var isZero: Bool { block.allSatisfy { $0 == 0 } }

  var form: Form {
    if block[257..<263].elementsEqual("ustar\0".utf8) {
      return block[508..<512].elementsEqual("tar\0".utf8) ? .star : .ustar
    }
    return block[257..<265].elementsEqual("ustar  \0".utf8) ? .gnu : .v7
  }

  /// Some old programs added the bytes up as signed ones.
  var hasRightChecksum: Bool {
    guard let expected = number(148, 8), expected >= 0 else { return false }
    var (unsigned, signed) = (Int64(8 * 0x20), Int64(8 * 0x20))
    for index in 0..<Self.blockSize where !(148..<156).contains(index) {
      unsigned += Int64(block[index])
      signed += Int64(Int8(bitPattern: block[index]))
    }
    return expected == unsigned || expected == signed
  }

  var type: UInt8 { block[156] }
  /// Bytes that follow, unless the type has none; nil where the field is no number.
  var size: Int64? { number(124, 12) }
  var linkName: ArraySlice<UInt8> { text(157, 100) }

  var name: [UInt8] {
    let name = text(0, 100)
    let prefix: ArraySlice<UInt8> =
      switch form {
      case .ustar: text(345, 155)
      case .star: text(345, 131)
      // GNU tar keeps times and maps of holes there.
      case .gnu, .v7: []
      }
    return prefix.isEmpty ? Array(name) : prefix + [0x2f] + name
  }

  /// A field up to its first NUL.
  func text(_ start: Int, _ length: Int) -> ArraySlice<UInt8> {
    let field = block[start..<start + length]
    return field[..<(field.firstIndex(of: 0) ?? field.endIndex)]
  }

  func number(_ start: Int, _ length: Int) -> Int64? { TarNumber.parse(block[start..<start + length]) }
}

/// Numbers of tar headers: octal text, or binary where the highest bit of the first byte is set (GNU, star).
enum TarNumber {
  /// Nil for anything else, and for what is beyond 63 bits. An empty field is zero.
  static func parse(_ field: ArraySlice<UInt8>) -> Int64? {
    guard let first = field.first else { return nil }
    return first & 0x80 != 0 ? binary(field) : octal(field)
  }

  /// Two's complement, most significant byte first; the first byte's highest bit only marks the form.
  private static func binary(_ field: ArraySlice<UInt8>) -> Int64? {
    guard let first = field.first else { return nil }
    let isNegative = first & 0x40 != 0
    var value: Int64 = isNegative ? -1 : 0
    for (index, byte) in field.enumerated() {
      let byte = index == 0 ? (isNegative ? byte | 0x80 : byte & 0x7f) : byte
      // Bytes above the last eight may only repeat the sign.
      guard value >= -(1 << 55), value < 1 << 55 else { return nil }
      value = value << 8 | Int64(byte)
    }
    return value
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
    let digits = field.drop { $0 == 0x20 || $0 == 0 }
    var value: Int64 = 0
    var index = digits.startIndex
    while index < digits.endIndex, (0x30...0x37).contains(digits[index]) {
      guard value < 1 << 59 else { return nil }
      value = value << 3 | Int64(digits[index] & 7)
      index += 1
    }
    // A space or NUL ends the digits; what is behind it means nothing.
    guard index == digits.endIndex || digits[index] == 0x20 || digits[index] == 0 else { return nil }
    return value
  }
}
