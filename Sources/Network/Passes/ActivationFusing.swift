/// A clamp (Relu, Clip) right after a convolution, dense layer or addition becomes part of it.
extension Graph {
  mutating func fuseActivations() {
    let readers = readerCounts()
    var makers: [String: Int] = [:]
    var remaining: [Node] = []
    for node in nodes {
      if case .activation(let activation) = node.operation, activation.bounds != nil,
        readers[node.inputs[0]] == 1, let maker = makers[node.inputs[0]],
        let operation = remaining[maker].operation.followed(by: activation)
      {
        replaced[node.inputs[0]] = .fusedInto(node.outputs[0])
        remaining[maker].operation = operation
        remaining[maker].outputs = node.outputs
        makers[node.outputs[0]] = maker
        continue
      }
      for output in node.outputs { makers[output] = remaining.count }
      remaining.append(node)
    }
    nodes = remaining
  }
}

extension Operation {
  /// This operation with an activation after it, if it has room for one.
  fileprivate func followed(by activation: Activation) -> Operation? {
    switch self {
    case .convolution(var convolution) where convolution.activation == nil:
      convolution.activation = activation
      return .convolution(convolution)
    case .gemm(var gemm) where gemm.activation == nil:
      gemm.activation = activation
      return .gemm(gemm)
    case .add(activation: nil): return .add(activation: activation)
    default: return nil
    }
  }
}
