extension Hierarchy {
  /// The synsets that have the lemma, nouns before verbs and the first sense first. Case does not count, and `_` is a
  /// space.
  ///
  /// The order is the source's where it knows one; otherwise by the lemma's place among the synset's words,
  /// then the larger number of hyponyms (each counted wherever it stands), then the identity.
  public func senses(of lemma: String) -> [SynsetID] { identifiers(lemmas.senses(of: lemma)) }

  /// Every lemma, in lower case with spaces.
  public var lemmaList: [String] { lemmas.all }

  /// The synset's name by its first word, such as `dog.n.01`; its identity when it has no words.
  public func name(of id: SynsetID) -> String {
    guard let index = indices[id], let word = synsets[Int(index)].words.first else { return id.text }
    let partOfSpeech = synsets[Int(index)].partOfSpeech
    let senses = senses(of: word, partOfSpeech)
    guard let rank = senses.firstIndex(of: index) else { return id.text }
    return Self.senseName(word, partOfSpeech, rank: rank - senses.startIndex)
  }

  /// The synset that a wnid (`n02084071`), the source's own identity (`oewn-02086723-n`), an interlingual identifier
  /// (`i46360`), a numbered sense (`dog.n.01`) or a lemma (`dog`) in any form (`dogs`) names.
  ///
  /// A lemma that is a noun is taken for one; `chase.v.01` is a verb. A lemma with several senses means the one
  /// synset that has it as its first word; of several such the first sense, if its subtree is ten times that of each
  /// other.
  ///
  /// - Throws: `SynsetNameError.unknown` with the nearest lemmas, `.ambiguous` with the choices, or
  ///   `.noSuchSense`.
  public func resolve(_ name: String) throws(SynsetNameError) -> ResolvedSynset {
    if let synset = synset(SynsetID(name)) ?? synset(SynsetID(name.lowercased())) {
      return ResolvedSynset(synset: synset)
    }
    if let lemma = ([name] + PartOfSpeech.allCases.flatMap { baseForms(of: name, $0) })
      .first(where: { !lemmas.senses(of: $0).isEmpty })
    {
      return try resolve(lemma: lemma, named: name)
    }
    if let numbered = NumberedSense(name) { return try resolve(numbered, named: name) }
    if let synset = synset(sourceID: name) { return ResolvedSynset(synset: synset) }
    throw .unknown(name: name, nearest: nearestLemmas(to: name))
  }

  private func resolve(lemma: String, named name: String) throws(SynsetNameError) -> ResolvedSynset {
    let all = lemmas.senses(of: lemma)
    // Images show things: a noun, if there is one.
    let nouns = all.filter { synsets[Int($0)].partOfSpeech == .noun }
    let senses = nouns.isEmpty ? Array(all) : nouns
    if let only = senses.first, senses.count == 1 {
      return ResolvedSynset(synset: synsets[Int(only)])
    }
    let folded = LemmaIndex.fold(lemma)
    let leading = senses.filter { synsets[Int($0)].words.first.map(LemmaIndex.fold) == folded }
    let choices = choices(of: lemma).filter { choice in nouns.isEmpty || choice.partOfSpeech == .noun }
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
    PartOfSpeech.allCases.flatMap { partOfSpeech in
      senses(of: lemma, partOfSpeech).enumerated().map { rank, index in
        let synset = synsets[Int(index)]
        return SynsetChoice(
          id: synset.id, name: Self.senseName(lemma, partOfSpeech, rank: rank), partOfSpeech: partOfSpeech,
          words: synset.words, gloss: synset.gloss)
      }
    }
  }

  /// The senses that a form has as a noun and as a verb, whatever form of a lemma it is; nothing is chosen.
  public func find(_ form: String) -> [SynsetChoice] {
    PartOfSpeech.allCases.flatMap { partOfSpeech in
      baseForms(of: form, partOfSpeech).flatMap { lemma in
        choices(of: lemma).filter { $0.partOfSpeech == partOfSpeech }
      }
    }
  }

  private func resolve(
    _ numbered: NumberedSense, named name: String
  ) throws(SynsetNameError) -> ResolvedSynset {
    let senses = senses(of: numbered.lemma, numbered.partOfSpeech)
    if senses.isEmpty, lemmas.senses(of: numbered.lemma).isEmpty {
      throw .unknown(name: name, nearest: nearestLemmas(to: numbered.lemma))
    }
    guard numbered.number >= 1, numbered.number <= senses.count else {
      throw .noSuchSense(name: name, choices: choices(of: numbered.lemma))
    }
    return ResolvedSynset(synset: synsets[Int(senses[senses.startIndex + numbered.number - 1])])
  }

  /// By the source's own identity, or by the interlingual one: both are rare, so that nothing is kept to find them.
  private func synset(sourceID name: String) -> Synset? {
    if let ili = InterlingualID(name) { return synsets.first { $0.ili == ili } }
    return synsets.first { $0.sourceID == name }
  }

  /// Nouns stand before verbs, so that each part of speech is one slice.
  private func senses(of lemma: String, _ partOfSpeech: PartOfSpeech) -> ArraySlice<Int32> {
    let all = lemmas.senses(of: lemma)
    let firstVerb = all.firstIndex { synsets[Int($0)].partOfSpeech == .verb } ?? all.endIndex
    return partOfSpeech == .noun ? all[..<firstVerb] : all[firstVerb...]
  }

  private static func senseName(_ lemma: String, _ partOfSpeech: PartOfSpeech, rank: Int) -> String {
    let number = rank + 1
    let underscored = String(LemmaIndex.fold(lemma).map { $0 == " " ? "_" : $0 })
    return "\(underscored).\(partOfSpeech.letter).\(number < 10 ? "0" : "")\(number)"
  }
}

/// `dog.n.01` in its parts; the lemma may have dots of its own.
private struct NumberedSense {
  let lemma: String
  let partOfSpeech: PartOfSpeech
  let number: Int

  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, let number = parts.last.flatMap({ Int($0) }) else { return nil }
    let letter = parts[parts.count - 2].utf8
    guard letter.count == 1, let partOfSpeech = letter.first.flatMap(PartOfSpeech.init(letter:)) else {
      return nil
    }
    lemma = parts.dropLast(2).joined(separator: ".")
    self.partOfSpeech = partOfSpeech
    self.number = number
  }
}
