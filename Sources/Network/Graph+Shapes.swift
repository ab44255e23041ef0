extension Graph {
  /// The shape of every value, constants included, for a batch of this size.
  ///
  /// Where an input's first dimension is open it becomes `batch`; a fixed one stays.
  /// - Throws: `NetworkError.invalidInput` if another dimension is open or the input is too large, `.invalidNode` where
  /// shapes do not fit.
  public func shapes(batch: Int) throws(NetworkError) -> [String: [Int]] {
    try evaluatedShapes(try inputShapes(batch: batch)).shapes
  }

  /// The same for given shapes of the inputs.
  public func shapes(inputs shapes: [String: [Int]]) throws(NetworkError) -> [String: [Int]] {
    try evaluatedShapes(shapes).shapes
  }

  func inputShapes(batch: Int) throws(NetworkError) -> [String: [Int]] {
    guard batch > 0 else { throw .invalidGraph(reason: "a batch of \(batch)") }
    var result: [String: [Int]] = [:]
    for input in inputs {
      var shape = input.shape
      if shape.first == -1 { shape[0] = batch }
      if let open = shape.firstIndex(of: -1) {
        throw .invalidInput(
          name: input.name,
          reason: "its dimension \(open) is open (shape \(input.shape)); only an image's batch, height and "
            + "width may be")
      }
      result[input.name] = shape
    }
    return result
  }

  /// Shapes, and the values of all shape arithmetic.
  func evaluatedShapes(
    _ inputShapes: [String: [Int]]
  ) throws(NetworkError) -> (shapes: [String: [Int]], values: [String: Tensor]) {
    for (name, shape) in inputShapes { try ShapeLimit.check(input: name, shape) }
    var shapes = inputShapes
    var values: [String: Tensor] = [:]
    for (name, tensor) in constants { shapes[name] = tensor.shape }
    // Values of operators whose shapes only running tells, and what follows from them.
    var untold: Set<String> = []
    var arithmetic = ShapeArithmetic()
    for node in nodes {
      if node.inputs.contains(where: untold.contains) {
        untold.formUnion(node.outputs)
        continue
      }
      let inputs = try node.inputs.map { name throws(NetworkError) -> [Int] in
        if name.isEmpty { return [] }
        guard let shape = shapes[name] else {
          throw .invalidNode(node: node.name, reason: "nothing makes its input \"\(name)\"")
        }
        return shape
      }
      let known = node.inputs.map { values[$0] ?? constants[$0] }
      if let results = try? arithmetic.evaluate(node, shapes: inputs, values: known) {
        for (output, value) in zip(node.outputs, results) where !output.isEmpty {
          values[output] = value
          shapes[output] = value.shape
        }
        continue
      }
      if case .general = node.operation {
        guard let results = try? Evaluation.shapes(of: node, inputs, known) else {
          untold.formUnion(node.outputs)
          continue
        }
        for (output, shape) in zip(node.outputs, results) { shapes[output] = shape }
        continue
      }
      if node.sizedByValues.contains(where: {
        known.indices.contains($0) && known[$0] == nil && !node.inputs[$0].isEmpty
      }) {
        untold.formUnion(node.outputs)
        continue
      }
      let inference = ShapeInference(
        node: node, inputs: inputs, integers: known.map { $0?.integers?.map { Int(clamping: $0) } })
      let shape = try inference.output()
      for output in node.outputs { shapes[output] = shape }
    }
    return (shapes, values)
  }
}

extension Node {
  /// The inputs whose values, not only shapes, decide the result's shape.
  fileprivate var sizedByValues: Range<Int> {
    switch operation {
    case .reshape, .pad: 1..<2
    case .slice: 1..<5
    case .constantOfShape: 0..<1
    default: 0..<0
    }
  }
}
