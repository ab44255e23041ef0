/// Nodes that no output needs, and constants that no node reads, go.
extension Graph {
  mutating func removeUnused() {
    var needed = Set(outputs)
    var kept: [Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    nodes = kept.reversed()
    constants = constants.filter { needed.contains($0.key) }
  }
}
