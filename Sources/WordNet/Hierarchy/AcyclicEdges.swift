/// Sorts edges into those that make a directed acyclic graph and those that would close a cycle.
///
/// A depth-first walk from the nodes without parents, then from whatever those do not reach; an edge that
/// leads to a node still on the walk's path closes a cycle. The walk keeps its own stack, so that depth costs
/// only memory.
///
/// - Complexity: O(nodes + edges).
struct AcyclicEdges {
  typealias Edge = (child: Int32, parent: Int32)

  /// In the order given.
  private(set) var kept: [Edge] = []
  private(set) var closingCycle: [Edge] = []
  /// For every node the elements it takes when written out nested, itself included: 1 and that of its
  /// children. No more than `Int.max`.
  private(set) var nestedCounts: [Int]

  private enum Mark { case unseen, onPath, finished }

  /// `edges` are distinct.
  init(nodeCount: Int, edges: [Edge]) {
    // The lists hold edge numbers, not nodes, so that single edges can be left out.
    let downward = AdjacencyLists(
      nodeCount: nodeCount, pairs: edges.indices.map { (from: edges[$0].parent, to: Int32($0)) })
    var hasParent = [Bool](repeating: false, count: nodeCount)
    for edge in edges { hasParent[Int(edge.child)] = true }

    var marks = [Mark](repeating: .unseen, count: nodeCount)
    var counts = [Int](repeating: 1, count: nodeCount)
    var closes = [Bool](repeating: false, count: edges.count)
    var path: [(node: Int32, next: Int)] = []
    let starts = (0..<nodeCount).filter { !hasParent[$0] } + (0..<nodeCount).filter { hasParent[$0] }
    for start in starts where marks[start] == .unseen {
      marks[start] = .onPath
      path.append((Int32(start), 0))
      while let (node, next) = path.last {
        guard let edge = downward.element(next, of: node) else {
          path.removeLast()
          marks[Int(node)] = .finished
          if let parent = path.last?.node { counts[Int(parent)].add(counts[Int(node)]) }
          continue
        }
        path[path.count - 1].next += 1
        let child = Int(edges[Int(edge)].child)
        switch marks[child] {
        case .unseen:
          marks[child] = .onPath
          path.append((Int32(child), 0))
        case .onPath: closes[Int(edge)] = true
        case .finished: counts[Int(node)].add(counts[child])
        }
      }
    }
    nestedCounts = counts
    for (number, edge) in edges.enumerated() {
      if closes[number] { closingCycle.append(edge) } else { kept.append(edge) }
    }
  }
}

extension Int {
  /// Adds a count, staying at `Int.max` rather than overflowing.
  fileprivate mutating func add(_ count: Int) {
    let (sum, overflow) = addingReportingOverflow(count)
    self = overflow ? .max : sum
  }
}
