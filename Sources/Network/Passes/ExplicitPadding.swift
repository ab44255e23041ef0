/// `auto_pad` becomes numbers, which the size of the map decides.
extension Graph {
  mutating func makePaddingExplicit() throws(NetworkError) {
    let isNeeded = nodes.contains { node in
      switch node.operation {
      case .convolution(let convolution): convolution.automaticPadding != nil
      case .maxPool(let pooling), .averagePool(let pooling): pooling.automaticPadding != nil
      default: false
      }
    }
    guard isNeeded, inputs.allSatisfy({ !$0.shape.dropFirst().contains(-1) }) else { return }
    let shapes = try shapes(batch: 1)
    for index in nodes.indices {
      guard let shape = shapes[nodes[index].inputs[0]], shape.count == 4 else { continue }
      let name = nodes[index].name
      switch nodes[index].operation {
      case .convolution(var convolution) where convolution.automaticPadding != nil:
        convolution.pads = try WindowGeometry(convolution, input: shape, node: name).pads
        convolution.automaticPadding = nil
        nodes[index].operation = .convolution(convolution)
      case .maxPool(let pooling) where pooling.automaticPadding != nil:
        nodes[index].operation = .maxPool(try explicit(pooling, shape, name))
      case .averagePool(let pooling) where pooling.automaticPadding != nil:
        nodes[index].operation = .averagePool(try explicit(pooling, shape, name))
      default: break
      }
    }
  }

  private func explicit(_ pooling: Pooling, _ shape: [Int], _ node: String) throws(NetworkError) -> Pooling {
    var result = pooling
    result.pads = try WindowGeometry(pooling, input: shape, node: node).pads
    result.automaticPadding = nil
    return result
  }
}
