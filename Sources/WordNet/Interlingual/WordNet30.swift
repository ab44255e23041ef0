import Foundation

/// Between wnids and interlingual identifiers.
///
/// The interlingual index began with the synsets of WordNet 3.0: adjectives, adverbs, verbs, nouns, in this order, and
/// each by its offset. So i35545 is the first noun, `n00001740`, and the offsets are all that has to be known. They are
/// in `WordNet30Offsets`.
enum WordNet30 {
  private static let firstVerb: Int32 = 21_778
  private static let firstNoun: Int32 = 35_545

  /// The offsets of all verbs and all nouns, ascending.
  private static let offsets: (verbs: [Int32], nouns: [Int32]) = {
    let all = WordNet30Offsets.unpacked()
    let verbCount = Int(firstNoun - firstVerb)
    guard all.count > verbCount else { return ([], []) }
    return (Array(all[..<verbCount]), Array(all[verbCount...]))
  }()

  static var count: (verbs: Int, nouns: Int) { (offsets.verbs.count, offsets.nouns.count) }

  /// The wnid of the concept's synset in WordNet 3.0; nil for adjectives, adverbs and what is newer.
  static func wnid(_ number: Int32) -> WNID? {
    if number >= firstNoun, Int(number - firstNoun) < offsets.nouns.count {
      return WNID(.noun, offset: offsets.nouns[Int(number - firstNoun)])
    }
    if number >= firstVerb, Int(number - firstVerb) < offsets.verbs.count {
      return WNID(.verb, offset: offsets.verbs[Int(number - firstVerb)])
    }
    return nil
  }

  /// nil when WordNet 3.0 has no such synset.
  static func interlingualID(_ wnid: WNID) -> InterlingualID? {
    let (list, first) =
      wnid.partOfSpeech == .noun ? (offsets.nouns, firstNoun) : (offsets.verbs, firstVerb)
    var range = 0..<list.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if list[middle] == wnid.offset { return InterlingualID(number: first + Int32(middle)) }
      range = list[middle] < wnid.offset ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}
