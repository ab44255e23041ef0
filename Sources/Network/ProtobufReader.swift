/// Walks the fields of a protocol-buffers message inside a mapped file, checking every length against the message's end.
///
/// Source: the Protocol Buffers encoding specification (varint, 64-bit, length-delimited, 32-bit; groups are refused).
struct ProtobufReader {
  /// Where a field's bytes lie in the file.
  typealias Range = Swift.Range<Int>

  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(Range)
  }

  let file: MappedFile
  private let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int
  private let end: Int

  /// `bytes` are all of the file's and must outlive the reader; `range` is the message.
  init(_ file: MappedFile, _ bytes: UnsafeRawBufferPointer, _ range: Range) {
    self.file = file
    self.bytes = bytes
    offset = range.lowerBound
    end = min(range.upperBound, bytes.count)
  }

  /// A reader for a message inside this one.
  func message(_ range: Range) -> ProtobufReader { ProtobufReader(file, bytes, range) }

  var isAtEnd: Bool { offset >= end }

  func failure(_ reason: String, at position: Int? = nil) -> NetworkError {
    .malformed(path: file.path, offset: position ?? offset, reason: reason)
  }

  /// The next field, or nil at the message's end.
  mutating func next() throws(NetworkError) -> (field: Int, value: Value)? {
    guard offset < end else { return nil }
    let start = offset
    let key = try varint()
    guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw failure("a field has no valid number", at: start) }
    let field = Int(key >> 3)
    switch key & 7 {
    case 0: return (field, .varint(try varint()))
    case 1: return (field, .fixed64(UInt64(littleEndian: try fixed(UInt64.self))))
    case 2: return (field, .bytes(try lengthDelimited()))
    case 5: return (field, .fixed32(UInt32(littleEndian: try fixed(UInt32.self))))
    default: throw failure("a field has the unknown wire type \(key & 7)", at: start)
    }
  }

  mutating func varint() throws(NetworkError) -> UInt64 {
    let start = offset
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end {
      let byte = bytes[offset]
      offset += 1
      if shift == 63, byte > 1 { throw failure("a number is longer than 64 bits", at: start) }
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
      shift += 7
      if shift > 63 { throw failure("a number is longer than 64 bits", at: start) }
    }
    throw failure("the message ends inside a number", at: start)
  }

  mutating func fixed<T: FixedWidthInteger>(_: T.Type) throws(NetworkError) -> T {
    guard end - offset >= MemoryLayout<T>.size else { throw failure("the message ends inside a number") }
    defer { offset += MemoryLayout<T>.size }
    return bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
  }

  private mutating func lengthDelimited() throws(NetworkError) -> Range {
    let start = offset
    let length = try varint()
    guard length <= UInt64(end - offset) else {
      throw failure("a field claims \(length) bytes where \(end - offset) are left", at: start)
    }
    defer { offset += Int(length) }
    return offset..<offset + Int(length)
  }
}

/// Readings of one field's value, with an error where the file has another wire type than the schema.
extension ProtobufReader {
  func range(_ value: Value) throws(NetworkError) -> Range {
    guard case .bytes(let range) = value else {
      throw failure("a field that should hold bytes holds a number")
    }
    return range
  }

  func text(_ value: Value) throws(NetworkError) -> String {
    String(decoding: bytes[try range(value)], as: UTF8.self)
  }

  func integer(_ value: Value) throws(NetworkError) -> Int64 {
    guard case .varint(let number) = value else {
      throw failure("a field that should hold an integer does not")
    }
    return Int64(bitPattern: number)
  }

  func float(_ value: Value) throws(NetworkError) -> Float {
    guard case .fixed32(let bits) = value else { throw failure("a field that should hold a float does not") }
    return Float(bitPattern: bits)
  }

  /// Repeated integers: packed, or one element of the unpacked form.
  func integers(_ value: Value) throws(NetworkError) -> [Int64] {
    guard case .bytes(let range) = value else { return [try integer(value)] }
    var inner = message(range)
    var result: [Int64] = []
    result.reserveCapacity(range.count)
    while !inner.isAtEnd { result.append(Int64(bitPattern: try inner.varint())) }
    return result
  }

  /// Repeated floats: packed, or one element of the unpacked form.
  func floats(_ value: Value) throws(NetworkError) -> [Float] {
    guard case .bytes(let range) = value else { return [try float(value)] }
    guard range.count % 4 == 0 else { throw failure("packed floats are cut", at: range.lowerBound) }
    return stride(from: range.lowerBound, to: range.upperBound, by: 4).map {
      Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
    }
  }

  /// Repeated doubles: packed, or one element of the unpacked form.
  func doubles(_ value: Value) throws(NetworkError) -> [Double] {
    if case .fixed64(let bits) = value { return [Double(bitPattern: bits)] }
    let range = try range(value)
    guard range.count % 8 == 0 else { throw failure("packed doubles are cut", at: range.lowerBound) }
    return stride(from: range.lowerBound, to: range.upperBound, by: 8).map {
      Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)))
    }
  }
}
