/// A batch normalisation right after a convolution goes into its weights and bias: with
/// s = scale / sqrt(variance + epsilon), W' = s W and b' = s (b - mean) + bias.
/// Source: Ioffe & Szegedy 2015, equation 11 (inference).
extension Graph {
  mutating func foldBatchNormalization() {
    let readers = readerCounts()
    var makers: [String: Int] = [:]
    var remaining: [Node] = []
    for node in nodes {
      if case .batchNormalization(let epsilon) = node.operation, readers[node.inputs[0]] == 1,
        let maker = makers[node.inputs[0]],
        let folded = folded(remaining[maker], normalization: node, epsilon)
      {
        replaced[node.inputs[0]] = .fusedInto(node.outputs[0])
        remaining[maker] = folded
        makers[node.outputs[0]] = maker
        continue
      }
      for output in node.outputs { makers[output] = remaining.count }
      remaining.append(node)
    }
    nodes = remaining
  }

  private mutating func folded(_ node: Node, normalization: Node, _ epsilon: Float) -> Node? {
    guard case .convolution(let convolution) = node.operation, convolution.activation == nil,
      let weights = constants[node.inputs[1]], let channels = weights.shape.first, channels > 0
    else { return nil }
    let parameters = normalization.inputs[1...4].compactMap { constants[$0]?.floats }
    guard parameters.count == 4, parameters.allSatisfy({ $0.count == channels }) else { return nil }
    var bias = [Float](repeating: 0, count: channels)
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      guard let given = constants[node.inputs[2]]?.floats, given.count == channels else { return nil }
      bias = given
    }
    let factors = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
    var values = weights.floats
    let each = values.count / channels
    for channel in 0..<channels {
      for index in channel * each..<(channel + 1) * each { values[index] *= factors[channel] }
      bias[channel] = (bias[channel] - parameters[2][channel]) * factors[channel] + parameters[1][channel]
    }
    var result = node
    let names = ["\(normalization.name)/weights", "\(normalization.name)/bias"]
    constants[names[0]] = Tensor(shape: weights.shape, values: values)
    constants[names[1]] = Tensor(shape: [channels], values: bias)
    result.inputs = [node.inputs[0]] + names
    result.outputs = [normalization.outputs[0]]
    return result
  }
}
