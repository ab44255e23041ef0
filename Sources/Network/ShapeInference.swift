/// Shapes of a node's output from the shapes of its inputs, and the checks that they fit together.
struct ShapeInference {
  let node: Node
  /// Of every input; empty where an optional one is left out.
  let inputs: [[Int]]
  /// Elements of those inputs that are known integers.
  let integers: [[Int]?]

  func invalid(_ reason: String) -> NetworkError { .invalidNode(node: node.name, reason: reason) }

  func input(_ index: Int) throws(NetworkError) -> [Int] {
    guard inputs.indices.contains(index) else { throw invalid("it has no input \(index + 1)") }
    return inputs[index]
  }

  /// - Throws: `NetworkError.invalidNode` when shapes do not fit the operation.
  func output() throws(NetworkError) -> [Int] {
    let shape = try unchecked()
    guard ShapeLimit.allows(shape) else { throw invalid("its result would have the shape \(shape)") }
    return shape
  }

  private func unchecked() throws(NetworkError) -> [Int] {
    guard inputs.count >= node.operation.requiredInputs else {
      throw invalid(
        "\(node.operation.kind) needs \(node.operation.requiredInputs) inputs and has \(inputs.count)")
    }
    switch node.operation {
    case .convolution(let convolution): return try self.convolution(convolution)
    case .gemm(let gemm): return try self.gemm(gemm)
    case .matMul: return try matrixProduct(try input(0), try input(1))
    case .maxPool(let pooling), .averagePool(let pooling):
      let shape = try map()
      let output = try WindowGeometry(pooling, input: shape, node: node.name).output
      return [shape[0], shape[1], output.height, output.width]
    case .globalAveragePool, .globalMaxPool:
      let shape = try input(0)
      guard shape.count >= 3 else { throw invalid("it needs a map, its input has the shape \(shape)") }
      return Array(shape.prefix(2)) + Array(repeating: 1, count: shape.count - 2)
    case .quantizeLinear, .dequantizeLinear, .activation, .identity, .cast, .batchNormalization:
      return try input(0)
    case .localResponseNormalization(let lrn):
      guard lrn.size > 0 else { throw invalid("it is over \(lrn.size) channels") }
      return try input(0)
    case .softmax(let softmax), .logSoftmax(let softmax):
      _ = try axis(softmax.axis, rank: try input(0).count, last: softmax.throughLast)
      return try input(0)
    case .parametricRelu:
      let shape = try input(0)
      guard try broadcast([shape, try input(1)]) == shape else { throw invalid("its slope does not fit") }
      return shape
    case .add, .levelSum, .subtract, .multiply, .divide, .sum: return try broadcast(inputs)
    default: return try rearranged()
    }
  }

  func map() throws(NetworkError) -> [Int] {
    let shape = try input(0)
    guard shape.count == 4 else { throw invalid("it needs [N,C,H,W], its input has the shape \(shape)") }
    return shape
  }

  /// An axis counted from the front; negative ones count from the end.
  func axis(_ axis: Int, rank: Int, last: Bool = false) throws(NetworkError) -> Int {
    let positive = axis < 0 ? axis + rank : axis
    guard positive >= 0, positive < rank || (last && positive == rank) else {
      throw invalid("axis \(axis) of a tensor of \(rank) dimensions")
    }
    return positive
  }

  /// NumPy's broadcasting.
  func broadcast(_ shapes: [[Int]]) throws(NetworkError) -> [Int] {
    var result: [Int] = []
    for shape in shapes {
      while result.count < shape.count { result.insert(1, at: 0) }
      let lead = result.count - shape.count
      for (index, size) in shape.enumerated() where size != result[lead + index] {
        guard size == 1 || result[lead + index] == 1 else {
          throw invalid(
            "shapes \(shapes.map(String.init(describing:)).joined(separator: " and ")) do not fit")
        }
        result[lead + index] = size == 1 ? result[lead + index] : size
      }
    }
    return result
  }

  private func convolution(_ convolution: Convolution) throws(NetworkError) -> [Int] {
    let shape = try map()
    let weights = try input(1)
    let groups = convolution.groups
    guard weights.count == 4, groups > 0, shape[1] % groups == 0, weights[0] % groups == 0,
      weights[1] == shape[1] / groups, weights[2] == convolution.kernel.height,
      weights[3] == convolution.kernel.width
    else {
      throw invalid("weights \(weights) in \(groups) groups do not fit an input of shape \(shape)")
    }
    if inputs.count > 2, !inputs[2].isEmpty, inputs[2] != [weights[0]] {
      throw invalid("a bias of shape \(inputs[2]) does not fit weights \(weights)")
    }
    let output = try WindowGeometry(convolution, input: shape, node: node.name).output
    return [shape[0], weights[0], output.height, output.width]
  }

  private func gemm(_ gemm: Gemm) throws(NetworkError) -> [Int] {
    let (a, b) = (try input(0), try input(1))
    guard a.count == 2, b.count == 2 else { throw invalid("it needs matrices, not \(a) and \(b)") }
    let rows = gemm.transposeA ? a[1] : a[0]
    let depth = gemm.transposeA ? a[0] : a[1]
    guard depth == (gemm.transposeB ? b[1] : b[0]) else { throw invalid("shapes \(a) and \(b) do not fit") }
    let result = [rows, gemm.transposeB ? b[0] : b[1]]
    if inputs.count > 2, try broadcast([result, inputs[2]]) != result {
      throw invalid("an addend of shape \(inputs[2]) does not fit a result of \(result)")
    }
    return result
  }

  private func matrixProduct(_ a: [Int], _ b: [Int]) throws(NetworkError) -> [Int] {
    guard !a.isEmpty, !b.isEmpty else { throw invalid("a matrix product of numbers") }
    let left = a.count == 1 ? [1] + a : a
    let right = b.count == 1 ? b + [1] : b
    guard left[left.count - 1] == right[right.count - 2] else {
      throw invalid("shapes \(a) and \(b) do not fit")
    }
    var result = try broadcast([Array(left.dropLast(2)), Array(right.dropLast(2))])
    if a.count > 1 { result.append(left[left.count - 2]) }
    if b.count > 1 { result.append(right[right.count - 1]) }
    return result
  }
}
