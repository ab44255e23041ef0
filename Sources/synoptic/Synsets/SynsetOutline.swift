import Stages
import WordNet

/// The hierarchy from some synsets downwards.
struct SynsetOutline {
  let hierarchy: Hierarchy
  let tree: ClassTree?
  let depth: Int
  let withImagesOnly: Bool

  func isShown(_ id: SynsetID) -> Bool { !withImagesOnly || (tree?.counts(of: id).below ?? 0) > 0 }

  private func children(_ id: SynsetID) -> [SynsetID] { hierarchy.children(of: id).filter(isShown) }

  func json(_ id: SynsetID, level: Int = 0) -> JSON {
    let children = children(id)
    var members: [JSON.Member] = [
      .init(name: "wnid", value: .string(id.text)),
      .init(name: "name", value: .string(hierarchy.name(of: id))),
      .init(name: "words", value: .strings(hierarchy.synset(id)?.words ?? [])),
    ]
    if let tree { members.append(.init(name: "images", value: tree.counts(of: id).json)) }
    members.append(.init(name: "child_count", value: .integer(children.count)))
    if level < depth {
      members.append(.init(name: "children", value: .array(children.map { json($0, level: level + 1) })))
    }
    return .object(members)
  }

  /// A line a synset, written in pieces: a whole WordNet nests out to 111,557 lines.
  func print(_ starts: [SynsetID]) throws {
    var text = tree == nil ? "" : "     OWN    BELOW  SYNSET\n"
    var open = starts.filter(isShown).reversed().map { (id: $0, level: 0) }
    while let (id, level) = open.popLast() {
      let children = children(id)
      if let counts = tree?.counts(of: id) {
        text +=
          Self.right(Quantities.count(counts.own), 8) + " " + Self.right(Quantities.count(counts.below), 8)
          + "  "
      }
      let words = hierarchy.synset(id)?.words.joined(separator: ", ") ?? ""
      let hidden = level == depth && !children.isEmpty ? "  (+\(children.count))" : ""
      text += TextTable.printable(String(repeating: "  ", count: level) + words + "  \(id)" + hidden) + "\n"
      if level < depth { open += children.reversed().map { ($0, level + 1) } }
      if text.utf8.count > 1 << 16 {
        try StandardOutput.write(text)
        text = ""
      }
    }
    try StandardOutput.write(text)
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
