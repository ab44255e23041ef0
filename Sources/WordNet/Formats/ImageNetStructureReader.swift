/// Reads ImageNet's `structure_released.xml`: a tree of `synset` elements, where a synset with several
/// hypernyms stands under each of them with everything below it.
///
///     <ImageNetStructure>
///       <releaseData>fall2011</releaseData>
///       <synset wnid="fall11" words="ImageNet 2011 Fall Release" gloss="…">
///         <synset wnid="n00017222" words="plant, flora, plant life" gloss="…"/>
///       </synset>
///     </ImageNetStructure>
///
/// The attribute `senses="1 1 2"`, which `ImageNetStructureWriter` adds, numbers each word's sense. Other
/// attributes are passed over. Where a synset stands several times its words and gloss are taken from the
/// first. The file is read in pieces of 64 KiB.
public enum ImageNetStructureReader {
  /// - Throws: `WordNetReadError` with the line, for a file that cannot be read, is no well-formed XML or
  ///   something else than this format, uses entities, or has a synset among its own hyponyms.
  public static func read(_ path: String) throws(WordNetReadError) -> Hierarchy {
    let elements = try XMLStreamParser.parse(path) { ImageNetStructureElements(path: path, parser: $0) }
    return try elements.hierarchy()
  }
}

/// The elements of the format, by name.
enum ImageNetStructureElement: String, CaseIterable {
  case structure = "ImageNetStructure"
  case releaseData, synset
}

/// Collects the elements' synsets and edges as they open and close.
private final class ImageNetStructureElements: XMLElementHandler {
  private let path: String
  private var open: [Element] = []
  private var synsets: [Synset] = []
  private var known: Set<SynsetID> = []
  private var hypernyms: [(child: SynsetID, parent: SynsetID)] = []
  private var lines: [Int] = []
  /// For every synset the sense numbers of its words.
  private var senses: [Int32] = []

  private let names: XMLNames<ImageNetStructureElement>

  private enum Element {
    case structure, releaseData
    case synset(SynsetID)
  }

  init(path: String, parser: XMLParserContext) {
    self.path = path
    names = XMLNames(parser)
  }

  override func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp {
    switch (open.last, names.kind(of: tag)) {
    case (nil, .structure): open.append(.structure)
    case (.structure, .releaseData): open.append(.releaseData)
    case (.structure, .synset): open.append(.synset(try synset(tag)))
    case (.synset(let parent), .synset):
      let child = try synset(tag)
      hypernyms.append((child, parent))
      lines.append(tag.line)
      open.append(.synset(child))
    default:
      throw .unexpectedContents(
        path: path, line: tag.line, found: "<\(tag.name)>", expected: expectedHere)
    }
    return .end
  }

  override func end() { open.removeLast() }

  func hierarchy() throws(WordNetReadError) -> Hierarchy {
    if synsets.isEmpty {
      throw .unexpectedContents(
        path: path, line: nil, found: "none", expected: "<synset> elements in <ImageNetStructure>")
    }
    let hierarchy = Hierarchy(synsets: synsets, hypernyms: hypernyms, order: .numbersOfWords(senses))
    if let edge = hierarchy.rejectedEdges.first {
      let position = hypernyms.firstIndex { $0.child == edge.child && $0.parent == edge.parent }
      throw .cycle(
        path: path, line: position.map { lines[$0] } ?? 0, child: edge.child, parent: edge.parent)
    }
    return hierarchy
  }

  private var expectedHere: String {
    switch open.last {
    case nil: "<ImageNetStructure>, the root of ImageNet's structure_released.xml"
    case .structure: "<releaseData> or <synset>"
    case .releaseData: "the release's name"
    case .synset(let id): "<synset> or the end of synset \(id)"
    }
  }

  private func synset(_ tag: XMLStartTag) throws(WordNetReadError) -> SynsetID {
    guard let text = tag.attribute("wnid"), !text.isEmpty else {
      throw .malformed(path: path, line: tag.line, reason: "a <synset> has no wnid; give it one")
    }
    let id = SynsetID(text)
    guard known.insert(id).inserted else { return id }
    let words = SynsetWords.split(tag.attribute("words") ?? "")
    synsets.append(Synset(id: id, words: words, gloss: tag.attribute("gloss") ?? ""))
    senses += try numbers(tag, of: words, id: id)
    return id
  }

  private func numbers(
    _ tag: XMLStartTag, of words: [String], id: SynsetID
  ) throws(WordNetReadError) -> [Int32] {
    guard let text = tag.attribute("senses") else {
      return [Int32](repeating: .max, count: words.count)
    }
    let numbers = text.utf8.split(separator: 0x20).compactMap { Int32(Substring($0)) }.filter { $0 >= 1 }
    guard numbers.count == words.count else {
      throw .malformed(
        path: path, line: tag.line,
        reason: "the senses \"\(text)\" of \(id) should be \(words.count) numbers from 1, one a word")
    }
    return numbers
  }
}
