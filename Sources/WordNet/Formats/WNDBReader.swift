/// Reads a Princeton WordNet database: nouns from `data.noun` and `index.noun`, verbs where their files are there too, and
/// irregular forms from `noun.exc` and `verb.exc`.
///
/// Hypernyms are the pointers `@` (kind) and `@i` (instance); the pointers `%p`, `%m`, `%s` and `#p`, `#m`, `#s` are
/// meronyms. A synset's identity is its wnid in WordNet 3.0, and in another release one that cannot be taken for a wnid:
/// see `WNDBRelease`.
/// Format: wndb(5WN), <https://wordnet.princeton.edu/documentation/wndb5wn>.
public enum WNDBReader {
  /// - Parameter folder: the one that holds the files, often called `dict`.
  /// - Throws: `WordNetReadError` with file and line, also for a noun that is its own hypernym; of verbs, whose hypernyms
  ///   are less of a tree in some releases, such an edge is among the hierarchy's rejected ones.
  public static func read(_ folder: String) throws(WordNetReadError) -> Hierarchy {
    let files = WNDBFiles(folder: folder)
    let nouns = try WNDBData(path: files.path("data.noun"), .noun)
    var senses = try WNDBIndex.senses(path: files.path("index.noun"), data: nouns)
    var synsets = nouns.synsets
    var hypernyms = nouns.hypernyms
    var meronyms = nouns.meronyms
    if let path = files.existing("data.verb") {
      let verbs = try WNDBData(path: path, .verb)
      // A lemma's verbs come after its nouns.
      senses.merge(try WNDBIndex.senses(path: files.path("index.verb"), data: verbs), uniquingKeysWith: +)
      synsets += verbs.synsets
      hypernyms += verbs.hypernyms
      meronyms += verbs.meronyms
    }
    let whole = Hierarchy(
      synsets: synsets, hypernyms: hypernyms, senses: senses, meronyms: meronyms,
      exceptions: try exceptions(files))
    for edge in whole.rejectedEdges where whole.synset(edge.child)?.partOfSpeech == .noun {
      throw .cycle(
        path: files.path("data.noun"), line: nouns.line(of: edge), child: edge.child, parent: edge.parent)
    }
    return whole
  }

  /// Lines of a form and its lemmas: `geese goose`.
  private static func exceptions(_ files: WNDBFiles) throws(WordNetReadError) -> MorphologicalExceptions {
    var exceptions = MorphologicalExceptions()
    for partOfSpeech in PartOfSpeech.allCases {
      guard let path = files.existing("\(WNDBFiles.name(of: partOfSpeech)).exc") else { continue }
      var lines = try FileLines(path: path)
      while let bytes = try lines.next() {
        var line = WNDBLine(bytes, path: path, number: lines.number)
        guard line.hasMore else { continue }
        let form = try line.text("a form")
        while line.hasMore { exceptions.add(form, of: try line.text("a lemma"), partOfSpeech) }
      }
    }
    return exceptions
  }
}
