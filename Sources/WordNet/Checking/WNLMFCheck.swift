/// What is odd in WN-LMF: all parts of speech are looked at, also those that a hierarchy leaves out.
final class WNLMFCheck: XMLElementHandler {
  let path: String
  private let names: XMLNames<WNLMFCheckedElement>
  private(set) var synsets = IdentityLines()
  private(set) var entries = IdentityLines()
  private(set) var senses = IdentityLines()
  private var ili = IdentityLines()
  private var edges = CycleFindings()
  private var findings = FindingList()
  /// What begins the identities of lexicons in other files, which this one may refer to.
  private(set) var otherLexicons: [String] = []
  private var entry: Int32 = -1
  /// For each sense its synset and its entry; -1 where they are not known.
  private(set) var places: [(synset: Int32, entry: Int32)] = []
  private(set) var members: [(synset: Int32, line: Int, list: String)] = []
  private(set) var withoutWords: Set<Int32> = []
  private var current: Current?

  /// The synset that is open.
  private struct Current {
    let synset: Int32
    let line: Int
    var hasGloss = false
    var relations: Set<[UInt8]> = []
  }

  init(path: String, parser: XMLParserContext) {
    self.path = path
    names = XMLNames(parser)
  }

  override func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp {
    switch names.kind(of: tag) {
    case .requires, .extends: if let id = tag.attribute("id") { otherLexicons.append(id + "-") }
    case .lexicalEntry, .externalLexicalEntry:
      finishSynset()
      entry = define(\.entries, tag) ?? -1
    case .sense, .externalSense: sense(tag)
    case .senseRelation:
      if let target = required("target", tag) { senses.refer(senses.number(target), line: tag.line) }
      while places.count < senses.count { places.append((-1, -1)) }
    case .synset, .externalSynset: synset(tag)
    case .definition: return current == nil ? .nothing : .textAndEnd
    case .synsetRelation: relation(tag)
    case nil: break
    }
    return .nothing
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if bytes.contains(where: { $0 > 0x20 }) { current?.hasGloss = true }
  }

  func result() -> (Int, FindingList) {
    finishSynset()
    for (child, parent, line) in edges.closing(nodeCount: synsets.count) {
      let (child, parent) = (synsets.names.text(child), synsets.names.text(parent))
      add(.cycle, line, child, "\(parent) stands above \(child), and below it as well")
    }
    addDanglingReferences()
    addDifferingWords()
    return ((0..<Int32(synsets.count)).count { synsets.isDefined($0) }, findings)
  }

  private func sense(_ tag: XMLStartTag) {
    let number = define(\.senses, tag)
    while places.count < senses.count { places.append((-1, -1)) }
    guard names.kind(of: tag) == .sense, let target = required("synset", tag) else { return }
    let synset = synsets.number(target)
    synsets.refer(synset, line: tag.line)
    if let number { places[Int(number)] = (synset, entry) }
  }

  private func synset(_ tag: XMLStartTag) {
    finishSynset()
    guard let number = define(\.synsets, tag) else { return }
    current = Current(synset: number, line: tag.line)
    guard names.kind(of: tag) == .synset else {
      current?.hasGloss = true
      withoutWords.insert(number)
      return
    }
    if tag.attribute("lexicalized") == "false" { withoutWords.insert(number) }
    if let list = tag.attribute("members") { members.append((number, tag.line, list)) }
    guard let bytes = tag.bytes(of: "ili"), InterlingualID.number(bytes) != nil else { return }
    let id = synsets.names.text(number)
    if let earlier = ili.define(ili.number(bytes), line: tag.line) {
      add(
        .repeatedIdentity, tag.line, id,
        "\(id) has the interlingual identifier \(XMLStartTag.text(bytes)), as the synset in line \(earlier) has"
      )
    }
  }

  private func finishSynset() {
    if let current, !current.hasGloss {
      let id = synsets.names.text(current.synset)
      add(.emptyGloss, current.line, id, "\(id) has no definition")
    }
    current = nil
  }

  private func relation(_ tag: XMLStartTag) {
    guard let current, let target = required("target", tag), let type = required("relType", tag) else {
      return
    }
    let other = synsets.number(target)
    synsets.refer(other, line: tag.line)
    let id = synsets.names.text(current.synset)
    if self.current?.relations.insert(Array(type) + [0] + Array(target)).inserted == false {
      add(
        .repeatedChild, tag.line, id,
        "\(id) has the relation \(XMLStartTag.text(type)) to \(XMLStartTag.text(target)) twice")
    }
    switch WNLMFRelation(type) {
    case .hypernym: edges.add(child: current.synset, parent: other, line: tag.line)
    case .hyponym: edges.add(child: other, parent: current.synset, line: tag.line)
    default: break
    }
  }

  // MARK: - Findings

  func add(_ kind: HierarchyFinding.Kind, _ line: Int, _ subject: String, _ message: String) {
    findings.add(kind, path, line, subject, message)
  }

  /// The number of an element's identity; its first place is kept.
  private func define(
    _ kind: ReferenceWritableKeyPath<WNLMFCheck, IdentityLines>, _ tag: XMLStartTag
  ) -> Int32? {
    guard let bytes = required("id", tag) else { return nil }
    let number = self[keyPath: kind].number(bytes)
    if let earlier = self[keyPath: kind].define(number, line: tag.line) {
      let id = XMLStartTag.text(bytes)
      add(
        .repeatedIdentity, tag.line, id, "\(id) is the identity of another <\(tag.name)>, in line \(earlier)")
    }
    return number
  }

  private func required(_ name: StaticString, _ tag: XMLStartTag) -> UnsafeBufferPointer<UInt8>? {
    if let bytes = tag.bytes(of: name), !bytes.isEmpty { return bytes }
    add(.malformed, tag.line, "", "a <\(tag.name)> has no \(name)")
    return nil
  }
}

/// The elements of WN-LMF that are looked at.
enum WNLMFCheckedElement: String, CaseIterable {
  case synsetRelation = "SynsetRelation"
  case sense = "Sense"
  case senseRelation = "SenseRelation"
  case lexicalEntry = "LexicalEntry"
  case synset = "Synset"
  case definition = "Definition"
  case requires = "Requires"
  case extends = "Extends"
  case externalLexicalEntry = "ExternalLexicalEntry"
  case externalSense = "ExternalSense"
  case externalSynset = "ExternalSynset"
}
