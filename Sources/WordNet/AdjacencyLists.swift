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
}
