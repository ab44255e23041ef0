/// What a name means, and what else it could have meant.
public struct ResolvedSynset: Sendable, Hashable {
  public let synset: Synset
  /// The lemma's other senses, when the name was a lemma with several and one stood out.
  public let alternatives: [SynsetChoice]

  public var id: SynsetID { synset.id }

  public init(synset: Synset, alternatives: [SynsetChoice] = []) {
    self.synset = synset
    self.alternatives = alternatives
  }
}

/// One of a lemma's senses, with the unambiguous name that picks it.
public struct SynsetChoice: Sendable, Hashable, CustomStringConvertible {
  public let id: SynsetID
  /// `lemma.n.02`
  public let name: String
  public let partOfSpeech: PartOfSpeech
  public let words: [String]
  public let gloss: String

  public init(id: SynsetID, name: String, partOfSpeech: PartOfSpeech, words: [String], gloss: String) {
    self.id = id
    self.name = name
    self.partOfSpeech = partOfSpeech
    self.words = words
    self.gloss = gloss
  }

  public var description: String { "\(id)  \(name)  \(words.joined(separator: ", ")): \(gloss)" }
}
