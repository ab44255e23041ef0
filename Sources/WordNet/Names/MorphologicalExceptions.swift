/// Forms that no rule leads back to their lemma: geese, mice, went.
public struct MorphologicalExceptions: Sendable, Hashable {
  /// For each part of speech the lemmas of a form, both folded.
  private var lemmas: [PartOfSpeech: [String: [String]]] = [:]

  public init() {}

  public var isEmpty: Bool { lemmas.isEmpty }

  public mutating func add(_ form: String, of lemma: String, _ partOfSpeech: PartOfSpeech) {
    let form = LemmaIndex.fold(form)
    let lemma = LemmaIndex.fold(lemma)
    guard form != lemma else { return }
    var known = lemmas[partOfSpeech, default: [:]][form] ?? []
    guard !known.contains(lemma) else { return }
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
