/// What a synset of a WN-LMF file is called in a hierarchy.
///
/// - A synset of the Open Multilingual Wordnet (`omw-en-02084071-n`, `omw-fr-02084071-n`) has WordNet 3.0's offset in its
///   identity, and so its wnid. Its edition of WordNet 3.1 is `omw-en31`, and has not.
/// - Otherwise a synset whose interlingual identifier is that of a synset of WordNet 3.0 has its wnid. Open English
///   WordNet's dog, `oewn-02086723-n` with `i46360`, is `n02084071`: images and networks that know wnids find it.
/// - What is newer than WordNet 3.0, or has no interlingual identifier, keeps the identity of its file. That has a prefix,
///   so that its digits are never taken for a wnid.
///
/// In one lexicon a wnid goes to the first synset that claims it.
enum WNLMFIdentity {
  /// The wnid that an identity states by itself.
  static func wnid(_ id: ArraySlice<UInt8>) -> WNID? {
    guard id.starts(with: "omw-".utf8), id.count >= 16 else { return nil }
    let language = id.dropFirst(4).prefix { (0x61...0x7A).contains($0) }
    let rest = id[language.endIndex...]
    guard !language.isEmpty, rest.count == 11, rest.first == 0x2D, rest[rest.endIndex - 2] == 0x2D,
      let letter = rest.last, letter == 0x6E || letter == 0x76,
      let partOfSpeech = PartOfSpeech(letter: letter)
    else { return nil }
    var offset: Int32 = 0
    for byte in rest.dropFirst().prefix(8) {
      guard (0x30...0x39).contains(byte) else { return nil }
      offset = offset * 10 + Int32(byte - 0x30)
    }
    return WNID(partOfSpeech, offset: offset)
  }
}
