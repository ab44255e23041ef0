/// What a source says about the order of a lemma's senses.
enum SenseOrder {
  case unknown
  /// For lemmas, their synsets in sense order.
  case synsetsOfLemmas([String: [SynsetID]])
  /// The sense number of each word, synset after synset; the largest number where the source does not say.
  case numbersOfWords([Int32])

  /// The sense number of a word, by its place among the words of all synsets, where the source numbers words; otherwise
  /// the largest number.
  func rank(ofWord index: Int) -> Int32 {
    guard case .numbersOfWords(let numbers) = self, index < numbers.count else { return .max }
    return numbers[index]
  }

  /// The place among a lemma's senses, by `LemmaIndex.key`, where the source lists synsets by lemma. Lemmas
  /// with one sense need none.
  func ranks(of lemmas: LemmaNumbers, indices: SynsetIndices) -> [Int64: Int32] {
    guard case .synsetsOfLemmas(let senses) = self else { return [:] }
    var ranks: [Int64: Int32] = [:]
    for (lemma, identifiers) in senses where identifiers.count > 1 {
      guard let number = lemmas.find(lemma) else { continue }
      for (rank, identifier) in identifiers.enumerated() {
        guard let synset = indices[identifier] else { continue }
        let key = LemmaIndex.key(number, synset)
        ranks[key] = min(ranks[key] ?? .max, Int32(rank))
      }
    }
    return ranks
  }
}
