/// A set of row ids, one bit each: ids are given out densely from 1, so a million cost 125 kB.
struct IdentifierSet: Sendable {
  private var words: [UInt64] = []
  private(set) var count = 0

  /// Whether `id` is new to the set; never for ids a store can't hold.
  mutating func insert(_ id: Int64) -> Bool {
    guard id >= 0, id <= ContentRecord.greatestID else { return false }
    let word = Int(id >> 6)
    let bit: UInt64 = 1 << UInt64(id & 63)
    if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
    guard words[word] & bit == 0 else { return false }
    words[word] |= bit
    count += 1
    return true
  }

  func contains(_ id: Int64) -> Bool {
    guard id >= 0, id >> 6 < words.count else { return false }
    return words[Int(id >> 6)] & (1 << UInt64(id & 63)) != 0
  }
}

/// Smallest id first.
extension IdentifierSet: Sequence {
  struct Iterator: IteratorProtocol {
    let words: [UInt64]
    var index = 0
    var rest: UInt64 = 0

    mutating func next() -> Int64? {
      while rest == 0 {
        guard index < words.count else { return nil }
        rest = words[index]
        index += 1
      }
      defer { rest &= rest &- 1 }
      return Int64(index - 1) << 6 | Int64(rest.trailingZeroBitCount)
    }
  }

  func makeIterator() -> Iterator { Iterator(words: words) }
  var underestimatedCount: Int { count }
}
