import Foundation

/// Distinct strings, numbered in the order they first come: `ByteStrings` for strings, which are equal where Swift takes
/// them for equal, composed or not.
struct StringNumbers: Sendable {
  private var strings = ByteStrings()

  var count: Int { strings.count }

  /// Room for so many strings.
  mutating func reserveCapacity(_ count: Int) { strings.reserveCapacity(count) }

  /// The number of a string, a new one when it has not come before.
  mutating func number(_ text: String) -> Int32 {
    var text = text
    let hash = hash(&text)
    return text.withUTF8 { strings.number($0, hash: hash) }
  }

  /// The number of an ASCII text.
  mutating func number(ascii text: UnsafeBufferPointer<UInt8>) -> Int32 { strings.number(text) }

  /// The number of a string that has come before.
  func find(_ text: String) -> Int32? {
    var text = text
    return strings.find(hash: hash(&text))
  }

  subscript(number: Int32) -> String { strings.text(number) }

  private func hash(_ text: inout String) -> UInt64 {
    // Below U+0300 there is nothing that could be composed.
    let isComposed = text.withUTF8 { $0.allSatisfy { $0 < 0xCC } }
    if isComposed { return text.withUTF8(strings.hash.callAsFunction) }
    var composed = text.precomposedStringWithCanonicalMapping
    return composed.withUTF8(strings.hash.callAsFunction)
  }
}
