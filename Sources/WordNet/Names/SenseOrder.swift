/// What a source says about the order of a lemma's senses.
enum SenseOrder {
  case unknown
  /// For lemmas, their synsets in sense order.
  case synsetsOfLemmas([String: [SynsetID]])
  /// For every synset in order, the sense number of each of its words; empty where the source does not say.
  case numbersOfWords([[Int32]])

  /// The sense number of a synset's word where the source numbers words; otherwise the largest number.
  func rank(ofWord position: Int, in synset: Int) -> Int32 {
    guard case .numbersOfWords(let numbers) = self, synset < numbers.count,
      position < numbers[synset].count
    else { return .max }
    return numbers[synset][position]
  }

  /// The place among a lemma's senses, by `LemmaIndex.key`, where the source lists synsets by lemma. Lemmas
  /// with one sense need none.
  func ranks(numbers: [String: Int32], indices: [SynsetID: Int32]) -> [Int64: Int32] {
    guard case .synsetsOfLemmas(let senses) = self else { return [:] }
    var ranks: [Int64: Int32] = [:]
    for (lemma, identifiers) in senses where identifiers.count > 1 {
      guard let number = numbers[LemmaIndex.fold(lemma)] else { continue }
      for (rank, identifier) in identifiers.enumerated() {
        guard let synset = indices[identifier] else { continue }
        let key = LemmaIndex.key(number, synset)
        ranks[key] = min(ranks[key] ?? .max, Int32(rank))
      }
    }
    return ranks
  }
}
