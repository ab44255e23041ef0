/// The contents of `data.noun`.
///
/// A line is: offset, lexicographer file, `n`, number of words (hexadecimal), each word with its lexical
/// number, number of pointers, each pointer (symbol, offset, part of speech, source and target), a bar and
/// the gloss.
struct WNDBNouns {
  private(set) var synsets: [Synset] = []
  private(set) var hypernyms: [(child: SynsetID, parent: SynsetID)] = []
  private var indices: [Int: Int32] = [:]
  private var edges: [(child: Int32, parentOffset: Int, line: Int)] = []

  init(path: String) throws(WordNetReadError) {
    var lines = try FileLines(path: path)
    while let bytes = try lines.next() {
      // The licence at the top is indented.
      if bytes.isEmpty || bytes.first == 0x20 { continue }
      var line = WNDBLine(bytes, path: path, number: lines.number)
      try append(&line, number: lines.number)
    }
    if synsets.isEmpty {
      throw .unexpectedContents(path: path, line: nil, found: "none", expected: "lines of synsets")
    }
    hypernyms.reserveCapacity(edges.count)
    for edge in edges {
      guard let parent = synset(at: edge.parentOffset) else {
        throw .malformed(
          path: path, line: edge.line,
          reason: "the hypernym \(Self.wnid(edge.parentOffset)) is not in the file")
      }
      hypernyms.append((synsets[Int(edge.child)].id, parent))
    }
  }

  func synset(at offset: Int) -> SynsetID? { indices[offset].map { synsets[Int($0)].id } }

  /// The line that gives this edge, or 0.
  func line(of edge: HypernymEdge) -> Int {
    let position = hypernyms.firstIndex { $0.child == edge.child && $0.parent == edge.parent }
    return position.map { edges[$0].line } ?? 0
  }

  static func wnid(_ offset: Int) -> SynsetID {
    let digits = String(offset)
    return SynsetID("n" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits)
  }

  private mutating func append(_ line: inout WNDBLine, number: Int) throws(WordNetReadError) {
    let offset = try line.offset("the synset's offset")
    let index = Int32(synsets.count)
    guard indices.updateValue(index, forKey: offset) == nil else {
      throw line.malformed("the synset \(Self.wnid(offset)) is there already")
    }
    _ = try line.integer("the lexicographer file")
    guard try line.field("the kind of synset").elementsEqual([0x6E]) else {
      throw line.malformed("the kind of synset should be n")
    }
    var words: [String] = []
    for _ in 0..<(try line.integer("the number of words", radix: 16)) {
      words.append(Self.spaced(try line.text("a word")))
      _ = try line.integer("a lexical number", radix: 16)
    }
    for _ in 0..<(try line.integer("the number of pointers")) {
      let symbol = try line.field("a pointer's symbol")
      let target = try line.offset("a pointer's offset")
      let isNoun = try line.field("a pointer's part of speech").elementsEqual([0x6E])
      _ = try line.integer("a pointer's source and target", radix: 16)
      let isHypernym = symbol.elementsEqual([0x40]) || symbol.elementsEqual([0x40, 0x69])
      if isHypernym, isNoun { edges.append((index, target, number)) }
    }
    synsets.append(Synset(id: Self.wnid(offset), words: words, gloss: try line.gloss()))
  }

  private static func spaced(_ word: String) -> String {
    guard word.utf8.contains(0x5F) else { return word }
    return String(decoding: word.utf8.map { $0 == 0x5F ? 0x20 : $0 }, as: UTF8.self)
  }
}
