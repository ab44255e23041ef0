/// What is odd in ImageNet's structure XML, where a synset with several hypernyms stands, with everything below it, under
/// each.
final class ImageNetStructureCheck: XMLElementHandler {
  private let path: String
  private let names: XMLNames<ImageNetStructureElement>
  private var identities = ByteStrings()
  /// For each identity where it stands first, and what is said there.
  private var first: [Place] = []
  private var open: [OpenElement] = []
  private var edges = CycleFindings()
  private var findings = FindingList()

  private struct Place {
    let line: Int
    let words: String
    let gloss: String
    /// Of the identities below, in any order; nil while it is open.
    var children: UInt64?
  }

  /// An open element; its synset is -1 where there is none.
  private struct OpenElement {
    let synset: Int32
    let line: Int
    var children: UInt64 = 0
    var seen: Set<Int32> = []
  }

  init(path: String, parser: XMLParserContext) {
    self.path = path
    names = XMLNames(parser)
  }

  override func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp {
    guard names.kind(of: tag) == .synset else {
      open.append(OpenElement(synset: -1, line: tag.line))
      return .end
    }
    let line = tag.line
    guard let bytes = tag.bytes(of: "wnid"), !bytes.isEmpty else {
      add(.malformed, line, "", "a <synset> has no wnid")
      open.append(OpenElement(synset: -1, line: line))
      return .end
    }
    let synset = identities.number(bytes)
    let words = tag.attribute("words") ?? ""
    let gloss = tag.attribute("gloss") ?? ""
    if Int(synset) == first.count {
      first.append(Place(line: line, words: words, gloss: gloss))
      lookAt(synset, line)
    } else {
      compare(synset, line, words: words, gloss: gloss)
    }
    if let parent = open.last?.synset, parent >= 0 { put(synset, under: parent, line) }
    open.append(OpenElement(synset: synset, line: line))
    return .end
  }

  override func end() {
    guard let element = open.popLast(), element.synset >= 0 else { return }
    let index = Int(element.synset)
    guard let children = first[index].children else {
      if first[index].line == element.line { first[index].children = element.children }
      return
    }
    if children != element.children {
      let id = identities.text(element.synset)
      add(
        .differingChildren, element.line, id,
        "\(id) has not the hyponyms here that it has in line \(first[index].line)")
    }
  }

  func result() -> (Int, FindingList) {
    for (child, parent, line) in edges.closing(nodeCount: identities.count) {
      let (child, parent) = (identities.text(child), identities.text(parent))
      add(.cycle, line, child, "\(parent) stands above \(child), and below it as well")
    }
    return (identities.count, findings)
  }

  private func lookAt(_ synset: Int32, _ line: Int) {
    let id = identities.text(synset)
    if SynsetWords.split(first[Int(synset)].words).isEmpty { add(.noWords, line, id, "\(id) has no words") }
    if first[Int(synset)].gloss.allSatisfy(\.isWhitespace) {
      add(.emptyGloss, line, id, "\(id) has no gloss")
    }
  }

  private func compare(_ synset: Int32, _ line: Int, words: String, gloss: String) {
    let place = first[Int(synset)]
    let id = identities.text(synset)
    if words != place.words {
      add(
        .differingWords, line, id,
        "\(id) has the words \"\(words)\", and \"\(place.words)\" in line \(place.line)")
    }
    if gloss != place.gloss {
      add(.differingGloss, line, id, "\(id) has another gloss than in line \(place.line)")
    }
  }

  private func put(_ synset: Int32, under parent: Int32, _ line: Int) {
    let last = open.count - 1
    if !open[last].seen.insert(synset).inserted {
      let (id, above) = (identities.text(synset), identities.text(parent))
      add(.repeatedChild, line, id, "\(id) stands twice under \(above)")
    }
    // A sum of mixed numbers: equal sets have equal sums.
    open[last].children &+=
      (UInt64(truncatingIfNeeded: synset) &+ 1).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15).high
      ^ (UInt64(truncatingIfNeeded: synset) &+ 1) &* 0xD6E8_FEB8_6659_FD93
    edges.add(child: synset, parent: parent, line: line)
  }

  private func add(_ kind: HierarchyFinding.Kind, _ line: Int, _ subject: String, _ message: String) {
    findings.add(kind, path, line, subject, message)
  }
}
