/// The contents of `index.noun` or `index.verb`: the order of each lemma's senses.
enum WNDBIndex {
  /// For every lemma its synsets, the most frequent sense first.
  static func senses(path: String, data: WNDBData) throws(WordNetReadError) -> [String: [SynsetID]] {
    var lines = try FileLines(path: path)
    var senses: [String: [SynsetID]] = [:]
    senses.reserveCapacity(data.synsets.count * 3 / 2)
    while let bytes = try lines.next() {
      // The licence at the top is indented.
      if bytes.isEmpty || bytes.first == 0x20 { continue }
      var line = WNDBLine(bytes, path: path, number: lines.number)
      let (lemma, offsets) = try entry(&line, letters: data.partOfSpeech.letter)
      var synsets: [SynsetID] = []
      for offset in offsets {
        guard let synset = data.synset(at: offset) else {
          throw line.malformed(
            "data.\(WNDBFiles.name(of: data.partOfSpeech)) has no synset \(data.id(offset))")
        }
        synsets.append(synset)
      }
      senses[lemma] = synsets
    }
    return senses
  }

  /// A line: lemma, part of speech, number of synsets, number of pointers, each pointer's symbol, number of senses, of
  /// those that are tagged, and each synset's offset.
  static func entry(
    _ line: inout WNDBLine, letters: String
  ) throws(WordNetReadError) -> (lemma: String, offsets: [Int]) {
    let lemma = try line.text("the lemma")
    let kind = try line.text("the part of speech")
    guard kind.utf8.count == 1, letters.contains(kind) else {
      throw line.malformed("the part of speech should be \(letters)")
    }
    let count = try line.integer("the number of synsets")
    for _ in 0..<(try line.integer("the number of pointers")) { _ = try line.field("a pointer") }
    _ = try line.integer("the number of senses")
    _ = try line.integer("the number of tagged senses")
    var offsets: [Int] = []
    for _ in 0..<count { offsets.append(try line.offset("a synset's offset")) }
    return (lemma, offsets)
  }
}
