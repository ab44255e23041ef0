/// A synset's words as one text: `dog, domestic dog, Canis familiaris`.
///
/// A comma and a space part the words. Within a word, where hardly any has them, they are written `,_`: the
/// underscore stands for a space everywhere in WordNet.
enum SynsetWords {
  static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if previous == 0x2C, byte == 0x20 {
        word.removeLast()
        append(word, to: &words)
        word.removeAll(keepingCapacity: true)
      } else {
        word.append(previous == 0x2C && byte == 0x5F ? 0x20 : byte)
      }
      previous = byte
    }
    append(word, to: &words)
    return words
  }

  static func joined(_ words: [String]) -> String {
    words.map(escaped).joined(separator: ", ")
  }

  private static func escaped(_ word: String) -> String {
    guard word.utf8.contains(0x2C) else { return word }
    var bytes: [UInt8] = []
    for byte in word.utf8 { bytes.append(bytes.last == 0x2C && byte == 0x20 ? 0x5F : byte) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func append(_ word: [UInt8], to words: inout [String]) {
    let isSpace = { (byte: UInt8) in byte == 0x20 }
    let trimmed = word.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    if !trimmed.isEmpty { words.append(String(decoding: Array(trimmed), as: UTF8.self)) }
  }
}
