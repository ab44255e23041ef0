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
      .init(name: "part_of_speech", value: .string(synset.partOfSpeech.letter)),
      .init(name: "ili", value: .text(synset.ili?.description)),
      .init(name: "source_id", value: .text(synset.sourceID)),
    ]
    members += Self.depth(of: synset.id, in: hierarchy)
    members += [
      .init(name: "hypernym_paths", value: .array(paths)),
      .init(name: "children", value: .array(hierarchy.children(of: synset.id).map(reference))),
      .init(name: "parts", value: .array(hierarchy.parts(of: synset.id).map { json(of: $0, $0.part) })),
      .init(name: "part_of", value: .array(hierarchy.wholes(of: synset.id).map { json(of: $0, $0.whole) })),
    ]
    if let counts { members.append(.init(name: "images", value: counts.json)) }
    return .object(members)
  }

  private func reference(_ id: SynsetID) -> JSON { SynsetReference(id, in: hierarchy).json }

  private func json(of meronym: Meronym, _ other: SynsetID) -> JSON {
    [
      "wnid": .string(other.text), "name": .string(hierarchy.name(of: other)),
      "words": .strings(hierarchy.synset(other)?.words ?? []), "kind": .string(meronym.kind.rawValue),
    ]
  }

  /// The steps from a root on the shortest and on the longest way.
  static func depth(of id: SynsetID, in hierarchy: Hierarchy) -> [JSON.Member] {
    guard let depth = hierarchy.depth(of: id) else { return [] }
    return [
      .init(
        name: "depth", value: ["min": .integer(depth.lowerBound), "max": .integer(depth.upperBound)])
    ]
  }

  var text: String {
    var lines = ["\(hierarchy.name(of: synset.id))  \(synset.id)"]
    func add(_ title: String, _ value: String) {
      lines.append("  " + title + String(repeating: " ", count: max(1, 10 - title.count)) + value)
    }
    add("words", synset.words.joined(separator: ", "))
    if !synset.gloss.isEmpty { add("gloss", synset.gloss) }
    let names = [synset.sourceID, synset.ili?.description].compactMap(\.self)
    if !names.isEmpty { add("also", names.joined(separator: ", ")) }
    if let depth = hierarchy.depth(of: synset.id) {
      add("depth", depth.count == 1 ? "\(depth.lowerBound)" : "\(depth.lowerBound) to \(depth.upperBound)")
    }
    if let counts {
      add(
        "images",
        "\(Quantities.count(counts.own)) of this class, \(Quantities.count(counts.below)) with those below")
    }
    let paths = hierarchy.hypernymPaths(of: synset.id, limit: Self.shownPaths + 1)
    for path in paths.prefix(Self.shownPaths) { add("path", path.map(word).joined(separator: " > ")) }
    if paths.count > Self.shownPaths { add("path", "…") }
    func list(_ title: String, _ entries: [String]) {
      for (position, entry) in entries.prefix(Self.shownChildren).enumerated() {
        add(position == 0 ? title : "", entry)
      }
      if entries.count > Self.shownChildren {
        add("", "and \(entries.count - Self.shownChildren) more; --json lists all")
      }
    }
    list("children", hierarchy.children(of: synset.id).map { SynsetReference($0, in: hierarchy).text })
    list("parts", hierarchy.parts(of: synset.id).map { described($0, $0.part) })
    list("part of", hierarchy.wholes(of: synset.id).map { described($0, $0.whole) })
    return lines.map { TextTable.printable($0) + "\n" }.joined()
  }

  private func described(_ meronym: Meronym, _ other: SynsetID) -> String {
    SynsetReference(other, in: hierarchy).text + (meronym.kind == .part ? "" : "  (\(meronym.kind.rawValue))")
  }

  private func word(_ id: SynsetID) -> String { hierarchy.synset(id)?.words.first ?? id.text }
}

extension ClassTree.Counts {
  /// `below` counts the class itself too, and each image once.
  var json: JSON { ["own": .integer(own), "below": .integer(below)] }
}
