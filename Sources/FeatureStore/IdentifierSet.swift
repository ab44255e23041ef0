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

  /// Calls `body` with every id, smallest first.
  func forEach(_ body: (Int64) throws -> Void) rethrows {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        try body(Int64(index) << 6 | Int64(rest.trailingZeroBitCount))
        rest &= rest &- 1
      }
    }
  }
}
