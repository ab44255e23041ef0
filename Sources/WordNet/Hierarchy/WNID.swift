/// A part of speech and an offset in WordNet 3.0's database: `n02084071`.
struct WNID: Hashable {
  let partOfSpeech: PartOfSpeech
  let offset: Int32

  init(_ partOfSpeech: PartOfSpeech, offset: Int32) {
    self.partOfSpeech = partOfSpeech
    self.offset = offset
  }

  /// nil unless the text is `n` or `v` and eight digits.
  init?(_ text: String) {
    var offset: Int32 = 0
    var count = 0
    var partOfSpeech: PartOfSpeech?
    for byte in text.utf8 {
      if count == 0 {
        guard byte == 0x6E || byte == 0x76 else { return nil }
        partOfSpeech = PartOfSpeech(letter: byte)
      } else {
        guard (0x30...0x39).contains(byte), count <= 8 else { return nil }
        offset = offset * 10 + Int32(byte - 0x30)
      }
      count += 1
    }
    guard count == 9, let partOfSpeech else { return nil }
    self.init(partOfSpeech, offset: offset)
  }

  var text: String {
    String(unsafeUninitializedCapacity: 9) { buffer in
      buffer[0] = partOfSpeech == .noun ? 0x6E : 0x76
      var rest = offset
      for place in stride(from: 8, to: 0, by: -1) {
        buffer[place] = 0x30 + UInt8(rest % 10)
        rest /= 10
      }
      return 9
    }
  }
}
