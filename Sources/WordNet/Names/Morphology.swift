/// From an inflected form to what could be its lemmas: WordNet's rules of detachment, morphy(7WN).
///
/// <https://wordnet.princeton.edu/documentation/morphy7wn>
enum Morphology {
  /// An ending, and what takes its place.
  private static let endings: [PartOfSpeech: [(ending: String, replacement: String)]] = [
    .noun: [
      ("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
      ("men", "man"), ("ies", "y"),
    ],
    .verb: [
      ("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""),
    ],
  ]

  /// What the form could be one of, by the exceptions if it is among them and by the rules otherwise; not all are words.
  ///
  /// - Parameter form: folded.
  static func candidates(
    _ form: String, _ partOfSpeech: PartOfSpeech, exceptions: MorphologicalExceptions
  ) -> [String] {
    let irregular = exceptions.lemmas(of: form, partOfSpeech)
    if !irregular.isEmpty { return irregular }
    return (endings[partOfSpeech] ?? []).compactMap { ending, replacement in
      form.hasSuffix(ending) ? form.dropLast(ending.count) + replacement : nil
    }
  }
}

extension Hierarchy {
  /// The lemmas that a form can be one of: itself if it is a lemma, then those its ending leads to (`dogs` to `dog`,
  /// `geese` to `goose` where the source has irregular forms). Of several words the last is tried where the whole leads
  /// nowhere (`field mice`).
  public func baseForms(of form: String, _ partOfSpeech: PartOfSpeech) -> [String] {
    let folded = LemmaIndex.fold(form)
    func known(_ candidates: [String]) -> [String] {
      var found: [String] = []
      for candidate in candidates where !found.contains(candidate) {
        if lemmas.senses(of: candidate).contains(where: { synsets[Int($0)].partOfSpeech == partOfSpeech }) {
          found.append(candidate)
        }
      }
      return found
    }
    let whole = known(
      [folded] + Morphology.candidates(folded, partOfSpeech, exceptions: exceptions))
    guard whole.isEmpty, let space = folded.lastIndex(where: { $0 == " " || $0 == "-" }) else { return whole }
    let last = String(folded[folded.index(after: space)...])
    return known(
      Morphology.candidates(last, partOfSpeech, exceptions: exceptions).map { folded[...space] + $0 })
  }
}
