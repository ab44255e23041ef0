extension Hierarchy {
  /// Up to `count` lemmas spelled almost like `name`, the nearest first, then those with more hyponyms.
  func nearestLemmas(to name: String, count: Int = 3) -> [String] {
    let wanted = Array(LemmaIndex.fold(name).utf8)
    // Nobody misspells a longer lemma; the bound keeps a pasted page from costing minutes.
    guard !wanted.isEmpty, wanted.count <= 64 else { return [] }
    let limit = min(3, max(1, wanted.count / 3))
    var measure = EditDistance(from: wanted, limit: limit)
    var found: [(lemma: String, distance: Int, size: Int)] = []
    for lemma in lemmas.all where abs(lemma.utf8.count - wanted.count) <= limit {
      guard let distance = measure.distance(to: lemma) else { continue }
      let size = lemmas.senses(of: lemma).lazy.map { nestedCounts[Int($0)] }.max() ?? 0
      found.append((lemma, distance, size))
    }
    return found.sorted { ($0.distance, -$0.size, $0.lemma) < ($1.distance, -$1.size, $1.lemma) }
      .prefix(count).map(\.lemma)
  }
}
