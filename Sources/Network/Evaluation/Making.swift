import Foundation

/// Operators that make tensors from a few numbers, or from where elements are.
extension Evaluation {
  static let making: [String: Function] = [
    "Range": { node throws(NetworkError) in
      let (start, delta) = (try node.input(0), try node.input(2))
      let count = try node.shapes()[0][0]
      if let first = start.integers?.first, let step = delta.integers?.first {
        let values = (0..<count).map { first &+ Int64($0) &* step }
        return [Tensor(shape: [count], element: start.element, wrapping: values)]
      }
      let (first, step) = (start.doubles.first ?? 0, delta.doubles.first ?? 0)
      let values = (0..<count).map { first + Double($0) * step }
      return [Tensor(shape: [count], element: start.element, rounding: values)]
    },
    "EyeLike": { node throws(NetworkError) in
      let x = try node.input(0)
      guard x.shape.count == 2 else { throw node.invalid("it needs a matrix, not \(x.shape)") }
      let given = node.operation.integer("dtype").flatMap(Tensor.Element.init(rawValue:))
      let diagonal = node.operation.integer("k", default: 0)
      let columns = max(x.shape[1], 1)
      let values = (0..<x.count).map { $0 % columns - $0 / columns == diagonal ? 1.0 : 0 }
      return [Tensor(shape: x.shape, element: given ?? x.element, computed: values)]
    },
    "Size": { node throws(NetworkError) in
      [Tensor(shape: [], integers: [Int64(try node.shape(0).reduce(1, *))])]
    },
    "NonZero": { node throws(NetworkError) in
      let x = try node.input(0)
      let places = x.doubles.enumerated().filter { $0.element != 0 }.map(\.offset)
      let steps = FloatStep.steps(x.shape)
      let indices = x.shape.indices.flatMap { axis in
        places.map { Int64($0 / steps[axis] % x.shape[axis]) }
      }
      return [Tensor(shape: [x.shape.count, places.count], integers: indices)]
    },
    "Unique": { node throws(NetworkError) in try unique(node) },
    "HannWindow": window([0.5, 0.5]), "HammingWindow": window([25.0 / 46, 21.0 / 46]),
    "BlackmanWindow": window([0.42, 0.5, 0.08]),
    "Dropout": { node throws(NetworkError) in
      let x = try node.input(0)
      let isTraining = node.optional(2)?.integers?.first ?? 0
      let ratio = node.optional(1)?.doubles.first ?? 0.5
      guard isTraining == 0 || ratio == 0 else { throw node.invalid("training mode is not there") }
      let mask = Tensor(
        shape: x.shape, element: .boolean, storage: .bytes([UInt8](repeating: 1, count: x.count)))
      return [x, mask]
    },
  ]

  static let makingShapes: [String: ShapeRule] = [
    "Range": { node throws(NetworkError) in
      let numbers = [try node.input(0), try node.input(1), try node.input(2)].map { $0.doubles.first ?? .nan }
      let count = ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
      guard numbers[2] != 0, let whole = Int(exactly: max(count, 0)) else {
        throw node.invalid("from \(numbers[0]) to \(numbers[1]) by \(numbers[2])")
      }
      return [[whole]]
    },
    "EyeLike": { node throws(NetworkError) in [try node.shape(0)] },
    "Size": { _ in [[]] },
    "Dropout": { node throws(NetworkError) in [try node.shape(0), try node.shape(0)] },
    "HannWindow": windowShape, "HammingWindow": windowShape, "BlackmanWindow": windowShape,
  ]

  private static let windowShape: ShapeRule = { node throws(NetworkError) in
    guard let size = node.optional(0)?.integers?.first, size >= 0 else {
      throw node.invalid("its size must be known")
    }
    return [[Int(clamping: size)]]
  }

  /// A sum of cosines. Source: ONNX HannWindow, HammingWindow, BlackmanWindow.
  private static func window(_ factors: [Double]) -> Function {
    { node throws(NetworkError) in
      let size = try node.shapes()[0][0]
      let period = Double(node.operation.flag("periodic", default: true) ? size : max(size - 1, 1))
      let element = Tensor.Element(rawValue: node.operation.integer("output_datatype", default: 1))
      let values = (0..<size).map { index in
        factors.enumerated().reduce(0.0) { sum, factor in
          let angle = 2 * Double.pi * Double(factor.offset) * Double(index) / period
          return sum + (factor.offset % 2 == 0 ? 1 : -1) * factor.element * cos(angle)
        }
      }
      return [Tensor(shape: [size], element: element ?? .float32, computed: values)]
    }
  }

  /// The different slices along an axis (elements without one), where each was first, which each is, how many there are.
  private static func unique(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let given = try node.input(0)
    let x = node.operation.integer("axis") == nil ? given.reshaped([given.count]) : given
    let axis = try node.axis(node.operation.integer("axis", default: 0), rank: x.shape.count)
    let lines = Lines(x.shape, axis: axis)
    let values = x.doubles
    let keys = (0..<lines.size).map { index in
      (0..<lines.count).map { values[lines.start($0) + index * lines.step] }
    }
    var firsts: [[Double]: Int] = [:]
    for (index, key) in keys.enumerated() where firsts[key] == nil { firsts[key] = index }
    var order = firsts.values.sorted()
    if node.operation.flag("sorted", default: true) {
      order.sort { keys[$0].lexicographicallyPrecedes(keys[$1]) }
    }
    var numbers: [[Double]: Int] = [:]
    for (number, first) in order.enumerated() { numbers[keys[first]] = number }
    let inverse = keys.map { numbers[$0] ?? 0 }
    var counts = [Int64](repeating: 0, count: order.count)
    for number in inverse { counts[number] += 1 }
    var indices = x.shape.map { Array(0..<$0) }
    indices[axis] = order
    return [
      x.picking(places(indices, of: x.shape), shape: indices.map(\.count)),
      Tensor(shape: [order.count], integers: order.map(Int64.init)),
      Tensor(shape: [inverse.count], integers: inverse.map(Int64.init)),
      Tensor(shape: [counts.count], integers: counts),
    ]
  }
}
