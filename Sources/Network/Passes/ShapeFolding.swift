/// Shape arithmetic becomes constants, also where the batch is open: shapes are worked out for two batches, and what
/// is the same in both does not depend on it.
extension Graph {
  mutating func foldShapeArithmetic() throws(NetworkError) {
    // With a map of open size there is nothing to work out beforehand; the executor does it at run time.
    guard inputs.allSatisfy({ !$0.shape.dropFirst().contains(-1) }) else { return }
    if (try? evaluatedShapes(try inputShapes(batch: 2))) == nil { try closeBatch() }
    let two = try evaluatedShapes(try inputShapes(batch: 2))
    let three = try evaluatedShapes(try inputShapes(batch: 3))
    var remaining: [Node] = []
    for var node in nodes {
      let made = node.outputs.filter { !$0.isEmpty }
      let values = made.compactMap { name in two.values[name].flatMap { $0 == three.values[name] ? $0 : nil }
      }
      if values.count == made.count {
        for (name, value) in zip(made, values) { constants[name] = value }
        continue
      }
      openBatch(&node, two, three)
      if case .pad(var pad) = node.operation, pad.amounts == nil, node.inputs.count > 1,
        let amounts = constants[node.inputs[1]]?.integers
      {
        pad.amounts = amounts.map { Int(clamping: $0) }
        node.operation = .pad(pad)
        node.inputs = [node.inputs[0]]
      }
      remaining.append(node)
    }
    nodes = remaining
  }

  /// Some networks say that their batch is open, but have a one where it should be: they take one image.
  private mutating func closeBatch() throws(NetworkError) {
    _ = try evaluatedShapes(try inputShapes(batch: 1))
    for index in inputs.indices where inputs[index].shape.first == -1 { inputs[index].shape[0] = 1 }
  }

  /// A reshape to [batch, …] copies its first dimension instead of computing it; one other open dimension follows.
  private mutating func openBatch(
    _ node: inout Node, _ two: (shapes: [String: [Int]], values: [String: Tensor]),
    _ three: (shapes: [String: [Int]], values: [String: Tensor])
  ) {
    guard case .reshape = node.operation, node.inputs.count > 1, constants[node.inputs[1]] == nil,
      let first = two.values[node.inputs[1]]?.integers, let second = three.values[node.inputs[1]]?.integers,
      first.count == second.count, !first.contains(0), let shape = two.shapes[node.inputs[0]],
      let other = three.shapes[node.inputs[0]]
    else { return }
    var target = first
    let open = first.indices.filter { first[$0] != second[$0] }
    for index in open {
      if shape.indices.contains(index), Int64(shape[index]) == first[index],
        Int64(other[index]) == second[index]
      {
        target[index] = 0
      } else if !target.contains(-1) {
        target[index] = -1
      } else {
        return
      }
    }
    let name = "\(node.name)/shape"
    constants[name] = Tensor(shape: [target.count], integers: target)
    node.inputs[1] = name
    node.operation = .reshape(allowsZero: false)
  }
}
