/// The contents of `data.noun` or `data.verb`.
///
/// A line is: offset, lexicographer file, part of speech, number of words (hexadecimal), each word with its lexical
/// number, number of pointers, each pointer (symbol, offset, part of speech, source and target), for verbs their frames,
/// a bar and the gloss.
struct WNDBData {
  let partOfSpeech: PartOfSpeech
  private(set) var synsets: [Synset] = []
  private(set) var hypernyms: [(child: SynsetID, parent: SynsetID)] = []
  private(set) var meronyms: [Meronym] = []
  private(set) var release = WNDBRelease.wordNet30
  private var indices: [Int: Int32] = [:]
  private var edges: [(child: Int32, parentOffset: Int, line: Int)] = []
  private var parts: [(part: Int, whole: Int, kind: Meronym.Kind)] = []

  init(path: String, _ partOfSpeech: PartOfSpeech) throws(WordNetReadError) {
    self.partOfSpeech = partOfSpeech
    var lines = try FileLines(path: path)
    var header: [String] = []
    while let bytes = try lines.next() {
      if bytes.isEmpty { continue }
      // The licence at the top is indented.
      if bytes.first == 0x20 {
        if synsets.isEmpty, header.count < 64 { header.append(String(decoding: bytes, as: UTF8.self)) }
        continue
      }
      if synsets.isEmpty { release = WNDBRelease(header: header) }
      var line = WNDBLine(bytes, path: path, number: lines.number)
      try append(&line, number: lines.number)
    }
    if synsets.isEmpty {
      throw .unexpectedContents(path: path, line: nil, found: "none", expected: "lines of synsets")
    }
    try resolve(path: path)
  }

  func synset(at offset: Int) -> SynsetID? { indices[offset].map { synsets[Int($0)].id } }

  func id(_ offset: Int) -> SynsetID { release.id(partOfSpeech, offset: offset) }

  /// The line that gives this edge, or 0.
  func line(of edge: HypernymEdge) -> Int {
    let position = hypernyms.firstIndex { $0.child == edge.child && $0.parent == edge.parent }
    return position.map { edges[$0].line } ?? 0
  }

  /// Offsets to synsets, once all have been read.
  private mutating func resolve(path: String) throws(WordNetReadError) {
    hypernyms.reserveCapacity(edges.count)
    for edge in edges {
      guard let parent = synset(at: edge.parentOffset) else {
        throw .malformed(
          path: path, line: edge.line, reason: "the hypernym \(id(edge.parentOffset)) is not in the file")
      }
      hypernyms.append((synsets[Int(edge.child)].id, parent))
    }
    for (part, whole, kind) in parts {
      guard let part = synset(at: part), let whole = synset(at: whole) else { continue }
      meronyms.append(Meronym(part: part, whole: whole, kind: kind))
    }
  }

  private mutating func append(_ line: inout WNDBLine, number: Int) throws(WordNetReadError) {
    let offset = try line.offset("the synset's offset")
    let index = Int32(synsets.count)
    guard indices.updateValue(index, forKey: offset) == nil else {
      throw line.malformed("the synset \(id(offset)) is there already")
    }
    _ = try line.integer("the lexicographer file")
    guard try isOwnPart(line.field("the kind of synset")) else {
      throw line.malformed("the kind of synset should be \(partOfSpeech.letter)")
    }
    var words: [String] = []
    for _ in 0..<(try line.integer("the number of words", radix: 16)) {
      words.append(Self.spaced(try line.text("a word")))
      _ = try line.integer("a lexical number", radix: 16)
    }
    for _ in 0..<(try line.integer("the number of pointers")) {
      let symbol = try line.field("a pointer's symbol")
      let target = try line.offset("a pointer's offset")
      let isWithin = try isOwnPart(line.field("a pointer's part of speech"))
      _ = try line.integer("a pointer's source and target", radix: 16)
      if isWithin { addPointer(symbol, from: (index, offset), to: target, line: number) }
    }
    synsets.append(
      Synset(id: id(offset), words: words, gloss: try line.gloss(), partOfSpeech: partOfSpeech))
  }

  private mutating func addPointer(
    _ symbol: ArraySlice<UInt8>, from source: (index: Int32, offset: Int), to target: Int, line: Int
  ) {
    let kinds: [UInt8: Meronym.Kind] = [0x70: .part, 0x6D: .member, 0x73: .substance]
    switch (symbol.first, symbol.dropFirst().first, symbol.count) {
    case (0x40, nil, 1), (0x40, 0x69, 2): edges.append((source.index, target, line))
    case (0x23, let kind?, 2): if let kind = kinds[kind] { parts.append((source.offset, target, kind)) }
    case (0x25, let kind?, 2): if let kind = kinds[kind] { parts.append((target, source.offset, kind)) }
    default: break
    }
  }

  private func isOwnPart(_ field: ArraySlice<UInt8>) -> Bool {
    field.count == 1 && field.first == (partOfSpeech == .noun ? 0x6E : 0x76)
  }

  private static func spaced(_ word: String) -> String {
    guard word.utf8.contains(0x5F) else { return word }
    return String(decoding: word.utf8.map { $0 == 0x5F ? 0x20 : $0 }, as: UTF8.self)
  }
}
