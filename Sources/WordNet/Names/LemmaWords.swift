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

  /// Every lemma, folded, in the order the synsets bring them.
  private(set) var all: [String] = []
  private(set) var numbers: [String: Int32] = [:]
  private(set) var entries: [Entry] = []

  init(synsets: [Synset], indices: [SynsetID: Int32], order: SenseOrder) {
    numbers.reserveCapacity(synsets.count * 2)
    entries.reserveCapacity(synsets.count * 2)
    for (index, synset) in synsets.enumerated() {
      for (position, word) in synset.words.enumerated() {
        entries.append(
          Entry(
            lemma: number(LemmaIndex.fold(word)), synset: Int32(index), position: Int32(position),
            rank: order.rank(ofWord: position, in: index)))
      }
    }
    let ranks = order.ranks(numbers: numbers, indices: indices)
    for index in entries.indices where !ranks.isEmpty {
      entries[index].rank = ranks[LemmaIndex.key(entries[index].lemma, entries[index].synset)] ?? .max
    }
  }

  private mutating func number(_ lemma: String) -> Int32 {
    let next = Int32(all.count)
    let number = numbers[lemma, default: next]
    if number == next {
      numbers[lemma] = next
      all.append(lemma)
    }
    return number
  }
}
