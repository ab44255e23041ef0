extension Hierarchy {
  /// The synsets that have the lemma, its first sense first. Case does not count, and `_` is a space.
  ///
  /// The order is the source's where it knows one; otherwise by the lemma's place among the synset's words,
  /// then the larger number of hyponyms (each counted wherever it stands), then the identity.
  public func senses(of lemma: String) -> [SynsetID] { identifiers(lemmas.senses(of: lemma)) }

  /// Every lemma, in lower case with spaces.
  public var lemmaList: [String] { lemmas.all }

  /// The synset's name by its first word, such as `dog.n.01`; its identity when it has no words.
  public func name(of id: SynsetID) -> String {
    guard let index = indices[id], let word = synsets[Int(index)].words.first,
      let rank = lemmas.senses(of: word).enumerated().first(where: { $0.element == index })?.offset
    else { return id.text }
    return Self.senseName(word, rank: rank)
  }

  /// The synset that a wnid (`n02084071`), a numbered sense (`dog.n.01`) or a lemma (`dog`) names.
  ///
  /// A lemma with several senses means the one synset that has it as its first word; of several such the first
  /// sense, if its subtree is ten times that of each other.
  ///
  /// - Throws: `SynsetNameError.unknown` with the nearest lemmas, `.ambiguous` with the choices, or
  ///   `.noSuchSense`.
  public func resolve(_ name: String) throws(SynsetNameError) -> ResolvedSynset {
    if let synset = synset(SynsetID(name)) ?? synset(SynsetID(name.lowercased())) {
      return ResolvedSynset(synset: synset)
    }
    let senses = lemmas.senses(of: name)
    if senses.isEmpty { return try resolve(numberedSense: name) }
    if let only = senses.first, senses.count == 1 {
      return ResolvedSynset(synset: synsets[Int(only)])
    }
    let folded = LemmaIndex.fold(name)
    let leading = senses.filter { synsets[Int($0)].words.first.map(LemmaIndex.fold) == folded }
    let choices = choices(of: name)
    guard let one = leading.first, leading.count == 1 || one == senses.first && dominates(one, leading) else {
      throw .ambiguous(name: name, choices: choices)
    }
    let synset = synsets[Int(one)]
    return ResolvedSynset(synset: synset, alternatives: choices.filter { $0.id != synset.id })
  }

  /// Whether a sense plainly is the one meant: its subtree is ten times that of any other sense named first by the
  /// same word. So `dog` is the animal with its 190 kinds and not "informal term for a man", while `crane` stays
  /// open between the bird and the machine.
  private func dominates(_ sense: Int32, _ leading: [Int32]) -> Bool {
    let size = subtree(of: synsets[Int(sense)].id).count
    return leading.allSatisfy { $0 == sense || subtree(of: synsets[Int($0)].id).count * 10 <= size }
  }

  /// A lemma's senses in order, each with its number.
  public func choices(of lemma: String) -> [SynsetChoice] {
    lemmas.senses(of: lemma).enumerated().map { rank, index in
      let synset = synsets[Int(index)]
      return SynsetChoice(
        id: synset.id, name: Self.senseName(lemma, rank: rank), words: synset.words, gloss: synset.gloss)
    }
  }

  private func resolve(numberedSense name: String) throws(SynsetNameError) -> ResolvedSynset {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, let number = parts.last.flatMap({ Int($0) }),
      ["n", "N"].contains(parts[parts.count - 2])
    else { throw .unknown(name: name, nearest: nearestLemmas(to: name)) }
    let lemma = parts.dropLast(2).joined(separator: ".")
    let senses = lemmas.senses(of: lemma)
    guard !senses.isEmpty else {
      throw .unknown(name: name, nearest: nearestLemmas(to: lemma))
    }
    guard number >= 1, number <= senses.count else {
      throw .noSuchSense(name: name, choices: choices(of: lemma))
    }
    return ResolvedSynset(synset: synsets[Int(senses[senses.startIndex + number - 1])])
  }

  private static func senseName(_ lemma: String, rank: Int) -> String {
    let number = rank + 1
    let underscored = String(LemmaIndex.fold(lemma).map { $0 == " " ? "_" : $0 })
    return "\(underscored).n.\(number < 10 ? "0" : "")\(number)"
  }
}
