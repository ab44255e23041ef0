/// What a WN-LMF file says of nouns and verbs, as it comes: entries with their senses, synsets with their relations, by
/// number. Texts lie in one block of bytes until it is known which are needed.
struct WNLMFContents {
  /// Of synsets, senses and relations each; OEWN has 120,000, 210,000 and 300,000.
  static let limit = 16_000_000
  static let textLimit = 64 << 10

  struct Entry {
    let word: String
    let partOfSpeech: PartOfSpeech
    let id: Range<Int32>
  }

  struct Sense {
    let synset: Int32
    let entry: Int32
    /// The place among the entry's senses, from 1, or what the file says of it.
    let rank: Int32
    let id: Range<Int32>
  }

  struct Record {
    let symbol: Int32
    let lexicon: Int32
    /// nil where the file does not say: that of its words.
    let partOfSpeech: PartOfSpeech?
    let ili: Int32?
    let members: Range<Int32>
    var gloss: Range<Int32>
  }

  /// Identities of synsets, in the order they are first spoken of.
  private(set) var symbols = ByteStrings()
  private(set) var entries: [Entry] = []
  private(set) var senses: [Sense] = []
  private(set) var records: [Record] = []
  private(set) var hypernyms: [(child: Int32, parent: Int32)] = []
  private(set) var meronyms: [(part: Int32, whole: Int32, kind: Meronym.Kind)] = []
  private(set) var exceptions = MorphologicalExceptions()
  private(set) var text: [UInt8] = []
  private var lexicon: Int32 = 0
  private var entryID: Range<Int32> = 0..<0
  /// The synset whose relations come.
  private var current: Int32 = -1
  private var currentHash: UInt64 = 0
  /// Hyponyms, and with a kind meronyms: by the hash of the lower synset.
  private var fromAbove: [(lower: UInt64, upper: Int32, kind: Meronym.Kind?)] = []
  private var upward: UInt64 = 0
  private var downward: UInt64 = 0
  private var isRecordOpen = false
  /// Where the text that comes begins, with what parts it from the gloss so far, and without.
  private var textStart = 0
  private var contentStart = 0
  private var isExample = false

  /// Whether the next numbers could go beyond what is counted with.
  var isTooLarge: Bool {
    records.count > Self.limit || senses.count > Self.limit || hypernyms.count > Self.limit
      || meronyms.count > Self.limit || fromAbove.count > Self.limit || symbols.count > Self.limit
      || text.count > 1 << 30
  }

  mutating func beginLexicon() { lexicon += 1 }

  // MARK: - Entries

  mutating func beginEntry(id: UnsafeBufferPointer<UInt8>?) { entryID = keep(id) }

  mutating func addLemma(_ word: String, _ partOfSpeech: PartOfSpeech) -> Int32 {
    entries.append(Entry(word: word, partOfSpeech: partOfSpeech, id: entryID))
    return Int32(entries.count - 1)
  }

  mutating func addForm(_ form: String, of entry: Int32) {
    let entry = entries[Int(entry)]
    exceptions.add(form, of: entry.word, entry.partOfSpeech)
  }

  mutating func addSense(
    of entry: Int32, synset: UnsafeBufferPointer<UInt8>, id: UnsafeBufferPointer<UInt8>?, rank: Int32
  ) {
    senses.append(Sense(synset: symbols.number(synset), entry: entry, rank: rank, id: keep(id)))
  }

  // MARK: - Synsets

  mutating func beginSynset(
    _ id: UnsafeBufferPointer<UInt8>, _ partOfSpeech: PartOfSpeech?, ili: Int32?,
    members: UnsafeBufferPointer<UInt8>?
  ) {
    current = symbols.number(id)
    currentHash = symbols.hash(id)
    isRecordOpen = true
    // One member needs no order.
    let kept = members.map { $0.contains(0x20) } == true ? keep(members) : 0..<0
    let end = Int32(text.count)
    records.append(
      Record(
        symbol: current, lexicon: lexicon, partOfSpeech: partOfSpeech, ili: ili, members: kept,
        gloss: end..<end))
  }

  /// A synset of another file, of which more is said here.
  mutating func continueSynset(_ id: UnsafeBufferPointer<UInt8>) {
    current = symbols.number(id)
    currentHash = symbols.hash(id)
    isRecordOpen = false
  }

  /// Relations stand in most files twice, from either end. Those from above are only noted, with a sum that tells
  /// whether they say the same as those from below: looking up their targets would take as long as all other lookups.
  mutating func addRelation(_ kind: WNLMFRelation, target: UnsafeBufferPointer<UInt8>) {
    let other = symbols.hash(target)
    switch kind {
    case .hypernym:
      upward &+= currentHash &* (other | 1)
      hypernyms.append((current, symbols.number(target)))
    case .holonym(let kind):
      upward &+= currentHash &* (other | 1)
      meronyms.append((current, symbols.number(target), kind))
    case .hyponym:
      downward &+= other &* (currentHash | 1)
      fromAbove.append((other, current, nil))
    case .meronym(let kind):
      downward &+= other &* (currentHash | 1)
      fromAbove.append((other, current, kind))
    }
  }

  /// Adds the relations that stand only at their upper end; called when all synsets are known. One whose lower end is
  /// nowhere else spoken of is passed over.
  mutating func addRelationsFromAbove() {
    defer { fromAbove = [] }
    if upward == downward { return }
    for (lower, upper, kind) in fromAbove {
      guard let lower = symbols.find(hash: lower) else { continue }
      if let kind { meronyms.append((lower, upper, kind)) } else { hypernyms.append((lower, upper)) }
    }
  }

  // MARK: - Texts

  /// What follows goes to the end of the open synset's gloss.
  mutating func beginText(isExample: Bool) {
    textStart = text.count
    guard isRecordOpen, let record = records.last else { return }
    if !record.gloss.isEmpty { text.append(contentsOf: "; ".utf8) }
    self.isExample = isExample
    if isExample { text.append(0x22) }
    contentStart = text.count
  }

  /// False when the text is longer than allowed.
  mutating func addText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    text.append(contentsOf: bytes)
    return text.count - textStart <= Self.textLimit
  }

  mutating func endText() {
    guard isRecordOpen, let record = records.last else { return text.removeSubrange(textStart...) }
    tidyText()
    if text.count == contentStart { return text.removeSubrange(textStart...) }
    if isExample { closeQuotation() }
    let start = record.gloss.isEmpty ? Int32(textStart) : record.gloss.lowerBound
    records[records.count - 1].gloss = start..<Int32(text.count)
  }

  /// Some files have the quotation marks in the text.
  private mutating func closeQuotation() {
    if text[contentStart] == 0x22 { text.remove(at: contentStart) } else { text.append(0x22) }
  }

  /// A line end, with the indentation after it, is a space; there is none at the ends.
  private mutating func tidyText() {
    if isTidy { return }
    var end = contentStart
    var wasSpace = true
    for index in contentStart..<text.count {
      let isSpace = text[index] == 0x20 || text[index] == 0x0A || text[index] == 0x09 || text[index] == 0x0D
      if isSpace, wasSpace { continue }
      text[end] = isSpace ? 0x20 : text[index]
      wasSpace = isSpace
      end += 1
    }
    if end > contentStart, wasSpace { end -= 1 }
    text.removeSubrange(end...)
  }

  private var isTidy: Bool {
    text.withUnsafeBufferPointer { text in
      var previous: UInt8 = 0x20
      var isTidy = true
      for byte in text[contentStart...] {
        if byte <= 0x20, byte != 0x20 || previous == 0x20 { isTidy = false }
        previous = byte
      }
      return isTidy && previous != 0x20
    }
  }

  // MARK: - The block of bytes

  private mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>?) -> Range<Int32> {
    guard let bytes else { return 0..<0 }
    let start = Int32(text.count)
    text.append(contentsOf: bytes)
    return start..<Int32(text.count)
  }

  func bytes(_ range: Range<Int32>) -> ArraySlice<UInt8> {
    text[Int(range.lowerBound)..<Int(range.upperBound)]
  }
}
