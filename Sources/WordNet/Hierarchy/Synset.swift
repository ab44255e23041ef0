/// A set of words with one meaning.
public struct Synset: Sendable, Hashable {
  public let id: SynsetID
  public let partOfSpeech: PartOfSpeech
  /// The lemmas as written, with spaces, the most usual first: `["dog", "domestic dog", "Canis familiaris"]`.
  public let words: [String]
  /// The definition, often with examples.
  public let gloss: String
  /// The source's own name for it, where `id` is another: `oewn-02086723-n` for what has the wnid `n02084071`.
  public let sourceID: String?
  /// The interlingual identifier, where it is not that of the wnid.
  public let statedILI: InterlingualID?

  /// - Parameter ili: nil where the source has none; that of a wnid need not be given.
  public init(
    id: SynsetID, words: [String], gloss: String, partOfSpeech: PartOfSpeech? = nil,
    ili: InterlingualID? = nil,
    sourceID: String? = nil
  ) {
    self.id = id
    self.words = words
    self.gloss = gloss
    self.partOfSpeech = partOfSpeech ?? id.wnid?.partOfSpeech ?? .noun
    self.sourceID = sourceID
    statedILI = id.wnid == nil ? ili : nil
  }

  /// What the concept is called in every wordnet: as the source says, or by the wnid.
  public var ili: InterlingualID? { statedILI ?? id.wnid.flatMap(WordNet30.interlingualID) }

  /// - Parameter statedILI: nil where `id` is a wnid, which says it.
  init(
    id: SynsetID, words: [String], gloss: String, partOfSpeech: PartOfSpeech, statedILI: InterlingualID?,
    sourceID: String?
  ) {
    self.id = id
    self.words = words
    self.gloss = gloss
    self.partOfSpeech = partOfSpeech
    self.statedILI = statedILI
    self.sourceID = sourceID
  }
}
