/// Identities (and what dropout is at inference) go; their readers read what they read.
extension Graph {
  mutating func removeIdentities() {
    var sources: [String: String] = [:]
    var remaining: [Node] = []
    let made = Set(nodes.flatMap(\.outputs))
    let outputNames = Set(outputs)
    for var node in nodes {
      node.inputs = node.inputs.map { sources[$0] ?? $0 }
      guard node.operation == .identity, let input = node.inputs.first, let output = node.outputs.first else {
        remaining.append(node)
        continue
      }
      // An output of the graph keeps its name: then its maker takes that name over, if it has only this reader.
      guard !outputNames.contains(output) else {
        let readers = nodes.count { $0.inputs.contains(input) }
        if made.contains(input), !outputNames.contains(input), readers == 1,
          let maker = remaining.firstIndex(where: { $0.outputs.first == input })
        {
          remaining[maker].outputs[0] = output
          replaced[input] = .equal(output)
        } else {
          remaining.append(node)
        }
        continue
      }
      sources[output] = input
      replaced[output] = .equal(input)
    }
    nodes = remaining
  }
}
