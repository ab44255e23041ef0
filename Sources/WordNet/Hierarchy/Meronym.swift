/// One synset's being part of another: a wheel is a part of a car, a dog a member of a pack.
public struct Meronym: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case part, member, substance, portion, location
  }

  public let part: SynsetID
  public let whole: SynsetID
  public let kind: Kind

  public init(part: SynsetID, whole: SynsetID, kind: Kind) {
    self.part = part
    self.whole = whole
    self.kind = kind
  }
}

/// The same by places in a hierarchy's list of synsets.
struct MeronymEdge: Hashable {
  let part: Int32
  let whole: Int32
  let kind: Meronym.Kind
}
