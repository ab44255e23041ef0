/// From a lemma to its synsets, in sense order.
struct LemmaIndex: Sendable {
  private let numbers: LemmaNumbers
  private let senses: AdjacencyLists

  var count: Int { numbers.count }

  /// Every lemma, folded, in the order the synsets bring them.
  var all: [String] { (0..<Int32(numbers.count)).map { numbers[$0] } }

  /// The form under which lemmas are looked up: lower case, spaces for underscores.
  static func fold(_ lemma: String) -> String {
    guard lemma.utf8.contains(where: { $0 >= 0x80 || $0 == 0x5F || (0x41...0x5A).contains($0) }) else {
      return lemma
    }
    guard lemma.utf8.contains(0x5F) else { return lemma.lowercased() }
    return String(lemma.lowercased().map { $0 == "_" ? " " : $0 })
  }

  /// Nouns come before verbs, senses in the order that the source gives; those it does not name follow, by the lemma's
  /// position among the synset's words, then the larger number of nested hyponyms, then the identity.
  init(synsets: [Synset], words: LemmaWords, nestedCounts: [Int]) {
    let entries = words.entries
    func precedes(_ left: LemmaWords.Entry, _ right: LemmaWords.Entry) -> Bool {
      let partsOfSpeech = (
        synsets[Int(left.synset)].partOfSpeech, synsets[Int(right.synset)].partOfSpeech
      )
      if partsOfSpeech.0 != partsOfSpeech.1 { return partsOfSpeech.0 < partsOfSpeech.1 }
      if left.rank != right.rank { return left.rank < right.rank }
      if left.position != right.position { return left.position < right.position }
      let leftCount = nestedCounts[Int(left.synset)]
      let rightCount = nestedCounts[Int(right.synset)]
      if leftCount != rightCount { return leftCount > rightCount }
      return synsets[Int(left.synset)].id < synsets[Int(right.synset)].id
    }

    let grouped = AdjacencyLists(
      nodeCount: words.lemmas.count, pairs: entries.indices.map { (from: entries[$0].lemma, to: Int32($0)) })
    var pairs: [(from: Int32, to: Int32)] = []
    pairs.reserveCapacity(entries.count)
    // A synset can have one lemma twice, as "Washington" and "washington": the better place counts. Kept is for each
    // synset the lemma it was last seen with.
    var lastLemma = [Int32](repeating: -1, count: synsets.count)
    for lemma in 0..<Int32(words.lemmas.count) {
      guard grouped.count(of: lemma) > 1 else {
        pairs.append(contentsOf: grouped[lemma].map { (from: lemma, to: entries[Int($0)].synset) })
        continue
      }
      let sorted = grouped[lemma].map { entries[Int($0)] }.sorted(by: precedes)
      for entry in sorted where lastLemma[Int(entry.synset)] != lemma {
        lastLemma[Int(entry.synset)] = lemma
        pairs.append((lemma, entry.synset))
      }
    }
    senses = AdjacencyLists(nodeCount: words.lemmas.count, pairs: pairs)
    numbers = words.lemmas
  }

  /// The synsets' indices, the first sense first; empty for a lemma there is not.
  func senses(of lemma: String) -> ArraySlice<Int32> {
    numbers.find(lemma).map { senses[$0] } ?? []
  }

  /// For every synset the sense numbers of its words, from 1, with spaces between.
  ///
  /// - Complexity: O(words), unlike asking for each synset's place among a lemma's senses.
  func senseNumbers(of synsets: [Synset]) -> [String] {
    var ranks: [Int64: Int] = [:]
    for lemma in 0..<Int32(numbers.count) where senses.count(of: lemma) > 1 {
      for (rank, synset) in senses[lemma].enumerated() { ranks[Self.key(lemma, synset)] = rank }
    }
    return synsets.enumerated().map { index, synset in
      synset.words.map { word in
        let rank = numbers.find(word).flatMap { ranks[Self.key($0, Int32(index))] } ?? 0
        return String(rank + 1)
      }.joined(separator: " ")
    }
  }

  static func key(_ lemma: Int32, _ synset: Int32) -> Int64 { Int64(lemma) << 32 | Int64(synset) }
}
