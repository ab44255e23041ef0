/// A concept's number in the Collaborative Interlingual Index, `i46360`: what synsets of different wordnets, and of
/// different releases of one, have in common. <https://github.com/globalwordnet/cili>
public struct InterlingualID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let number: Int32

  public init(number: Int32) { self.number = number }

  /// nil unless the text is `i` and a number from 1.
  public init?(_ text: String) {
    var text = text
    let number = text.withUTF8 { Self.number($0) }
    guard let number else { return nil }
    self.number = number
  }

  /// The number of the text's bytes; nil for what names no concept, such as `in` for one that is proposed.
  static func number(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard text.count > 1, text.count <= 9, text[0] == UInt8(ascii: "i") else { return nil }
    var number: Int32 = 0
    for byte in text[1...] {
      guard (0x30...0x39).contains(byte) else { return nil }
      number = number * 10 + Int32(byte - 0x30)
    }
    return number > 0 ? number : nil
  }

  public var description: String { "i\(number)" }

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
