extension Hierarchy {
  /// What a synset is made of, and what it is itself part of, as the source says it: parts are not inherited here.
  public var meronyms: [Meronym] { meronymEdges.map(meronym) }

  public func parts(of id: SynsetID) -> [Meronym] {
    guard let index = indices[id] else { return [] }
    return meronymEdges.lazy.filter { $0.whole == index }.map(meronym)
  }

  public func wholes(of id: SynsetID) -> [Meronym] {
    guard let index = indices[id] else { return [] }
    return meronymEdges.lazy.filter { $0.part == index }.map(meronym)
  }

  private func meronym(_ edge: MeronymEdge) -> Meronym {
    Meronym(part: synsets[Int(edge.part)].id, whole: synsets[Int(edge.whole)].id, kind: edge.kind)
  }
}
