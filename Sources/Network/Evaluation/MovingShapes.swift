/// Shapes of what operators make that move elements.
extension Evaluation {
  static let movingShapes: [String: ShapeRule] = [
    "Squeeze": { node throws(NetworkError) in
      let shape = try node.shape(0)
      let given = try node.integers("axes", input: 1)
      let axes = try given.map { given throws(NetworkError) in try node.axes(given, rank: shape.count) }
      guard axes?.allSatisfy({ shape[$0] == 1 }) ?? true else {
        throw node.invalid("axes \(given ?? []) of \(shape) are not all of one")
      }
      return [
        shape.indices.filter { axis in axes.map { !$0.contains(axis) } ?? (shape[axis] != 1) }.map {
          shape[$0]
        }
      ]
    },
    "Unsqueeze": { node throws(NetworkError) in
      var shape = try node.shape(0)
      guard let given = try node.integers("axes", input: 1) else { throw node.invalid("there are no axes") }
      for axis in try node.axes(given, rank: shape.count + given.count).sorted() { shape.insert(1, at: axis) }
      return [shape]
    },
    "Expand": { node throws(NetworkError) in
      [try node.broadcast([try node.shape(0), try node.sizes(1)])]
    },
    "Tile": { node throws(NetworkError) in
      let (shape, repeats) = (try node.shape(0), try node.sizes(1))
      guard shape.count == repeats.count else { throw node.invalid("repeats \(repeats) of \(shape)") }
      return [zip(shape, repeats).map { $0.multipliedReportingOverflow(by: $1) }.map { $1 ? .max : $0 }]
    },
    "Split": { node throws(NetworkError) in
      let shape = try node.shape(0)
      let axis = try node.axis(node.operation.integer("axis", default: 0), rank: shape.count)
      let given = try node.integers("split", input: 1)
      let count = node.outputCount
      guard given != nil || count > 0 && node.operation.integer("num_outputs", default: count) == count else {
        throw node.invalid("it has not as many outputs as its attribute num_outputs says")
      }
      let each = (shape[axis] + count - 1) / max(count, 1)
      let sizes = given ?? (0..<count).map { max(0, min(each, shape[axis] - $0 * each)) }
      guard sizes.allSatisfy({ $0 >= 0 && $0 <= shape[axis] }), sizes.reduce(0, +) == shape[axis] else {
        throw node.invalid("\(shape) cannot be split into \(sizes)")
      }
      return sizes.map { size in
        var part = shape
        part[axis] = size
        return part
      }
    },
    "Pad": { node throws(NetworkError) in
      let (shape, amounts) = (try node.shape(0), try padAmounts(node))
      let result = shape.indices.map { shape[$0] + amounts[$0] + amounts[$0 + shape.count] }
      guard result.allSatisfy({ $0 >= 0 }) else {
        throw node.invalid("pads \(amounts) leave nothing of \(shape)")
      }
      return [result]
    },
    "DepthToSpace": { node throws(NetworkError) in
      let (shape, block) = (try node.shape(0), node.operation.integer("blocksize", default: 0))
      guard shape.count == 4, block > 0, block < 1 << 15, shape[1] % (block * block) == 0 else {
        throw node.invalid("a block of \(block) does not fit \(shape)")
      }
      return [[shape[0], shape[1] / (block * block), shape[2] * block, shape[3] * block]]
    },
    "SpaceToDepth": { node throws(NetworkError) in
      let (shape, block) = (try node.shape(0), node.operation.integer("blocksize", default: 0))
      guard shape.count == 4, block > 0, block < 1 << 15, shape[2] % block == 0, shape[3] % block == 0 else {
        throw node.invalid("a block of \(block) does not fit \(shape)")
      }
      return [[shape[0], shape[1] * block * block, shape[2] / block, shape[3] / block]]
    },
    "CenterCropPad": { node throws(NetworkError) in
      var shape = try node.shape(0)
      let axes = try node.axes(
        node.operation.integers("axes") ?? Array(shape.indices), rank: shape.count)
      let sizes = try node.sizes(1)
      guard sizes.count == axes.count else { throw node.invalid("\(sizes) for \(axes.count) axes") }
      for (axis, size) in zip(axes, sizes) { shape[axis] = size }
      return [shape]
    },
    "Reshape": { node throws(NetworkError) in
      [try node.typed(.reshape(allowsZero: node.operation.flag("allowzero")))]
    },
    "Flatten": { node throws(NetworkError) in
      [try node.typed(.flatten(axis: node.operation.integer("axis", default: 1)))]
    },
  ]

  /// Twice as many numbers as dimensions, from an attribute or an input, maybe for chosen axes only.
  static func padAmounts(_ node: EvaluatedNode) throws(NetworkError) -> [Int] {
    let rank = try node.shape(0).count
    let attribute = node.operation.integers("pads") == nil ? "paddings" : "pads"
    guard let given = try node.integers(attribute, input: 1) else { throw node.invalid("there are no pads") }
    let axes = try node.axes(node.isPresent(3) ? node.integers(3) : Array(0..<rank), rank: rank)
    guard given.count == 2 * axes.count, given.allSatisfy({ $0.magnitude < 1 << 24 }) else {
      throw node.invalid("pads \(given) do not fit \(try node.shape(0))")
    }
    var amounts = [Int](repeating: 0, count: 2 * rank)
    for (index, axis) in axes.enumerated() {
      amounts[axis] = given[index]
      amounts[axis + rank] = given[index + axes.count]
    }
    return amounts
  }
}
