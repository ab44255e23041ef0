/// The little computations on shapes that exporters leave in a graph, done on int64 tensors.
enum ShapeArithmetic {
  /// The node's result, if all that it needs is known; nil if it is not shape arithmetic.
  ///
  /// - Parameters:
  ///   - shapes: of every input.
  ///   - values: of those inputs that are known.
  static func evaluate(
    _ node: Node, shapes: [[Int]], values: [Tensor?]
  ) throws(NetworkError) -> Tensor? {
    if case .shape(let start, let end) = node.operation, let shape = shapes.first {
      let part = shape[ShapeInference.shapeRange(rank: shape.count, start, end)]
      return Tensor(shape: [part.count], integers: part.map(Int64.init))
    }
    let known = values.compactMap { $0 }
    // Big tensors are weights: folding them would copy them.
    guard known.count == values.count, known.allSatisfy({ $0.count <= 4096 }) else { return nil }
    let integers = known.map { $0.integers }
    let inference = ShapeInference(
      node: node, inputs: shapes, integers: integers.map { $0?.map { Int(clamping: $0) } })
    switch node.operation {
    case .cast(let element): return try cast(known[0], to: element)
    case .constantOfShape(let value):
      let shape = try inference.output()
      guard shape.reduce(1, *) <= 4096, value.element == .int64, let number = value.integers?.first else {
        return nil
      }
      return Tensor(shape: shape, integers: Array(repeating: number, count: shape.reduce(1, *)))
    default: break
    }
    guard !integers.isEmpty, integers.allSatisfy({ $0 != nil }), known.allSatisfy({ $0.element == .int64 })
    else { return nil }
    return try evaluate(node, integers.compactMap { $0 }, shapes, inference)
  }

  private static func evaluate(
    _ node: Node, _ values: [[Int64]], _ shapes: [[Int]], _ inference: ShapeInference
  ) throws(NetworkError) -> Tensor? {
    func result(_ integers: [Int64]) throws(NetworkError) -> Tensor? {
      let shape = try inference.output()
      return shape.reduce(1, *) == integers.count ? Tensor(shape: shape, integers: integers) : nil
    }
    switch node.operation {
    case .identity, .reshape, .squeeze, .unsqueeze, .flatten: return try result(values[0])
    case .concat where shapes.allSatisfy({ $0.count == 1 }): return try result(values.flatMap { $0 })
    case .gather where shapes[0].count == 1:
      return try result(
        try values[1].map { index throws(NetworkError) in
          let position = index < 0 ? Int(clamping: index) + values[0].count : Int(clamping: index)
          guard values[0].indices.contains(position) else {
            throw inference.invalid("index \(index) of \(values[0].count) elements")
          }
          return values[0][position]
        })
    case .slice where shapes[0].count == 1:
      let range = try inference.sliceRanges()[0]
      return try result((0..<range.count).map { values[0][range.start + $0 * range.step] })
    case .transpose where shapes[0].count == 2:
      let (rows, columns) = (shapes[0][0], shapes[0][1])
      guard try inference.permutation(permutation(of: node), rank: 2) == [1, 0] else {
        return try result(values[0])
      }
      return try result((0..<rows * columns).map { values[0][$0 % rows * columns + $0 / rows] })
    case .add, .subtract, .multiply, .divide: return try binary(node, values, inference)
    default: return nil
    }
  }

  private static func permutation(of node: Node) -> [Int]? {
    if case .transpose(let permutation) = node.operation { return permutation }
    return nil
  }

  /// Of equal counts, or one of them a single element.
  private static func binary(
    _ node: Node, _ values: [[Int64]], _ inference: ShapeInference
  ) throws(NetworkError) -> Tensor? {
    let shape = try inference.output()
    let count = shape.reduce(1, *)
    guard values.count == 2, values.allSatisfy({ $0.count == count || $0.count == 1 }) else { return nil }
    var result: [Int64] = []
    for index in 0..<count {
      let a = values[0][values[0].count == 1 ? 0 : index]
      let b = values[1][values[1].count == 1 ? 0 : index]
      switch node.operation {
      case .add: result.append(a &+ b)
      case .subtract: result.append(a &- b)
      case .multiply: result.append(a &* b)
      default:
        guard b != 0 else { throw inference.invalid("a division by zero") }
        result.append(a.dividedReportingOverflow(by: b).partialValue)
      }
    }
    return Tensor(shape: shape, integers: result)
  }

  private static func cast(_ tensor: Tensor, to element: Tensor.Element) throws(NetworkError) -> Tensor? {
    tensor.element == element ? tensor : try Evaluation.cast(tensor, to: element)
  }
}
