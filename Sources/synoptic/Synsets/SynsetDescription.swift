import Stages
import WordNet

/// A synset with its surroundings.
struct SynsetDescription {
  private static let shownPaths = 12
  private static let shownChildren = 40

  let synset: Synset
  let hierarchy: Hierarchy
  let counts: ClassTree.Counts?

  init(_ synset: Synset, in hierarchy: Hierarchy, counts: ClassTree.Counts?) {
    self.synset = synset
    self.hierarchy = hierarchy
    self.counts = counts
  }

  var json: JSON {
    let paths = hierarchy.hypernymPaths(of: synset.id).map { JSON.strings($0.map(\.text)) }
    var members: [JSON.Member] = [
      .init(name: "wnid", value: .string(synset.id.text)),
      .init(name: "name", value: .string(hierarchy.name(of: synset.id))),
      .init(name: "words", value: .strings(synset.words)),
      .init(name: "gloss", value: .string(synset.gloss)),
      .init(name: "hypernym_paths", value: .array(paths)),
      .init(name: "children", value: .array(hierarchy.children(of: synset.id).map(reference))),
    ]
    if let counts { members.append(.init(name: "images", value: counts.json)) }
    return .object(members)
  }

  private func reference(_ id: SynsetID) -> JSON {
    [
      "wnid": .string(id.text), "name": .string(hierarchy.name(of: id)),
      "words": .strings(hierarchy.synset(id)?.words ?? []),
    ]
  }

  var text: String {
    var lines = ["\(hierarchy.name(of: synset.id))  \(synset.id)"]
    func add(_ title: String, _ value: String) {
      lines.append("  " + title + String(repeating: " ", count: max(1, 10 - title.count)) + value)
    }
    add("words", synset.words.joined(separator: ", "))
    if !synset.gloss.isEmpty { add("gloss", synset.gloss) }
    if let counts {
      add(
        "images",
        "\(Quantities.count(counts.own)) of this class, \(Quantities.count(counts.below)) with those below")
    }
    let paths = hierarchy.hypernymPaths(of: synset.id, limit: Self.shownPaths + 1)
    for path in paths.prefix(Self.shownPaths) { add("path", path.map(word).joined(separator: " > ")) }
    if paths.count > Self.shownPaths { add("path", "…") }
    let children = hierarchy.children(of: synset.id)
    for (position, child) in children.prefix(Self.shownChildren).enumerated() {
      add(
        position == 0 ? "children" : "",
        "\(child)  \(hierarchy.synset(child)?.words.joined(separator: ", ") ?? "")")
    }
    if children.count > Self.shownChildren {
      add("", "and \(children.count - Self.shownChildren) more; --json lists all")
    }
    return lines.map { TextTable.printable($0) + "\n" }.joined()
  }

  private func word(_ id: SynsetID) -> String { hierarchy.synset(id)?.words.first ?? id.text }
}

extension ClassTree.Counts {
  /// `below` counts the class itself too, and each image once.
  var json: JSON { ["own": .integer(own), "below": .integer(below)] }
}
