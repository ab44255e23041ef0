/// Writes a hierarchy as ImageNet's `structure_released.xml`: nested `synset` elements, a synset with
/// everything below it under each of its hypernyms, and the attribute `senses` with the sense number of each
/// of its words.
///
/// The format knows only nouns: verbs are left out. `ImageNetStructureReader` reads nouns back to an equal hierarchy.
public enum ImageNetStructureWriter {
  /// WordNet's 82,115 nouns nest out to 111,557 elements; an artificial hierarchy of 50 synsets can exceed
  /// any disk.
  public static let defaultElementLimit = 5_000_000

  /// Writes the file beside its place and moves it there once it is whole, so that a reader never sees half
  /// of it.
  ///
  /// - Throws: `WordNetWriteError`; the file at `path` is then as it was.
  public static func write(
    _ hierarchy: Hierarchy, to path: String, releaseName: String, elementLimit: Int = defaultElementLimit
  ) throws(WordNetWriteError) {
    let count = hierarchy.nounRootIndices.reduce(0) { total, root in
      let (sum, overflow) = total.addingReportingOverflow(hierarchy.nestedCounts[Int(root)])
      return overflow ? .max : sum
    }
    guard count <= elementLimit else {
      throw .tooManyElements(path: path, count: count, limit: elementLimit)
    }
    var file = try ReplacedFile(path: path)
    let encoder = ImageNetStructureEncoder(hierarchy: hierarchy, path: path)
    try encoder.encode(releaseName: releaseName, into: &file)
    try file.commit()
  }
}

/// Walks the hierarchy and turns it into text.
private struct ImageNetStructureEncoder {
  let hierarchy: Hierarchy
  let path: String
  let senseNumbers: [String]
  /// As deep as the reader goes, less the root element.
  let depthLimit = XMLLimits().depth - 1

  init(hierarchy: Hierarchy, path: String) {
    self.hierarchy = hierarchy
    self.path = path
    senseNumbers = hierarchy.lemmas.senseNumbers(of: hierarchy.synsets)
  }

  func encode(releaseName: String, into file: inout ReplacedFile) throws(WordNetWriteError) {
    var text = XMLText()
    text.append(raw: "<ImageNetStructure>\n\t<releaseData>")
    guard text.append(content: releaseName) == nil else {
      throw .unwritable(path: path, reason: "the release's name has a character that XML cannot express")
    }
    text.append(raw: "</releaseData>\n")
    var open: [(node: Int32, next: Int)] = []
    for root in hierarchy.nounRootIndices {
      try append(root, to: &text)
      open.append((root, 0))
      while let (node, next) = open.last {
        if let child = hierarchy.childLists.element(next, of: node) {
          open[open.count - 1].next += 1
          if open.count == depthLimit {
            throw .tooDeep(path: path, synset: hierarchy.synsets[Int(child)].id, limit: depthLimit)
          }
          try append(child, to: &text)
          open.append((child, 0))
        } else {
          text.append(raw: "</synset>\n")
          open.removeLast()
        }
        if text.bytes.count >= FilePieces.pieceSize {
          try file.write(text.bytes)
          text.bytes.removeAll(keepingCapacity: true)
        }
      }
    }
    text.append(raw: "</ImageNetStructure>\n")
    try file.write(text.bytes)
  }

  /// The opening tag.
  private func append(_ node: Int32, to text: inout XMLText) throws(WordNetWriteError) {
    let synset = hierarchy.synsets[Int(node)]
    var forbidden: UInt32?
    text.append(raw: "<synset")
    for (name, value) in [
      ("wnid", synset.id.text), ("words", SynsetWords.joined(synset.words)), ("gloss", synset.gloss),
      ("senses", senseNumbers[Int(node)]),
    ] {
      text.append(raw: " ")
      text.append(raw: name)
      text.append(raw: "=\"")
      forbidden = forbidden ?? text.append(content: value)
      text.append(raw: "\"")
    }
    text.append(raw: ">\n")
    if let forbidden { throw .forbiddenCharacter(path: path, synset: synset.id, codePoint: forbidden) }
  }
}
