/// The words of all synsets, each with its lemma's number.
struct LemmaWords {
  /// A synset's word: a sense of its lemma.
  struct Entry {
    let lemma: Int32
    let synset: Int32
    /// The word's place among the synset's.
    let position: Int32
    /// The sense's place in the source's order, the largest number where the source does not say.
    var rank: Int32
  }

  private(set) var lemmas = LemmaNumbers()
  private(set) var entries: [Entry] = []

  init(synsets: [Synset], indices: SynsetIndices, order: SenseOrder) {
    entries.reserveCapacity(synsets.count * 2)
    lemmas.reserveCapacity(synsets.count)
    for index in synsets.indices {
      for (position, word) in synsets[index].words.enumerated() {
        entries.append(
          Entry(
            lemma: lemmas.number(word), synset: Int32(index), position: Int32(position),
            rank: order.rank(ofWord: entries.count)))
      }
    }
    let ranks = order.ranks(of: lemmas, indices: indices)
    for index in entries.indices where !ranks.isEmpty {
      entries[index].rank = ranks[LemmaIndex.key(entries[index].lemma, entries[index].synset)] ?? .max
    }
  }
}
