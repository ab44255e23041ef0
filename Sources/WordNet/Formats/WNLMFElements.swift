/// Collects what the elements of WN-LMF say as they open and close.
final class WNLMFElements: XMLElementHandler {
  private(set) var contents = WNLMFContents()
  private let path: String
  private let names: XMLNames<WNLMFElement>
  private var isInside = false
  private var entry = Entry.none
  private var isInSynset = false

  private enum Entry {
    case none
    /// Before its lemma, which says the part of speech.
    case begun
    case read(Int32, senses: Int32)
    /// An adjective's, an adverb's, or one whose lemma is in another file.
    case passedOver
  }

  init(path: String, parser: XMLParserContext) {
    self.path = path
    names = XMLNames(parser)
  }

  override func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp {
    let kind = names.kind(of: tag)
    if !isInside {
      guard kind == .lexicalResource else {
        throw .unexpectedContents(
          path: path, line: tag.line, found: "<\(tag.name)>",
          expected: "<LexicalResource>, the root of WN-LMF")
      }
      isInside = true
    }
    switch kind {
    case .synsetRelation: if isInSynset { try relation(tag) }
    case .sense: try sense(tag)
    case .lexicalEntry:
      if contents.isTooLarge {
        throw beyondLimit("the file's number of synsets and senses", WNLMFContents.limit, tag)
      }
      entry = .begun
      isInSynset = false
      contents.beginEntry(id: tag.bytes(of: "id"))
    case .externalLexicalEntry:
      entry = .passedOver
      isInSynset = false
    case .lemma: try lemma(tag)
    case .form:
      if case .read(let entry, _) = entry { contents.addForm(try required("writtenForm", tag), of: entry) }
    case .synset:
      if contents.isTooLarge {
        throw beyondLimit("the file's number of synsets and senses", WNLMFContents.limit, tag)
      }
      try synset(tag)
    case .externalSynset:
      entry = .none
      isInSynset = true
      contents.continueSynset(try requiredBytes("id", tag))
    case .definition, .example:
      // An example may also stand in a sense.
      guard isInSynset else { return .nothing }
      contents.beginText(isExample: kind == .example)
      return .textAndEnd
    case .lexicon, .lexiconExtension:
      entry = .none
      isInSynset = false
      contents.beginLexicon()
    case nil, .lexicalResource: break
    }
    return .nothing
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WordNetReadError) {
    guard contents.addText(bytes) else {
      throw .beyondLimit(
        path: path, line: nil, what: "a definition's or an example's length", limit: WNLMFContents.textLimit)
    }
  }

  /// Of a definition or an example: of nothing else is the end asked for.
  override func end() { contents.endText() }

  private func lemma(_ tag: XMLStartTag) throws(WordNetReadError) {
    guard case .begun = entry else { return }
    let partOfSpeech = try requiredBytes("partOfSpeech", tag)
    guard partOfSpeech.count == 1, let partOfSpeech = PartOfSpeech(letter: partOfSpeech[0]) else {
      entry = .passedOver
      return
    }
    entry = .read(contents.addLemma(try required("writtenForm", tag), partOfSpeech), senses: 0)
  }

  private func sense(_ tag: XMLStartTag) throws(WordNetReadError) {
    switch entry {
    case .passedOver: return
    case .none: throw misplaced(tag, "outside a <LexicalEntry>")
    case .begun: throw misplaced(tag, "before its entry's <Lemma>")
    case .read(let number, let count):
      entry = .read(number, senses: count + 1)
      contents.addSense(
        of: number, synset: try requiredBytes("synset", tag), id: tag.bytes(of: "id"),
        rank: tag.bytes(of: "n").flatMap(Self.integer) ?? count + 1)
    }
  }

  private func synset(_ tag: XMLStartTag) throws(WordNetReadError) {
    entry = .none
    let id = try requiredBytes("id", tag)
    guard !id.isEmpty else { throw missing("id", tag) }
    let letter = tag.bytes(of: "partOfSpeech").flatMap(\.first) ?? Self.suffix(id)
    let partOfSpeech = letter.flatMap(PartOfSpeech.init(letter:))
    // A part of speech that is stated and is another is passed over; one that is not stated is that of the words.
    isInSynset = partOfSpeech != nil || letter == nil
    guard isInSynset else { return }
    contents.beginSynset(
      id, partOfSpeech, ili: tag.bytes(of: "ili").flatMap(InterlingualID.number),
      members: tag.bytes(of: "members"))
  }

  private func relation(_ tag: XMLStartTag) throws(WordNetReadError) {
    guard let kind = WNLMFRelation(try requiredBytes("relType", tag)) else { return }
    contents.addRelation(kind, target: try requiredBytes("target", tag))
  }

  // MARK: - Attributes

  private func required(_ name: StaticString, _ tag: XMLStartTag) throws(WordNetReadError) -> String {
    XMLStartTag.text(try requiredBytes(name, tag))
  }

  private func requiredBytes(
    _ name: StaticString, _ tag: XMLStartTag
  ) throws(WordNetReadError) -> UnsafeBufferPointer<UInt8> {
    guard let bytes = tag.bytes(of: name) else { throw missing(name, tag) }
    return bytes
  }

  private func missing(_ name: StaticString, _ tag: XMLStartTag) -> WordNetReadError {
    .malformed(path: path, line: tag.line, reason: "a <\(tag.name)> has no \(name); give it one")
  }

  private func beyondLimit(_ what: String, _ limit: Int, _ tag: XMLStartTag) -> WordNetReadError {
    .beyondLimit(path: path, line: tag.line, what: what, limit: limit)
  }

  private func misplaced(_ tag: XMLStartTag, _ place: String) -> WordNetReadError {
    .malformed(path: path, line: tag.line, reason: "a <\(tag.name)> stands \(place)")
  }

  /// The letter of `…-n`.
  private static func suffix(_ id: UnsafeBufferPointer<UInt8>) -> UInt8? {
    guard id.count > 2, id[id.count - 2] == UInt8(ascii: "-"), let letter = id.last else { return nil }
    return "nvarst".utf8.contains(letter) ? letter : nil
  }

  private static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard (1...6).contains(text.count) else { return nil }
    var value: Int32 = 0
    for byte in text {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int32(byte - 0x30)
    }
    return value
  }
}

/// The relations between synsets that a hierarchy has.
enum WNLMFRelation: Equatable {
  case hypernym, hyponym
  case holonym(Meronym.Kind)
  case meronym(Meronym.Kind)

  init?(_ name: UnsafeBufferPointer<UInt8>) {
    // Most relations are of these, or of none: told before a string is made.
    switch name.first {
    case UInt8(ascii: "h"), UInt8(ascii: "i"), UInt8(ascii: "m"): break
    default: return nil
    }
    switch String(decoding: name, as: UTF8.self) {
    case "hypernym", "instance_hypernym": self = .hypernym
    case "hyponym", "instance_hyponym": self = .hyponym
    case "holo_part", "holonym": self = .holonym(.part)
    case "holo_member": self = .holonym(.member)
    case "holo_substance": self = .holonym(.substance)
    case "holo_portion": self = .holonym(.portion)
    case "holo_location": self = .holonym(.location)
    case "mero_part", "meronym": self = .meronym(.part)
    case "mero_member": self = .meronym(.member)
    case "mero_substance": self = .meronym(.substance)
    case "mero_portion": self = .meronym(.portion)
    case "mero_location": self = .meronym(.location)
    default: return nil
    }
  }
}
