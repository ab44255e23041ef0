/// For every node a list of nodes, packed one after another (compressed sparse rows).
struct AdjacencyLists: Sendable, Hashable {
  private let offsets: [Int32]
  private let targets: [Int32]

  /// Node `from`'s list holds, in the order of the pairs, each `to` paired with it.
  init(nodeCount: Int, pairs: some Collection<(from: Int32, to: Int32)>) {
    var offsets = [Int32](repeating: 0, count: nodeCount + 1)
    for pair in pairs { offsets[Int(pair.from) + 1] += 1 }
    for node in 0..<nodeCount { offsets[node + 1] += offsets[node] }
    var next = offsets
    var targets = [Int32](repeating: 0, count: pairs.count)
    for pair in pairs {
      targets[Int(next[Int(pair.from)])] = pair.to
      next[Int(pair.from)] += 1
    }
    self.offsets = offsets
    self.targets = targets
  }

  subscript(node: Int32) -> ArraySlice<Int32> {
    targets[Int(offsets[Int(node)])..<Int(offsets[Int(node) + 1])]
  }

  func count(of node: Int32) -> Int { Int(offsets[Int(node) + 1] - offsets[Int(node)]) }

  /// The `position`-th node of `node`'s list, or nil past its end.
  func element(_ position: Int, of node: Int32) -> Int32? {
    let index = Int(offsets[Int(node)]) + position
    return index < Int(offsets[Int(node) + 1]) ? targets[index] : nil
  }

  /// The edges, each once, where it comes first.
  static func distinct(_ edges: [AcyclicEdges.Edge], nodeCount: Int) -> [AcyclicEdges.Edge] {
    let parents = AdjacencyLists(
      nodeCount: nodeCount, pairs: edges.indices.map { (from: edges[$0].child, to: Int32($0)) })
    var isRepeated = [Bool](repeating: false, count: edges.count)
    // For each parent the child it was last seen with.
    var lastChild = [Int32](repeating: -1, count: nodeCount)
    for child in 0..<Int32(nodeCount) {
      for edge in parents[child] {
        let parent = Int(edges[Int(edge)].parent)
        isRepeated[Int(edge)] = lastChild[parent] == child
        lastChild[parent] = child
      }
    }
    return edges.indices.lazy.filter { !isRepeated[$0] }.map { edges[$0] }
  }
}
