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
