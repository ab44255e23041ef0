/// A set of words with one meaning.
public struct Synset: Sendable, Hashable {
  public let id: SynsetID
  /// The lemmas as written, with spaces, the most usual first: `["dog", "domestic dog", "Canis familiaris"]`.
  public let words: [String]
  /// The definition, often with examples.
  public let gloss: String

  public init(id: SynsetID, words: [String], gloss: String) {
    self.id = id
    self.words = words
    self.gloss = gloss
  }
}
