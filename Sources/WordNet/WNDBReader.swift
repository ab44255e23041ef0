/// Reads the nouns of a Princeton WordNet database: `data.noun` and `index.noun`.
///
/// Hypernyms are the pointers `@` (kind) and `@i` (instance). A synset's wnid is `n` and its offset in
/// WordNet 3.0's `data.noun`; other releases have other offsets, so that ImageNet's wnids need release 3.0.
/// Format: wndb(5WN), <https://wordnet.princeton.edu/documentation/wndb5wn>.
public enum WNDBReader {
  /// The hierarchy under `entity.n.01`.
  ///
  /// - Parameter folder: the one that holds both files, often called `dict`.
  /// - Throws: `WordNetReadError` with file and line.
  public static func read(_ folder: String) throws(WordNetReadError) -> Hierarchy {
    let dataPath = folder + "/data.noun"
    let nouns = try WNDBNouns(path: dataPath)
    let senses = try senses(indexPath: folder + "/index.noun", nouns: nouns)
    let whole = Hierarchy(synsets: nouns.synsets, hypernyms: nouns.hypernyms, senses: senses)
    if let edge = whole.rejectedEdges.first {
      throw .cycle(path: dataPath, line: nouns.line(of: edge), child: edge.child, parent: edge.parent)
    }
    guard let entity = whole.senses(of: "entity").first else {
      throw .unexpectedContents(
        path: dataPath, line: nil, found: "no synset \"entity\"",
        expected: "the nouns of WordNet 3.0, which are all under it")
    }
    let under = Set(whole.subtree(of: entity))
    if under.count == whole.synsets.count { return whole }
    return Hierarchy(
      synsets: whole.synsets.filter { under.contains($0.id) },
      hypernyms: whole.edges.filter { under.contains($0.child) && under.contains($0.parent) },
      senses: senses)
  }

  /// For every lemma its synsets, the most frequent sense first.
  private static func senses(
    indexPath: String, nouns: WNDBNouns
  ) throws(WordNetReadError) -> [String: [SynsetID]] {
    var lines = try FileLines(path: indexPath)
    var senses: [String: [SynsetID]] = [:]
    senses.reserveCapacity(nouns.synsets.count * 3 / 2)
    while let bytes = try lines.next() {
      // The licence at the top is indented.
      if bytes.isEmpty || bytes.first == 0x20 { continue }
      var line = WNDBLine(bytes, path: indexPath, number: lines.number)
      let lemma = try line.text("the lemma")
      guard try line.field("the part of speech").elementsEqual([0x6E]) else {
        throw line.malformed("the part of speech should be n")
      }
      let count = try line.integer("the number of synsets")
      for _ in 0..<(try line.integer("the number of pointers")) { _ = try line.field("a pointer") }
      _ = try line.integer("the number of senses")
      _ = try line.integer("the number of tagged senses")
      var synsets: [SynsetID] = []
      for _ in 0..<count {
        let offset = try line.offset("a synset's offset")
        guard let synset = nouns.synset(at: offset) else {
          throw line.malformed("data.noun has no synset \(WNDBNouns.wnid(offset))")
        }
        synsets.append(synset)
      }
      senses[lemma] = synsets
    }
    return senses
  }
}
