extension Hierarchy {
  /// The synsets of a concept: one, as a rule; none where the wordnet does not have it.
  public func synsets(ili: InterlingualID) -> [Synset] { synsetsByILI()[ili] ?? [] }

  /// The synsets that have an interlingual identifier, by it.
  public func synsetsByILI() -> [InterlingualID: [Synset]] {
    var found: [InterlingualID: [Synset]] = [:]
    found.reserveCapacity(synsets.count)
    for synset in synsets {
      if let ili = synset.ili { found[ili, default: []].append(synset) }
    }
    return found
  }
}
