/// A file's lines, without their ends, one at a time.
struct FileLines: ~Copyable {
  /// The number of the line that `next` gave last, from 1.
  private(set) var number = 0
  private var pieces: FilePieces
  private var piece: [UInt8] = []
  private var position = 0

  /// The longest line in WordNet 3.0 has 13 KB; no gloss gets longer than what an attribute may have.
  static let longest = 64 << 10

  var path: String { pieces.path }

  init(path: String) throws(WordNetReadError) { pieces = try FilePieces(path: path) }

  mutating func next() throws(WordNetReadError) -> [UInt8]? {
    var line: [UInt8] = []
    var hasBytes = false
    while true {
      if position == piece.count {
        try pieces.next(into: &piece)
        position = 0
        if piece.isEmpty { break }
      }
      hasBytes = true
      let end = piece[position...].firstIndex(of: 0x0A)
      line.append(contentsOf: piece[position..<(end ?? piece.count)])
      position = end.map { $0 + 1 } ?? piece.count
      if line.count > Self.longest {
        throw .beyondLimit(path: path, line: number + 1, what: "a line's length", limit: Self.longest)
      }
      if end != nil { break }
    }
    guard hasBytes else { return nil }
    number += 1
    if line.last == 0x0D { line.removeLast() }
    return line
  }
}
