extension Hierarchy {
  /// The synset and all its direct and indirect hyponyms, each once: itself first, a synset before its
  /// hyponyms along the first way that reaches them.
  ///
  /// - Complexity: O(synsets + edges below).
  public func subtree(of id: SynsetID) -> [SynsetID] {
    guard let start = indices[id] else { return [] }
    return identifiers(reachable(from: start, along: childLists))
  }

  /// All direct and indirect hypernyms, without the synset itself.
  public func ancestors(of id: SynsetID) -> Set<SynsetID> {
    guard let start = indices[id] else { return [] }
    return Set(identifiers(reachable(from: start, along: parentLists).dropFirst()))
  }

  /// The ways from a root down to the synset, root first and the synset last.
  ///
  /// WordNet has at most 12 for a noun; an artificial hierarchy can have exponentially many, so that the
  /// paths after `limit` are left out.
  public func hypernymPaths(of id: SynsetID, limit: Int = 1_000) -> [[SynsetID]] {
    guard let start = indices[id] else { return [] }
    var paths: [[SynsetID]] = []
    var path: [(node: Int32, next: Int)] = [(start, 0)]
    while let (node, next) = path.last, paths.count < limit {
      if let parent = parentLists.element(next, of: node) {
        path[path.count - 1].next += 1
        path.append((parent, 0))
        continue
      }
      if next == 0 { paths.append(identifiers(path.reversed().lazy.map(\.node))) }
      path.removeLast()
    }
    return paths
  }

  /// The nodes in preorder, each once.
  private func reachable(from start: Int32, along lists: AdjacencyLists) -> [Int32] {
    var isSeen = [Bool](repeating: false, count: synsets.count)
    var found: [Int32] = []
    var waiting = [start]
    while let node = waiting.popLast() {
      if isSeen[Int(node)] { continue }
      isSeen[Int(node)] = true
      found.append(node)
      waiting.append(contentsOf: lists[node].reversed())
    }
    return found
  }
}
