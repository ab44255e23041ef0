extension Hierarchy {
  /// How far below the roots a synset stands: the least and the greatest number of edges on a way up.
  public func depth(of id: SynsetID) -> ClosedRange<Int>? {
    guard let index = indices[id] else { return nil }
    return UpwardWalk(from: index, in: self).depth(of: index)
  }

  /// The hypernyms of both, themselves included, that stand deepest by their longest way up: one, or several that stand
  /// equally deep, sorted by name. Empty when they share none.
  ///
  /// As NLTK's `lowest_common_hypernyms`.
  public func lowestCommonHypernyms(of left: SynsetID, and right: SynsetID) -> [SynsetID] {
    guard let walks = walks(left, right) else { return [] }
    return deepest(walks) { $0.upperBound }
  }

  /// Edges on the shortest way from one to the other over a common hypernym; nil when they share none.
  public func pathDistance(from left: SynsetID, to right: SynsetID) -> Int? {
    guard let (first, second) = walks(left, right) else { return nil }
    return first.common(with: second).map { first.distance(to: $0) + second.distance(to: $0) }.min()
  }

  /// 1 / (1 + the path's edges): 1 for a synset and itself. nil when they share no hypernym.
  public func pathSimilarity(of left: SynsetID, and right: SynsetID) -> Double? {
    pathDistance(from: left, to: right).map { 1 / Double($0 + 1) }
  }

  /// How deep the lowest common hypernym stands beside how deep the two do: 2d / (l + r), where d is its greatest depth
  /// in nodes, and l and r are d and the edges of the shortest path from it to each.
  ///
  /// Wu and Palmer, "Verb semantics and lexical selection" (1994), in the form of NLTK's `wup_similarity`: of several
  /// common hypernyms the one whose shortest way up is longest, and of those the first by name.
  public func wuPalmerSimilarity(of left: SynsetID, and right: SynsetID) -> Double? {
    guard let walks = walks(left, right) else { return nil }
    let candidates = deepest(walks) { $0.lowerBound }
    guard let chosen = candidates.contains(left) ? left : candidates.first, let index = indices[chosen] else {
      return nil
    }
    let depth = (walks.0.depth(of: index)?.upperBound ?? 0) + 1
    // The shortest path need not go straight up: it may turn at a hypernym higher than the common one.
    guard let first = pathDistance(from: left, to: chosen), let second = pathDistance(from: right, to: chosen)
    else { return nil }
    let lengths = first + second + 2 * depth
    return 2 * Double(depth) / Double(lengths)
  }

  private func walks(_ left: SynsetID, _ right: SynsetID) -> (UpwardWalk, UpwardWalk)? {
    guard let first = indices[left], let second = indices[right] else { return nil }
    return (UpwardWalk(from: first, in: self), UpwardWalk(from: second, in: self))
  }

  private func deepest(
    _ walks: (UpwardWalk, UpwardWalk), by measure: (ClosedRange<Int>) -> Int
  ) -> [SynsetID] {
    let common = walks.0.common(with: walks.1)
    let depths = common.map { walks.0.depth(of: $0).map(measure) ?? 0 }
    guard let greatest = depths.max() else { return [] }
    return zip(common, depths).filter { $0.1 == greatest }.map { synsets[Int($0.0)].id }
      .map { (id: $0, name: name(of: $0)) }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.map(\.id)
  }
}

/// A node and all above it: how far each is from the node, and how deep it stands.
private struct UpwardWalk {
  private var distances: [Int32: Int] = [:]
  private var depths: [Int32: ClosedRange<Int>] = [:]

  init(from start: Int32, in hierarchy: Hierarchy) {
    distances[start] = 0
    var queue = [start]
    var next = 0
    while next < queue.count {
      let node = queue[next]
      let distance = (distances[node] ?? 0) + 1
      next += 1
      for parent in hierarchy.parentLists[node] where distances[parent] == nil {
        distances[parent] = distance
        queue.append(parent)
      }
    }
    findDepths(from: start, in: hierarchy)
  }

  /// Parents before children, without a call stack that a long chain could overflow.
  private mutating func findDepths(from start: Int32, in hierarchy: Hierarchy) {
    var path: [(node: Int32, next: Int)] = [(start, 0)]
    while let (node, next) = path.last {
      if let parent = hierarchy.parentLists.element(next, of: node) {
        path[path.count - 1].next += 1
        if depths[parent] == nil { path.append((parent, 0)) }
        continue
      }
      path.removeLast()
      let above = hierarchy.parentLists[node].compactMap { depths[$0] }
      let least = above.map(\.lowerBound).min().map { $0 + 1 } ?? 0
      let greatest = above.map(\.upperBound).max().map { $0 + 1 } ?? 0
      depths[node] = least...greatest
    }
  }

  func distance(to node: Int32) -> Int { distances[node] ?? 0 }
  func depth(of node: Int32) -> ClosedRange<Int>? { depths[node] }

  /// The nodes above both, or both.
  func common(with other: UpwardWalk) -> [Int32] {
    distances.keys.filter { other.distances[$0] != nil }.sorted()
  }
}
