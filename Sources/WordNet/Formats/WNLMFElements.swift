/// Collects what the elements of WN-LMF say as they open and close.
final class WNLMFElements: XMLElementHandler {
  private let path: String
  private let names: XMLNames<WNLMFElement>
  private let attributes: WNLMFAttributes
  // Only the parser uses these, one element after another: see `XMLStreamParser`.
  @exclusivity(unchecked) private(set) var contents: WNLMFContents
  @exclusivity(unchecked) private var isInside = false
  @exclusivity(unchecked) private var entry = Entry.none
  @exclusivity(unchecked) private var isInSynset = false

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
    contents = WNLMFContents(fileBytes: FilePieces.size(of: path))
    names = XMLNames(parser)
    attributes = WNLMFAttributes(parser)
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
      try checkSize(tag)
      entry = .begun
      isInSynset = false
      contents.beginEntry(id: tag.bytes(of: attributes.id))
    case .externalLexicalEntry:
      entry = .passedOver
      isInSynset = false
    case .lemma: try lemma(tag)
    case .form:
      if case .read(let entry, _) = entry {
        contents.addForm(XMLStartTag.text(try required(attributes.writtenForm, tag)), of: entry)
      }
    case .synset:
      try checkSize(tag)
      try synset(tag)
    case .externalSynset:
      entry = .none
      isInSynset = true
      contents.continueSynset(try required(attributes.id, tag))
    case .definition, .example:
      // An example may also stand in a sense.
      guard isInSynset else { return .nothing }
      try checkSize(tag)
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
    let partOfSpeech = try required(attributes.partOfSpeech, tag)
    guard partOfSpeech.count == 1, let partOfSpeech = PartOfSpeech(letter: partOfSpeech[0]) else {
      entry = .passedOver
      return
    }
    entry = .read(contents.addLemma(try required(attributes.writtenForm, tag), partOfSpeech), senses: 0)
  }

  private func sense(_ tag: XMLStartTag) throws(WordNetReadError) {
    switch entry {
    case .passedOver: return
    case .none: throw misplaced(tag, "outside a <LexicalEntry>")
    case .begun: throw misplaced(tag, "before its entry's <Lemma>")
    case .read(let number, let count):
      entry = .read(number, senses: count + 1)
      contents.addSense(
        of: number, synset: try required(attributes.synset, tag), id: tag.bytes(of: attributes.id),
        rank: tag.bytes(of: attributes.n).flatMap(Self.integer) ?? count + 1)
    }
  }

  private func synset(_ tag: XMLStartTag) throws(WordNetReadError) {
    entry = .none
    let id = try required(attributes.id, tag)
    guard !id.isEmpty else { throw missing(attributes.id, tag) }
    let letter = tag.bytes(of: attributes.partOfSpeech).flatMap { $0.first } ?? Self.suffix(id)
    let partOfSpeech = letter.flatMap(PartOfSpeech.init(letter:))
    // A part of speech that is stated and is another is passed over; one that is not stated is that of the words.
    isInSynset = partOfSpeech != nil || letter == nil
    guard isInSynset else { return }
    contents.beginSynset(
      id, partOfSpeech, ili: tag.bytes(of: attributes.ili).flatMap(InterlingualID.number),
      members: tag.bytes(of: attributes.members))
  }

  private func relation(_ tag: XMLStartTag) throws(WordNetReadError) {
    try checkSize(tag)
    guard let kind = WNLMFRelation(try required(attributes.relType, tag)) else { return }
    contents.addRelation(kind, target: try required(attributes.target, tag))
  }

  // MARK: - Attributes

  private func required(
    _ name: XMLAttributeName, _ tag: XMLStartTag
  ) throws(WordNetReadError) -> UnsafeBufferPointer<UInt8> {
    guard let bytes = tag.bytes(of: name) else { throw missing(name, tag) }
    return bytes
  }

  private func missing(_ name: XMLAttributeName, _ tag: XMLStartTag) -> WordNetReadError {
    .malformed(path: path, line: tag.line, reason: "a <\(tag.name)> has no \(name.text); give it one")
  }

  private func checkSize(_ tag: XMLStartTag) throws(WordNetReadError) {
    guard contents.isTooLarge else { return }
    throw .beyondLimit(
      path: path, line: tag.line, what: "the file's number of synsets and senses", limit: WNLMFContents.limit)
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

/// The attributes of the format that are read.
private struct WNLMFAttributes {
  let id, writtenForm, partOfSpeech, synset, n, ili, members, relType, target: XMLAttributeName

  init(_ parser: XMLParserContext) {
    func name(_ text: String) -> XMLAttributeName { XMLAttributeName(text, parser) }
    id = name("id")
    writtenForm = name("writtenForm")
    partOfSpeech = name("partOfSpeech")
    synset = name("synset")
    n = name("n")
    ili = name("ili")
    members = name("members")
    relType = name("relType")
    target = name("target")
  }
}
