/// Comparisons, logic, bits, and choices by them.
extension Evaluation {
  static let comparison: [String: Function] = [
    "Equal": compare({ $0 == $1 }, { $0 == $1 }), "Less": compare({ $0 < $1 }, { $0 < $1 }),
    "LessOrEqual": compare({ $0 <= $1 }, { $0 <= $1 }), "Greater": compare({ $0 > $1 }, { $0 > $1 }),
    "GreaterOrEqual": compare({ $0 >= $1 }, { $0 >= $1 }), "And": integers { $0 & $1 },
    "Or": integers { $0 | $1 }, "Xor": integers { $0 ^ $1 }, "BitwiseAnd": integers { $0 & $1 },
    "BitwiseOr": integers { $0 | $1 }, "BitwiseXor": integers { $0 ^ $1 },
    "Not": { node throws(NetworkError) in
      let x = try node.input(0)
      guard x.element == .boolean, let bytes = x.bytes else { throw node.invalid("its input is not boolean") }
      return [Tensor(shape: x.shape, element: .boolean, storage: .bytes(bytes.map { $0 ^ 1 }))]
    },
    "BitwiseNot": { node throws(NetworkError) in
      let x = try node.input(0)
      guard let values = x.integers else { throw node.invalid("its input is not of integers") }
      return [Tensor(shape: x.shape, element: x.element, wrapping: values.map { ~$0 })]
    },
    "IsNaN": { node throws(NetworkError) in
      let x = try node.input(0)
      return [Tensor(shape: x.shape, element: .boolean, storage: .bytes(x.doubles.map { $0.isNaN ? 1 : 0 }))]
    },
    "IsInf": { node throws(NetworkError) in
      let x = try node.input(0)
      let positive = node.operation.flag("detect_positive", default: true)
      let negative = node.operation.flag("detect_negative", default: true)
      let found = x.doubles.map { UInt8($0.isInfinite && ($0 > 0 ? positive : negative) ? 1 : 0) }
      return [Tensor(shape: x.shape, element: .boolean, storage: .bytes(found))]
    },
    "CastLike": { node throws(NetworkError) in
      [try cast(node, to: try node.input(1).element)]
    },
    "Where": { node throws(NetworkError) in [try choose(node)] },
  ]

  private static func compare(
    _ number: @escaping @Sendable (Double, Double) -> Bool,
    _ integer: @escaping @Sendable (Int64, Int64) -> Bool
  ) -> Function {
    { node throws(NetworkError) in
      let (a, b) = (try node.input(0), try node.input(1))
      let shape = try node.broadcast([a.shape, b.shape])
      if let left = a.texts, let right = b.texts, node.operation.kind == "Equal" {
        let equal = combined(left, a.shape, right, b.shape, shape) { UInt8($0 == $1 ? 1 : 0) }
        return [Tensor(shape: shape, element: .boolean, storage: .bytes(equal))]
      }
      guard a.element == b.element, a.element != .text else {
        throw node.invalid("types \(a.element.name) and \(b.element.name)")
      }
      let found: [UInt8]
      if let left = a.integers, let right = b.integers {
        // With the top bit flipped, unsigned integers are ordered as signed ones.
        let flip: Int64 = a.element == .uint64 ? .min : 0
        found = combined(left, a.shape, right, b.shape, shape) { integer($0 ^ flip, $1 ^ flip) ? 1 : 0 }
      } else {
        found = combined(a.doubles, a.shape, b.doubles, b.shape, shape) { number($0, $1) ? 1 : 0 }
      }
      return [Tensor(shape: shape, element: .boolean, storage: .bytes(found))]
    }
  }

  private static func integers(_ operation: @escaping @Sendable (Int64, Int64) -> Int64) -> Function {
    { node throws(NetworkError) in
      let (a, b) = (try node.input(0), try node.input(1))
      let shape = try node.broadcast([a.shape, b.shape])
      guard let left = a.integers, let right = b.integers, a.element == b.element else {
        throw node.invalid("types \(a.element.name) and \(b.element.name)")
      }
      let values = combined(left, a.shape, right, b.shape, shape, operation)
      return [Tensor(shape: shape, element: a.element, wrapping: values)]
    }
  }

  private static func choose(_ node: EvaluatedNode) throws(NetworkError) -> Tensor {
    let (condition, a, b) = (try node.input(0), try node.input(1), try node.input(2))
    let shape = try node.broadcast([condition.shape, a.shape, b.shape])
    guard condition.element == .boolean, let flags = condition.bytes, a.element == b.element,
      a.element != .text
    else { throw node.invalid("types \(a.element.name) and \(b.element.name)") }
    func choices<T>(_ left: [T], _ right: [T]) -> [T] {
      let pairs = combined(left, a.shape, right, b.shape, shape) { ($0, $1) }
      // The condition broadcast to the result's shape, beside a tensor of that shape.
      let places = Array(0..<pairs.count)
      return combined(flags.map(Int.init), condition.shape, places, shape, shape) { flag, place in
        flag != 0 ? pairs[place].0 : pairs[place].1
      }
    }
    if let left = a.integers, let right = b.integers {
      return Tensor(shape: shape, element: a.element, wrapping: choices(left, right))
    }
    return Tensor(shape: shape, element: a.element, rounding: choices(a.doubles, b.doubles))
  }
}
