/// The fields of one line of a WordNet database file, from left to right.
struct WNDBLine {
  private let bytes: [UInt8]
  private let path: String
  private let number: Int
  private var position = 0

  init(_ bytes: [UInt8], path: String, number: Int) {
    self.bytes = bytes
    self.path = path
    self.number = number
  }

  /// Whether another field follows.
  var hasMore: Bool { bytes[position...].contains { $0 != 0x20 } }

  /// The next field, up to a space.
  mutating func field(_ meaning: String) throws(WordNetReadError) -> ArraySlice<UInt8> {
    while position < bytes.count, bytes[position] == 0x20 { position += 1 }
    let start = position
    while position < bytes.count, bytes[position] != 0x20 { position += 1 }
    if start == position { throw malformed("the line ends where \(meaning) should be") }
    return bytes[start..<position]
  }

  /// The next field as a number that is not negative.
  mutating func integer(_ meaning: String, radix: Int = 10) throws(WordNetReadError) -> Int {
    let field = try field(meaning)
    var value = 0
    for byte in field {
      guard let digit = Self.digit(byte), digit < radix, value < 1 << 40 else {
        throw malformed("\(meaning) should be a number, not \"\(String(decoding: field, as: UTF8.self))\"")
      }
      value = value &* radix &+ digit
    }
    return value
  }

  /// The next field as text; it must be UTF-8.
  mutating func text(_ meaning: String) throws(WordNetReadError) -> String {
    try validated(field(meaning), meaning)
  }

  /// The next field as the eight digits of a synset's offset.
  mutating func offset(_ meaning: String) throws(WordNetReadError) -> Int {
    let start = position
    let value = try integer(meaning)
    guard position - start <= 9, value < 100_000_000 else {
      throw malformed("\(meaning) should have eight digits")
    }
    return value
  }

  /// What follows the bar, without the spaces around it; empty without a bar.
  mutating func gloss() throws(WordNetReadError) -> String {
    guard let bar = bytes[position...].firstIndex(of: 0x7C) else { return "" }
    var gloss = bytes[(bar + 1)...]
    while gloss.first == 0x20 { gloss.removeFirst() }
    while gloss.last == 0x20 { gloss.removeLast() }
    return try validated(gloss, "the gloss")
  }

  func malformed(_ reason: String) -> WordNetReadError {
    .malformed(path: path, line: number, reason: "not a line of a WordNet database: \(reason)")
  }

  private func validated(_ bytes: ArraySlice<UInt8>, _ meaning: String) throws(WordNetReadError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw malformed("\(meaning) is not UTF-8")
    }
    return text
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x61...0x66: Int(byte) - 0x61 + 10
    case 0x41...0x46: Int(byte) - 0x41 + 10
    default: nil
    }
  }
}
