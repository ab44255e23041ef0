/// Hypernym edges with their lines, and those among them that close a cycle.
struct CycleFindings {
  private var edges: [AcyclicEdges.Edge] = []
  private var lines: [Int32] = []

  mutating func add(child: Int32, parent: Int32, line: Int) {
    edges.append((child, parent))
    lines.append(Int32(clamping: line))
  }

  /// The closing edges, each once, at the line where it comes first.
  func closing(nodeCount: Int) -> [(child: Int32, parent: Int32, line: Int)] {
    let distinct = AdjacencyLists.distinct(edges, nodeCount: nodeCount)
    let closing = AcyclicEdges(nodeCount: nodeCount, edges: distinct).closingCycle
    guard !closing.isEmpty else { return [] }
    let wanted = Set(closing.map(Self.key))
    var firstLines: [Int64: Int] = [:]
    for (position, edge) in edges.enumerated() where wanted.contains(Self.key(edge)) {
      if firstLines[Self.key(edge)] == nil { firstLines[Self.key(edge)] = Int(lines[position]) }
    }
    return closing.map { ($0.child, $0.parent, firstLines[Self.key($0)] ?? 0) }
  }

  private static func key(_ edge: AcyclicEdges.Edge) -> Int64 { Int64(edge.child) << 32 | Int64(edge.parent) }
}
