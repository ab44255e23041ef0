/// The elements of a MATLAB file, or of an array in it, one after another: a type, a length and so many bytes.
///
/// Source: "MAT-File Format" (The MathWorks), Level 5.
struct MATElements {
  struct Element {
    var type: MATType
    var contents: ArraySlice<UInt8>
  }

  let isBigEndian: Bool
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
    (rest, self.isBigEndian) = (bytes, isBigEndian)
  }

  /// - Returns: nil at the end.
  mutating func next() throws(MATFile.Problem) -> Element? {
    guard !rest.isEmpty else { return nil }
    guard rest.count >= 8 else { throw .cutOff }
    let word = integer(rest.prefix(4))
    if word >> 16 != 0 {
      // A short element lies in its own tag.
      let count = Int(word >> 16)
      guard count <= 4 else { throw .init("an element says that \(count) bytes lie in four") }
      defer { rest = rest.dropFirst(8) }
      return Element(type: MATType(code: word & 0xffff), contents: rest.dropFirst(4).prefix(count))
    }
    let type = MATType(code: word)
    let count = Int(integer(rest.dropFirst(4).prefix(4)))
    guard count <= rest.count - 8 else { throw .cutOff }
    let contents = rest.dropFirst(8).prefix(count)
    // Packed data alone is not filled up.
    rest = rest.dropFirst(8 + (type == .compressed ? count : (count + 7) / 8 * 8))
    return Element(type: type, contents: contents)
  }

  /// The next element, which must be there.
  mutating func require() throws(MATFile.Problem) -> Element {
    guard let element = try next() else { throw .cutOff }
    return element
  }

  /// An unsigned number of at most eight bytes.
  private func integer(_ bytes: some Collection<UInt8>) -> UInt64 {
    MATType.integer(bytes, isBigEndian: isBigEndian)
  }
}

/// How an element's bytes are to be read.
enum MATType: Hashable {
  case signed(bytes: Int)
  case unsigned(bytes: Int)
  case single
  case double
  case matrix
  case compressed
  case utf8
  case utf16
  case other(UInt64)

  init(code: UInt64) {
    switch code {
    case 1: self = .signed(bytes: 1)
    case 2: self = .unsigned(bytes: 1)
    case 3: self = .signed(bytes: 2)
    case 4: self = .unsigned(bytes: 2)
    case 5: self = .signed(bytes: 4)
    case 6: self = .unsigned(bytes: 4)
    case 7: self = .single
    case 9: self = .double
    case 12: self = .signed(bytes: 8)
    case 13: self = .unsigned(bytes: 8)
    case 14: self = .matrix
    case 15: self = .compressed
    case 16: self = .utf8
    case 17: self = .utf16
    default: self = .other(code)
    }
  }

  /// Of one number; nil for what is none.
  private var size: Int? {
    switch self {
    case .signed(let bytes), .unsigned(let bytes): bytes
    case .single: 4
    case .double: 8
    case .utf8: 1
    case .utf16: 2
    case .matrix, .compressed, .other: nil
    }
  }

  static func integer(_ bytes: some Collection<UInt8>, isBigEndian: Bool) -> UInt64 {
    if isBigEndian { return bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The numbers that bytes of this type stand for; nil for what are none.
  func numbers(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [Double]? {
    guard let size, bytes.count % size == 0 else { return nil }
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
      let bits = Self.integer(bytes[start..<start + size], isBigEndian: isBigEndian)
      return switch self {
      case .double: Double(bitPattern: bits)
      case .single: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case .signed: Double(Int64(bitPattern: bits << (64 - 8 * size)) >> (64 - 8 * size))
      default: Double(bits)
      }
    }
  }
}
