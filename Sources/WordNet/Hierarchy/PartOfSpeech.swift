/// The parts of speech that have hypernyms. Adjectives and adverbs stand in no hierarchy and are left out.
public enum PartOfSpeech: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  case noun, verb

  /// `n`, `v`: as in `dog.n.01` and at the start of a wnid.
  public var letter: String { self == .noun ? "n" : "v" }

  init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "n"), UInt8(ascii: "N"): self = .noun
    case UInt8(ascii: "v"), UInt8(ascii: "V"): self = .verb
    default: return nil
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
