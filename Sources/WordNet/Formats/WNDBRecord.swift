/// A line of `data.noun`, or of another part of speech's file.
///
/// It is: offset, lexicographer file, part of speech, number of words (hexadecimal), each word with its lexical
/// number, number of pointers, each pointer (symbol, offset, part of speech, source and target), for verbs their frames,
/// a bar and the gloss.
struct WNDBRecord {
  struct Pointer {
    let symbol: ArraySlice<UInt8>
    let offset: Int
    let partOfSpeech: UInt8

    /// `@` for a kind, `@i` for an instance.
    var isHypernym: Bool { symbol.elementsEqual([0x40]) || symbol.elementsEqual([0x40, 0x69]) }

    /// The kind of `#p` or `%p`, and whether the target is the whole.
    var meronym: (kind: Meronym.Kind, targetIsWhole: Bool)? {
      guard symbol.count == 2, let first = symbol.first, first == 0x23 || first == 0x25 else { return nil }
      switch symbol.last {
      case 0x70: return (.part, first == 0x23)
      case 0x6D: return (.member, first == 0x23)
      case 0x73: return (.substance, first == 0x23)
      default: return nil
      }
    }
  }

  let offset: Int
  let words: [String]
  let pointers: [Pointer]
  let gloss: String

  /// - Parameter letters: of the file's part of speech; adjectives have two.
  init(_ line: inout WNDBLine, letters: String) throws(WordNetReadError) {
    offset = try line.offset("the synset's offset")
    _ = try line.integer("the lexicographer file")
    let kind = try line.field("the kind of synset")
    guard kind.count == 1, letters.utf8.contains(kind[kind.startIndex]) else {
      throw line.malformed("the kind of synset should be \(letters)")
    }
    var words: [String] = []
    for _ in 0..<(try line.integer("the number of words", radix: 16)) {
      words.append(Self.spaced(try line.text("a word")))
      _ = try line.integer("a lexical number", radix: 16)
    }
    var pointers: [Pointer] = []
    for _ in 0..<(try line.integer("the number of pointers")) {
      let symbol = try line.field("a pointer's symbol")
      let target = try line.offset("a pointer's offset")
      let letter = try line.field("a pointer's part of speech")
      _ = try line.integer("a pointer's source and target", radix: 16)
      pointers.append(
        Pointer(
          symbol: symbol, offset: target, partOfSpeech: letter.count == 1 ? letter[letter.startIndex] : 0))
    }
    self.words = words
    self.pointers = pointers
    gloss = try line.gloss()
  }

  private static func spaced(_ word: String) -> String {
    guard word.utf8.contains(0x5F) else { return word }
    return String(decoding: word.utf8.map { $0 == 0x5F ? 0x20 : $0 }, as: UTF8.self)
  }
}
