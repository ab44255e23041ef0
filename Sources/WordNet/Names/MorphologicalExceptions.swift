/// Forms that no rule leads back to their lemma: geese, mice, went.
public struct MorphologicalExceptions: Sendable, Hashable {
  /// For each part of speech the lemmas of a form, both folded.
  private var lemmas: [PartOfSpeech: [String: [String]]] = [:]

  /// No real form is one of more lemmas; so that nobody's file makes adding one take longer with every other.
  private static let limit = 16

  public init() {}

  public var isEmpty: Bool { lemmas.isEmpty }

  /// A form may be its own lemma: then it is known that no rule applies to it.
  public mutating func add(_ form: String, of lemma: String, _ partOfSpeech: PartOfSpeech) {
    let form = LemmaIndex.fold(form)
    let lemma = LemmaIndex.fold(lemma)
    var known = lemmas[partOfSpeech, default: [:]][form] ?? []
    guard known.count < Self.limit, !known.contains(lemma) else { return }
    known.append(lemma)
    lemmas[partOfSpeech, default: [:]][form] = known
  }

  /// In the source's order.
  public func lemmas(of form: String, _ partOfSpeech: PartOfSpeech) -> [String] {
    lemmas[partOfSpeech]?[LemmaIndex.fold(form)] ?? []
  }

  /// All of them, sorted by part of speech and form.
  public var all: [(form: String, lemma: String, partOfSpeech: PartOfSpeech)] {
    lemmas.sorted { $0.key < $1.key }.flatMap { partOfSpeech, forms in
      forms.sorted { $0.key < $1.key }.flatMap { form, lemmas in lemmas.map { (form, $0, partOfSpeech) } }
    }
  }
}
