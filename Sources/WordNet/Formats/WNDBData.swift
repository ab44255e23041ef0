/// The contents of `data.noun` or `data.verb`: see `WNDBRecord`.
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
    let record = try WNDBRecord(&line, letters: partOfSpeech.letter)
    let index = Int32(synsets.count)
    guard indices.updateValue(index, forKey: record.offset) == nil else {
      throw line.malformed("the synset \(id(record.offset)) is there already")
    }
    for pointer in record.pointers where pointer.partOfSpeech == partOfSpeech.letter.utf8.first {
      if pointer.isHypernym { edges.append((index, pointer.offset, number)) }
      if let (kind, targetIsWhole) = pointer.meronym {
        parts.append(
          targetIsWhole ? (record.offset, pointer.offset, kind) : (pointer.offset, record.offset, kind))
      }
    }
    synsets.append(
      Synset(id: id(record.offset), words: record.words, gloss: record.gloss, partOfSpeech: partOfSpeech))
  }
}
