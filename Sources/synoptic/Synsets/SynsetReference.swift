import WordNet

/// A synset in a few words, in text and in JSON.
struct SynsetReference {
  let id: SynsetID
  let hierarchy: Hierarchy

  init(_ id: SynsetID, in hierarchy: Hierarchy) {
    self.id = id
    self.hierarchy = hierarchy
  }

  var json: JSON {
    [
      "wnid": .string(id.text), "name": .string(hierarchy.name(of: id)),
      "words": .strings(hierarchy.synset(id)?.words ?? []),
    ]
  }

  /// `n02084071  dog, domestic dog`
  var text: String { "\(id)  \(hierarchy.synset(id)?.words.joined(separator: ", ") ?? "")" }

  /// The first word; the identity where there is none.
  var word: String { hierarchy.synset(id)?.words.first ?? id.text }
}
