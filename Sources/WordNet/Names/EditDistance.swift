/// The number of insertions, deletions, substitutions and swaps of neighbours between one word and many
/// others, in bytes of UTF-8 (optimal string alignment: Damerau 1964, with no byte edited twice).
struct EditDistance {
  private let word: [UInt8]
  private let limit: Int
  private var rows: (beforeLast: [Int], last: [Int], current: [Int])

  /// Distances beyond `limit` are not worked out.
  init(from word: [UInt8], limit: Int) {
    self.word = word
    self.limit = limit
    let row = [Int](repeating: 0, count: word.count + 1)
    rows = (row, row, row)
  }

  /// nil when the distance is beyond the limit.
  mutating func distance(to other: String) -> Int? {
    for column in 0...word.count { rows.last[column] = column }
    var previous: UInt8?
    var row = 0
    for byte in other.utf8 {
      row += 1
      fill(row: row, byte: byte, previous: previous)
      // Rows never get smaller than the smaller of the last two, so that two rows beyond the limit decide.
      if (rows.current.min() ?? 0) > limit, (rows.last.min() ?? 0) > limit { return nil }
      rows = (rows.last, rows.current, rows.beforeLast)
      previous = byte
    }
    let distance = rows.last[word.count]
    return distance <= limit ? distance : nil
  }

  private mutating func fill(row: Int, byte: UInt8, previous: UInt8?) {
    rows.current[0] = row
    for column in 1..<(word.count + 1) {
      let substituted = rows.last[column - 1] + (word[column - 1] == byte ? 0 : 1)
      var best = min(substituted, rows.last[column] + 1, rows.current[column - 1] + 1)
      if column > 1, word[column - 1] == previous, word[column - 2] == byte {
        best = min(best, rows.beforeLast[column - 2] + 1)
      }
      rows.current[column] = best
    }
  }
}
