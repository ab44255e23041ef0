/// Lemmas in the form under which they are looked up, numbered in the order they first come.
struct LemmaNumbers: Sendable {
  private var strings = StringNumbers()
  /// Kept, so that a word needs no memory of its own.
  private var folded: [UInt8] = []

  var count: Int { strings.count }

  /// Room for so many lemmas.
  mutating func reserveCapacity(_ count: Int) { strings.reserveCapacity(count) }

  /// The number of a word's lemma, a new one when it has not come before.
  mutating func number(_ word: String) -> Int32 {
    folded.removeAll(keepingCapacity: true)
    let isASCII = word.utf8.withContiguousStorageIfAvailable { bytes in
      for byte in bytes {
        if byte >= 0x80 { return false }
        folded.append(Self.fold(byte))
      }
      return true
    }
    guard isASCII == true else { return strings.number(LemmaIndex.fold(word)) }
    return folded.withUnsafeBufferPointer { strings.number(ascii: $0) }
  }

  /// The number of a lemma that has come before.
  func find(_ lemma: String) -> Int32? { strings.find(LemmaIndex.fold(lemma)) }

  subscript(number: Int32) -> String { strings[number] }

  /// As `LemmaIndex.fold`.
  private static func fold(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: byte + 0x20
    case 0x5F: 0x20
    default: byte
    }
  }
}
