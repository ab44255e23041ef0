/// Something odd in a source of synsets, and where.
public struct HierarchyFinding: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A synset stands twice under one hypernym.
    case repeatedChild = "repeated-child"
    /// Something is named that is not there.
    case danglingReference = "dangling-reference"
    /// A synset is among its own hypernyms.
    case cycle
    case emptyGloss = "empty-gloss"
    case noWords = "no-words"
    /// A synset's words are not the same in two places.
    case differingWords = "differing-words"
    case differingGloss = "differing-gloss"
    /// A synset that stands in several places has not the same hyponyms in each.
    case differingChildren = "differing-children"
    /// An identity, also an interlingual one, is given twice.
    case repeatedIdentity = "repeated-identity"
    /// A line or an element that cannot be understood.
    case malformed
  }

  public let kind: Kind
  public let path: String
  /// From 1.
  public let line: Int
  /// The synset's identity, or that of what refers to it; empty where there is none.
  public let subject: String
  /// A sentence for people.
  public let message: String

  /// `structure.xml:12: empty-gloss: n00017222 has no gloss`, as compilers write it.
  public var description: String { "\(path):\(line): \(kind.rawValue): \(message)" }
}
