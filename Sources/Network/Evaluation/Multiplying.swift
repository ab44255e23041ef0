import Foundation

/// Products of matrices and sums of products over named axes.
extension Evaluation {
  static let multiplying: [String: Function] = [
    "MatMul": { node throws(NetworkError) in
      let (a, b) = (try node.input(0), try node.input(1))
      guard a.element == b.element else {
        throw node.invalid("types \(a.element.name) and \(b.element.name)")
      }
      let (shape, values) = try product(node, a.shape, a.doubles, b.shape, b.doubles)
      return [Tensor(shape: shape, element: a.element, computed: values)]
    },
    "MatMulInteger": { node throws(NetworkError) in
      let (a, b) = (try node.shape(0), try node.shape(1))
      let left = try centered(node, 0, 2, axis: a.count - 2)
      let right = try centered(node, 1, 3, axis: b.count - 1)
      let (shape, values) = try product(node, a, left, b, right)
      return [Tensor(shape: shape, element: .int32, computed: values)]
    },
    "QLinearMatMul": { node throws(NetworkError) in
      let (a, b) = (try node.shape(0), try node.shape(3))
      let left = try centered(node, 0, 2, axis: a.count - 2)
      let right = try centered(node, 3, 5, axis: b.count - 1)
      let (shape, sums) = try product(node, a, left, b, right)
      let scale = try node.number(1) * node.number(4) / node.number(6)
      return [requantized(sums.map { $0 * scale }, shape, try node.input(7))]
    },
    "Gemm": { node throws(NetworkError) in
      var (a, b) = (try node.input(0), try node.input(1))
      if node.operation.flag("transA") { a = try turned(a, node) }
      if node.operation.flag("transB") { b = try turned(b, node) }
      let (shape, values) = try product(node, a.shape, a.doubles, b.shape, b.doubles)
      let alpha = Double(node.operation.float("alpha", default: 1))
      var results = values.map { $0 * alpha }
      if let c = node.optional(2) {
        let beta = Double(node.operation.float("beta", default: 1))
        guard try node.broadcast([shape, c.shape]) == shape else {
          throw node.invalid("\(c.shape) to \(shape)")
        }
        results = combined(results, shape, c.doubles, c.shape, shape) { $0 + beta * $1 }
      }
      return [Tensor(shape: shape, element: a.element, computed: results)]
    },
    "Einsum": { node throws(NetworkError) in
      let einsum = try Einsum(node)
      return [try einsum.result(node)]
    },
    "Det": { node throws(NetworkError) in
      let x = try node.input(0)
      guard let size = x.shape.last, x.shape.count >= 2, x.shape[x.shape.count - 2] == size else {
        throw node.invalid("it needs square matrices, not \(x.shape)")
      }
      let (values, area) = (x.doubles, size * size)
      let count = x.shape.dropLast(2).reduce(1, *)
      let results = (0..<count).map { determinant(Array(values[$0 * area..<($0 + 1) * area]), size) }
      return [Tensor(shape: Array(x.shape.dropLast(2)), element: x.element, rounding: results)]
    },
  ]

  static let multiplyingShapes: [String: ShapeRule] = [
    "MatMul": { node throws(NetworkError) in [try productShape(node, try node.shape(0), try node.shape(1))] },
    "MatMulInteger": { node throws(NetworkError) in
      [try productShape(node, try node.shape(0), try node.shape(1))]
    },
    "QLinearMatMul": { node throws(NetworkError) in
      [try productShape(node, try node.shape(0), try node.shape(3))]
    },
    "Einsum": { node throws(NetworkError) in [try Einsum(node).shape] },
    "Det": { node throws(NetworkError) in [Array(try node.shape(0).dropLast(2))] },
  ]

  private static func turned(_ matrix: Tensor, _ node: EvaluatedNode) throws(NetworkError) -> Tensor {
    guard matrix.shape.count == 2 else { throw node.invalid("it needs a matrix, not \(matrix.shape)") }
    let shape = [matrix.shape[1], matrix.shape[0]]
    return matrix.picking(places(shape, steps: [1, matrix.shape[1]]), shape: shape)
  }

  private static func productShape(_ node: EvaluatedNode, _ a: [Int], _ b: [Int]) throws(NetworkError)
    -> [Int]
  {
    guard !a.isEmpty, !b.isEmpty else { throw node.invalid("a matrix product of numbers") }
    let left = a.count == 1 ? [1] + a : a
    let right = b.count == 1 ? b + [1] : b
    guard left[left.count - 1] == right[right.count - 2] else {
      throw node.invalid("\(a) and \(b) do not fit")
    }
    var result = try node.broadcast([Array(left.dropLast(2)), Array(right.dropLast(2))])
    if a.count > 1 { result.append(left[left.count - 2]) }
    if b.count > 1 { result.append(right[right.count - 1]) }
    return result
  }

  static func product(
    _ node: EvaluatedNode, _ a: [Int], _ left: [Double], _ b: [Int], _ right: [Double]
  ) throws(NetworkError) -> (shape: [Int], values: [Double]) {
    let shape = try productShape(node, a, b)
    let (rows, depth) = (a.count == 1 ? 1 : a[a.count - 2], a[a.count - 1])
    let columns = b.count == 1 ? 1 : b[b.count - 1]
    let lead = try node.broadcast([Array(a.dropLast(2)), Array(b.dropLast(2))])
    let batches = lead.reduce(1, *)
    // The number of the matrix of each side, broadcast.
    let aCount = a.dropLast(2).reduce(1, *)
    let bCount = b.dropLast(2).reduce(1, *)
    let pairs = combined(
      Array(0..<aCount), Array(a.dropLast(2)), Array(0..<bCount), Array(b.dropLast(2)), lead
    ) { ($0, $1) }
    var values = [Double](repeating: 0, count: try node.count(of: shape))
    for batch in 0..<batches {
      let (from, other) = (pairs[batch].0 * rows * depth, pairs[batch].1 * depth * columns)
      for row in 0..<rows {
        let to = (batch * rows + row) * columns
        for index in 0..<depth {
          let factor = left[from + row * depth + index]
          let start = other + index * columns
          for column in 0..<columns { values[to &+ column] += factor * right[start &+ column] }
        }
      }
    }
    return (shape, values)
  }

  private static func determinant(_ matrix: [Double], _ size: Int) -> Double {
    var (matrix, result) = (matrix, 1.0)
    for column in 0..<size {
      guard
        let pivot = (column..<size).max(by: {
          abs(matrix[$0 * size + column]) < abs(matrix[$1 * size + column])
        }),
        matrix[pivot * size + column] != 0
      else { return 0 }
      if pivot != column {
        result = -result
        for index in 0..<size { matrix.swapAt(pivot * size + index, column * size + index) }
      }
      result *= matrix[column * size + column]
      for row in (column + 1)..<max(size, column + 1) {
        let factor = matrix[row * size + column] / matrix[column * size + column]
        for index in column..<size { matrix[row * size + index] -= factor * matrix[column * size + index] }
      }
    }
    return result
  }
}

/// Einstein's summation: a letter for each axis, those that the result lacks are summed over. Source: ONNX Einsum.
struct Einsum {
  let shape: [Int]
  /// Sizes of the result's axes and then of those summed over; the steps of each input along them.
  private let sizes: [Int]
  private let steps: [[Int]]
  /// More products than these would take minutes.
  private static let limit = 1 << 34

  init(_ node: EvaluatedNode) throws(NetworkError) {
    let equation = (node.operation.text("equation") ?? "").filter { $0 != " " }
    let sides = equation.replacing("->", with: ">").split(separator: ">", omittingEmptySubsequences: false)
    let terms = (sides.first ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let shapes = try node.presentInputs.indices.map { index throws(NetworkError) in try node.shape(index) }
    guard terms.count == shapes.count, !equation.isEmpty, sides.count <= 2 else {
      throw node.invalid("the equation \"\(equation)\" does not fit \(shapes.count) inputs")
    }
    var dimensions: [String: Int] = [:]
    var labels: [[String]] = []
    var widest = 0
    for (term, shape) in zip(terms, shapes) {
      let dots = term.contains("...") ? shape.count - (term.count - 3) : 0
      guard dots >= 0 else { throw node.invalid("\"\(term)\" does not fit \(shape)") }
      widest = max(widest, dots)
      labels.append(Self.labels(term, dots))
      guard labels[labels.count - 1].count == shape.count else {
        throw node.invalid("\"\(term)\" does not fit \(shape)")
      }
      for (label, size) in zip(labels[labels.count - 1], shape) {
        let known = dimensions[label] ?? 1
        guard known == size || known == 1 || size == 1 else {
          throw node.invalid("axis \(label): \(known) and \(size)")
        }
        dimensions[label] = dimensions[label] == nil ? size : known == 1 ? size : known
      }
    }
    let all = labels.flatMap { $0 }
    let result: [String]
    if sides.count == 2 {
      result = Self.labels(String(sides[1]), widest)
    } else {
      let single = Set(all).filter { label in all.count { $0 == label } == 1 || label.hasPrefix(".") }
      result = single.sorted()
    }
    guard Set(result).count == result.count, result.allSatisfy({ dimensions[$0] != nil }) else {
      throw node.invalid("the equation \"\(equation)\" has a result of other axes than its inputs")
    }
    let order = result + Set(all).subtracting(result).sorted()
    sizes = order.map { dimensions[$0] ?? 1 }
    shape = result.map { dimensions[$0] ?? 1 }
    steps = zip(labels, shapes).map { labels, shape in
      let own = FloatStep.steps(shape)
      return order.map { label in
        labels.indices.reduce(0) { $0 + (labels[$1] == label && shape[$1] != 1 ? own[$1] : 0) }
      }
    }
    var count = 1
    for size in sizes {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, product <= Self.limit else {
        throw node.invalid("it would sum over too many products")
      }
      count = product
    }
    _ = try node.count(of: Array(sizes.dropFirst(shape.count)))
  }

  /// The axes under "..." are named by their place from the end, so that they sort before letters in that order.
  private static func labels(_ term: String, _ dots: Int) -> [String] {
    let parts = term.replacing("...", with: ".")
    return parts.flatMap { letter in
      letter == "."
        ? (0..<dots).map { "." + String(UnicodeScalar(UInt8(max(0, 100 - (dots - $0))))) } : [String(letter)]
    }
  }

  func result(_ node: EvaluatedNode) throws(NetworkError) -> Tensor {
    let inputs = try node.presentInputs.indices.map { index throws(NetworkError) in try node.input(index) }
    let values = inputs.map(\.doubles)
    let summed = Array(sizes.dropFirst(shape.count))
    let inner = steps.map { Evaluation.places(summed, steps: Array($0.dropFirst(shape.count))) }
    let outer = steps.map { Evaluation.places(shape, steps: Array($0.prefix(shape.count))) }
    let count = try node.count(of: shape)
    let results = (0..<count).map { place in
      var sum = 0.0
      for index in 0..<(inner.first?.count ?? 0) {
        var product = 1.0
        for operand in values.indices {
          product *= values[operand][outer[operand][place] + inner[operand][index]]
        }
        sum += product
      }
      return sum
    }
    return Tensor(shape: shape, element: inputs.first?.element ?? .float32, computed: results)
  }
}
