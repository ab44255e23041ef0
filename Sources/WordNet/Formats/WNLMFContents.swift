/// What a WN-LMF file says of nouns and verbs, as it comes: entries with their senses, synsets with their relations, by
/// number. Texts lie in one block of bytes until it is known which are needed.
///
/// Only a synset's own element gives its identity a number. What refers to it has the hash: looked up one after another at
/// the end, in `WNLMFAssembly`, hundreds of thousands of them take a fraction of the time, because the processor need
/// not wait for one before it begins with the next.
struct WNLMFContents {
  /// Of synsets, senses and relations each; OEWN has 120,000, 210,000 and 300,000.
  static let limit = 16_000_000
  static let textLimit = 64 << 10

  struct Entry {
    let word: Range<Int32>
    let partOfSpeech: PartOfSpeech
    /// The identity's hash; 0 without one.
    let id: UInt64
  }

  struct Sense {
    /// The synset's identity's hash.
    let synset: UInt64
    /// The identity's hash; 0 without one.
    let id: UInt64
    let entry: Int32
    /// The place among the entry's senses, from 1, or what the file says of it.
    let rank: Int32
  }

  struct Record {
    let symbol: Int32
    let lexicon: Int32
    /// nil where the file does not say: that of its words.
    let partOfSpeech: PartOfSpeech?
    let ili: Int32?
    /// Of hashes of entries' or senses' identities.
    let members: Range<Int32>
    var gloss: Range<Int32>
  }

  /// A relation as it stands at its lower end.
  struct Upward {
    let lower: Int32
    /// The upper synset's identity's hash, and where in `uppers` the identity is.
    let upper: UInt64
    let name: Range<Int32>
    /// nil for a hypernym.
    let kind: Meronym.Kind?
  }

  /// A relation as it stands at its upper end.
  struct Downward {
    /// The lower synset's identity's hash.
    let lower: UInt64
    let upper: Int32
    /// nil for a hyponym.
    let kind: Meronym.Kind?
  }

  /// Identities of synsets, in the order they come.
  private(set) var symbols = ByteStrings()
  private(set) var entries: [Entry] = []
  private(set) var senses: [Sense] = []
  private(set) var records: [Record] = []
  private(set) var fromBelow: [Upward] = []
  private var fromAbove: [Downward] = []
  private(set) var exceptions = MorphologicalExceptions()
  private(set) var text: [UInt8] = []
  /// Upper synsets' identities, apart from the glosses they come between.
  private(set) var uppers: [UInt8] = []
  /// Hashes of the identities that synsets have as members.
  private(set) var members: [UInt64] = []
  private var lexicon: Int32 = 0
  private var entryID: UInt64 = 0
  /// The synset whose relations come.
  private var current: Int32 = -1
  private var currentHash: UInt64 = 0
  private var upward: UInt64 = 0
  private var downward: UInt64 = 0
  private var isRecordOpen = false
  /// Where the text that comes begins, with what parts it from the gloss so far, and without.
  private var textStart = 0
  private var contentStart = 0
  private var isExample = false

  /// - Parameter fileBytes: the file's length, from which room for what Open English WordNet has in such a one is reserved:
  ///   memory that is not used costs nothing, and copying what grows does.
  init(fileBytes: Int) {
    let share = min(fileBytes, 1 << 30)
    text.reserveCapacity(share / 8)
    entries.reserveCapacity(share / 600)
    senses.reserveCapacity(share / 450)
    records.reserveCapacity(share / 800)
    members.reserveCapacity(share / 600)
    fromBelow.reserveCapacity(share / 800)
    fromAbove.reserveCapacity(share / 800)
    symbols.reserveCapacity(share / 800)
  }

  /// Whether the next numbers could go beyond what is counted with.
  var isTooLarge: Bool {
    records.count > Self.limit || senses.count > Self.limit || fromBelow.count > Self.limit
      || fromAbove.count > Self.limit || symbols.count > Self.limit
      || members.count > Self.limit || text.count > 1 << 30
      || uppers.count > 1 << 30
  }

  mutating func beginLexicon() { lexicon += 1 }

  // MARK: - Entries

  mutating func beginEntry(id: UnsafeBufferPointer<UInt8>?) { entryID = hash(id) }

  mutating func addLemma(_ word: UnsafeBufferPointer<UInt8>, _ partOfSpeech: PartOfSpeech) -> Int32 {
    let start = Int32(text.count)
    if word.contains(0x26) {
      text.append(contentsOf: XMLStartTag.text(word).utf8)
    } else {
      text.append(contentsOf: word)
    }
    entries.append(Entry(word: start..<Int32(text.count), partOfSpeech: partOfSpeech, id: entryID))
    return Int32(entries.count - 1)
  }

  mutating func addForm(_ form: String, of entry: Int32) {
    let entry = entries[Int(entry)]
    exceptions.add(form, of: string(entry.word), entry.partOfSpeech)
  }

  mutating func addSense(
    of entry: Int32, synset: UnsafeBufferPointer<UInt8>, id: UnsafeBufferPointer<UInt8>?, rank: Int32
  ) {
    senses.append(Sense(synset: symbols.hash(synset), id: hash(id), entry: entry, rank: rank))
  }

  // MARK: - Synsets

  mutating func beginSynset(
    _ id: UnsafeBufferPointer<UInt8>, _ partOfSpeech: PartOfSpeech?, ili: Int32?,
    members: UnsafeBufferPointer<UInt8>?
  ) {
    begin(id)
    isRecordOpen = true
    let firstMember = Int32(self.members.count)
    if let members { addMembers(members) }
    let end = Int32(text.count)
    records.append(
      Record(
        symbol: current, lexicon: lexicon, partOfSpeech: partOfSpeech, ili: ili,
        members: firstMember..<Int32(self.members.count), gloss: end..<end))
  }

  /// A synset of another file, of which more is said here.
  mutating func continueSynset(_ id: UnsafeBufferPointer<UInt8>) {
    begin(id)
    isRecordOpen = false
  }

  private mutating func begin(_ id: UnsafeBufferPointer<UInt8>) {
    currentHash = symbols.hash(id)
    current = symbols.number(id, hash: currentHash)
  }

  /// The list's identities, which spaces part. One alone needs no order.
  private mutating func addMembers(_ list: UnsafeBufferPointer<UInt8>) {
    guard list.contains(0x20) else { return }
    var start = 0
    for end in 0...list.count where end == list.count || list[end] == 0x20 {
      if end > start { members.append(symbols.hash(UnsafeBufferPointer(rebasing: list[start..<end]))) }
      start = end + 1
    }
  }

  /// Relations stand in most files twice, from either end. A sum of each tells whether both say the same.
  mutating func addRelation(_ kind: WNLMFRelation, target: UnsafeBufferPointer<UInt8>) {
    let other = symbols.hash(target)
    switch kind {
    case .hypernym: addUpward(other, target, nil)
    case .holonym(let kind): addUpward(other, target, kind)
    case .hyponym: addDownward(other, nil)
    case .meronym(let kind): addDownward(other, kind)
    }
  }

  private mutating func addUpward(
    _ upper: UInt64, _ name: UnsafeBufferPointer<UInt8>, _ kind: Meronym.Kind?
  ) {
    upward &+= currentHash &* (upper | 1)
    let start = Int32(uppers.count)
    uppers.append(contentsOf: name)
    fromBelow.append(Upward(lower: current, upper: upper, name: start..<Int32(uppers.count), kind: kind))
  }

  private mutating func addDownward(_ lower: UInt64, _ kind: Meronym.Kind?) {
    downward &+= lower &* (currentHash | 1)
    fromAbove.append(Downward(lower: lower, upper: current, kind: kind))
  }

  /// The relations that stand only at their upper end; none when both ends say the same.
  var onlyFromAbove: [Downward] { upward == downward ? [] : fromAbove }

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
      guard text.count > contentStart, text[contentStart] != 0x20, text[text.count - 1] != 0x20 else {
        return false
      }
      // Without branches, so that the processor looks at many bytes at once.
      var isUntidy = text[contentStart] < 0x20
      for index in contentStart + 1..<text.count {
        isUntidy = isUntidy || text[index] < 0x20 || (text[index] | text[index - 1]) == 0x20
      }
      return !isUntidy
    }
  }

  // MARK: - Bytes

  private func hash(_ identity: UnsafeBufferPointer<UInt8>?) -> UInt64 {
    identity.map(symbols.hash.callAsFunction) ?? 0
  }

  func string(_ range: Range<Int32>) -> String {
    String(decoding: text[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
  }

  func upper(_ relation: Upward) -> SynsetID {
    SynsetID(
      String(decoding: uppers[Int(relation.name.lowerBound)..<Int(relation.name.upperBound)], as: UTF8.self))
  }
}
