import Foundation

/// Operators that go along one axis: orders, sums so far, and softmax.
extension Evaluation {
  static let ordering: [String: Function] = [
    "ArgMax": extreme { $0 > $1 }, "ArgMin": extreme { $0 < $1 },
    "TopK": { node throws(NetworkError) in try top(node) },
    "CumSum": cumulative(0, { $0 + $1 }, { $0 &+ $1 }), "CumProd": cumulative(1, { $0 * $1 }, { $0 &* $1 }),
    "Softmax": along { values in
      let most = values.max() ?? 0
      let powers = values.map { exp($0 - most) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    },
    "LogSoftmax": along { values in
      let most = values.max() ?? 0
      let sum = log(values.reduce(0) { $0 + exp($1 - most) })
      return values.map { $0 - most - sum }
    },
    "Hardmax": along { values in
      let most = values.firstIndex(of: values.max() ?? 0)
      return values.indices.map { $0 == most ? 1 : 0 }
    },
  ]

  static let orderingShapes: [String: ShapeRule] = [
    "ArgMax": extremeShape, "ArgMin": extremeShape,
    "TopK": { node throws(NetworkError) in
      var shape = try node.shape(0)
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: shape.count)
      let given = try node.integers("k", input: 1)?.first ?? node.operation.integer("k")
      guard let count = given, count >= 0,
        count <= shape[axis]
      else { throw node.invalid("it takes more elements than dimension \(axis) of \(shape) has") }
      shape[axis] = count
      return [shape, shape]
    },
  ]

  private static let extremeShape: ShapeRule = { node throws(NetworkError) in
    var shape = try node.shape(0)
    let axis = try node.axis(node.operation.integer("axis", default: 0), rank: shape.count)
    if node.operation.flag("keepdims", default: true) {
      shape[axis] = 1
    } else {
      shape.remove(at: axis)
    }
    return [shape]
  }

  private static func extreme(_ isBetter: @escaping @Sendable (Double, Double) -> Bool) -> Function {
    { node throws(NetworkError) in
      let x = try node.input(0)
      let axis = try node.axis(node.operation.integer("axis", default: 0), rank: x.shape.count)
      let takesLast = node.operation.flag("select_last_index")
      let (lines, values) = (Lines(x.shape, axis: axis), x.doubles)
      guard lines.size > 0 else { throw node.invalid("there is no element along axis \(axis)") }
      let found = (0..<lines.count).map { line -> Int64 in
        let start = lines.start(line)
        var best = 0
        for index in 1..<max(lines.size, 1) {
          let (value, other) = (values[start + index * lines.step], values[start + best * lines.step])
          if isBetter(value, other) || takesLast && value == other { best = index }
        }
        return Int64(best)
      }
      return [Tensor(shape: try node.shapes()[0], integers: found)]
    }
  }

  private static func top(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, shape) = (try node.input(0), try node.shapes()[0])
    let axis = try node.axis(node.operation.integer("axis", default: -1), rank: x.shape.count)
    let takesLargest = node.operation.flag("largest", default: true)
    let (from, to, values) = (Lines(x.shape, axis: axis), Lines(shape, axis: axis), x.doubles)
    let count = shape.reduce(1, *)
    var places = [Int](repeating: 0, count: count)
    var indices = [Int64](repeating: 0, count: count)
    for line in 0..<from.count {
      let start = from.start(line)
      let order = (0..<from.size).sorted { a, b in
        let (left, right) = (values[start + a * from.step], values[start + b * from.step])
        return left == right ? a < b : takesLargest ? left > right : left < right
      }
      for (rank, index) in order.prefix(to.size).enumerated() {
        let place = to.start(line) + rank * to.step
        places[place] = start + index * from.step
        indices[place] = Int64(index)
      }
    }
    return [x.picking(places, shape: shape), Tensor(shape: shape, integers: indices)]
  }

  private static func cumulative(
    _ first: Double, _ number: @escaping @Sendable (Double, Double) -> Double,
    _ integer: @escaping @Sendable (Int64, Int64) -> Int64
  ) -> Function {
    { node throws(NetworkError) in
      let x = try node.input(0)
      guard let given = try node.integers(1).first else { throw node.invalid("there is no axis") }
      let lines = Lines(x.shape, axis: try node.axis(given, rank: x.shape.count))
      let (isExclusive, isReversed) = (node.operation.flag("exclusive"), node.operation.flag("reverse"))
      func sums<T>(_ values: [T], _ first: T, _ combine: (T, T) -> T) -> [T] {
        var results = values
        for line in 0..<lines.count {
          var sum = first
          for index in 0..<lines.size {
            let place = lines.start(line) + (isReversed ? lines.size - 1 - index : index) * lines.step
            let next = combine(sum, values[place])
            results[place] = isExclusive ? sum : next
            sum = next
          }
        }
        return results
      }
      if let integers = x.integers {
        return [Tensor(shape: x.shape, element: x.element, wrapping: sums(integers, Int64(first), integer))]
      }
      return [Tensor(shape: x.shape, element: x.element, rounding: sums(x.doubles, first, number))]
    }
  }

  /// Before opset 13 the dimensions from the axis on are one.
  private static func along(_ function: @escaping @Sendable ([Double]) -> [Double]) -> Function {
    { node throws(NetworkError) in
      let x = try node.input(0)
      let isOld = node.operation.opset < 13
      let given = node.operation.integer("axis", default: isOld ? 1 : -1)
      var shape = x.shape.isEmpty ? [1] : x.shape
      var axis = 0
      if isOld, given == shape.count {
        shape.append(1)
        axis = given
      } else {
        axis = try node.axis(given, rank: shape.count)
      }
      if isOld { shape = Array(shape[..<axis]) + [shape[axis...].reduce(1, *)] }
      let lines = Lines(shape, axis: axis)
      var values = x.doubles
      for line in 0..<(lines.size == 0 ? 0 : lines.count) {
        let start = lines.start(line)
        let results = function((0..<lines.size).map { values[start + $0 * lines.step] })
        for (index, value) in results.enumerated() { values[start + index * lines.step] = value }
      }
      return [Tensor(shape: x.shape, element: x.element, rounding: values)]
    }
  }
}
