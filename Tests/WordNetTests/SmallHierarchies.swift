@testable import WordNet

/// Builds hierarchies from names alone: `edges` are "child parent".
func hierarchy(
  _ synsets: [(id: String, words: [String])], edges: [String] = [], senses: [String: [String]]? = nil
) -> Hierarchy {
  Hierarchy(
    synsets: synsets.map { Synset(id: SynsetID($0.id), words: $0.words, gloss: "gloss of \($0.id)") },
    hypernyms: edges.map { edge in
      let ends = edge.split(separator: " ").map { SynsetID(String($0)) }
      return (ends[0], ends[1])
    },
    senses: senses?.mapValues { $0.map { SynsetID($0) } })
}

/// A hierarchy of synsets without words, all that the edges name.
func graph(_ edges: String...) -> Hierarchy {
  let names = edges.flatMap { $0.split(separator: " ").map(String.init) }
  return hierarchy(names.map { ($0, []) }, edges: edges)
}

extension Array where Element == SynsetID {
  var texts: [String] { map(\.text) }
}

/// Dog with its two hypernyms, and what else is called dog.
let animals = hierarchy(
  [
    ("n1", ["animal", "beast"]), ("n2", ["canine", "canid"]), ("n3", ["domestic animal"]),
    ("n4", ["dog", "domestic dog", "Canis familiaris"]), ("n5", ["frump", "dog"]),
    ("n6", ["Great Dane"]), ("n7", ["crane"]), ("n8", ["crane"]), ("n9", ["U.S.", "US"]),
  ],
  edges: ["n2 n1", "n3 n1", "n4 n2", "n4 n3", "n6 n4", "n8 n1"])
