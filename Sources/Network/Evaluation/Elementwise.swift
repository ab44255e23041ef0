import Foundation

/// Operators on one element, or two with NumPy's broadcasting.
extension Evaluation {
  static let elementwiseUnary: [String: Function] = [
    "Abs": unary({ abs($0) }, { $0.magnitude > Int64.max ? $0 : abs($0) }),
    "Neg": unary({ -$0 }, { 0 &- $0 }), "Sign": unary({ $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, { $0.signum() }),
    "Sqrt": unary { $0.squareRoot() }, "Reciprocal": unary { 1 / $0 }, "Exp": unary(exp), "Log": unary(log),
    "Sin": unary(sin), "Cos": unary(cos), "Tan": unary(tan), "Asin": unary(asin), "Acos": unary(acos),
    "Atan": unary(atan), "Sinh": unary(sinh), "Cosh": unary(cosh), "Tanh": unary(tanh),
    "Asinh": unary(asinh), "Acosh": unary(acosh), "Atanh": unary(atanh), "Erf": unary(erf),
    "Floor": unary { $0.rounded(.down) }, "Ceil": unary { $0.rounded(.up) },
    "Round": unary { $0.rounded(.toNearestOrEven) }, "Sigmoid": unary { 1 / (1 + exp(-$0)) },
    "Softplus": unary { max($0, 0) + log1p(exp(-abs($0))) }, "Softsign": unary { $0 / (1 + abs($0)) },
    "Mish": unary { $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) },
    "Relu": unary({ max($0, 0) }, { max($0, 0) }),
    "HardSwish": unary { $0 * max(0, min(1, $0 / 6 + 0.5)) },
    "Identity": { node throws(NetworkError) in [try node.input(0)] },
    "LeakyRelu": parameterized { x, a, _ in x < 0 ? a("alpha", 0.01) * x : x },
    "Elu": parameterized { x, a, _ in x < 0 ? a("alpha", 1) * expm1(x) : x },
    "Celu": parameterized { x, a, _ in
      let alpha = a("alpha", 1)
      return max(0, x) + min(0, alpha * expm1(x / alpha))
    },
    "Selu": parameterized { x, a, _ in
      a("gamma", 1.0507009873554805) * (x > 0 ? x : a("alpha", 1.6732632423543772) * expm1(x))
    },
    "ThresholdedRelu": parameterized { x, a, _ in x > a("alpha", 1) ? x : 0 },
    "Swish": parameterized { x, a, _ in x / (1 + exp(-a("alpha", 1) * x)) },
    "HardSigmoid": parameterized { x, a, _ in max(0, min(1, a("alpha", 0.2) * x + a("beta", 0.5))) },
    "Shrink": parameterized { x, a, _ in
      let (lambda, bias) = (a("lambd", 0.5), a("bias", 0))
      return x < -lambda ? x + bias : x > lambda ? x - bias : 0
    },
    "Gelu": parameterized { x, _, node in
      node.text("approximate") == "tanh"
        ? 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        : 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
    },
  ]

  private static func unary(
    _ number: @escaping @Sendable (Double) -> Double, _ integer: (@Sendable (Int64) -> Int64)? = nil
  ) -> Function {
    { node throws(NetworkError) in
      let x = try node.input(0)
      if let integers = x.integers {
        guard let integer else { throw node.invalid("it has no form for \(x.element.name)") }
        return [Tensor(shape: x.shape, element: x.element, wrapping: integers.map(integer))]
      }
      if x.element == .float32 {
        return [Tensor(shape: x.shape, values: x.withFloats { $0.map { Float(number(Double($0))) } })]
      }
      return [Tensor(shape: x.shape, element: x.element, rounding: x.doubles.map(number))]
    }
  }

  private static func parameterized(
    _ number: @escaping @Sendable (Double, (String, Double) -> Double, GeneralOperator) -> Double
  ) -> Function {
    { node throws(NetworkError) in
      let x = try node.input(0)
      let operation = node.operation
      let attribute = { (name: String, value: Double) in operation.float(name).map(Double.init) ?? value }
      let values = x.doubles.map { number($0, attribute, operation) }
      return [Tensor(shape: x.shape, element: x.element, rounding: values)]
    }
  }

  static let elementwiseBinary: [String: Function] = [
    "Add": binary({ $0 + $1 }, { $0 &+ $1 }), "Sub": binary({ $0 - $1 }, { $0 &- $1 }),
    "Mul": binary({ $0 * $1 }, { $0 &* $1 }),
    "Div": binary({ $0 / $1 }, { $1 == 0 ? 0 : $0.dividedReportingOverflow(by: $1).partialValue }),
    "Pow": binary(pow, { Int64(exactly: pow(Double($0), Double($1)).rounded(.towardZero)) ?? 0 }),
    "Max": binary({ $0.isNaN || $1.isNaN ? .nan : max($0, $1) }, { max($0, $1) }),
    "Min": binary({ $0.isNaN || $1.isNaN ? .nan : min($0, $1) }, { min($0, $1) }),
    "Sum": binary({ $0 + $1 }, { $0 &+ $1 }),
    "Mean": { node throws(NetworkError) in
      let sum = try binary({ $0 + $1 }, { $0 &+ $1 })(node)[0]
      let count = Double(node.inputs.count)
      return [Tensor(shape: sum.shape, element: sum.element, computed: sum.doubles.map { $0 / count })]
    },
    "SwiGLU": { node throws(NetworkError) in
      let alpha = Double(node.operation.float("alpha", default: 1))
      return try binary({ $0 / (1 + exp(-alpha * $0)) * $1 }, { _, _ in 0 })(node)
    },
    "PRelu": { node throws(NetworkError) in
      let function = binary({ $0 < 0 ? $0 * $1 : $0 }, { $0 < 0 ? $0 &* $1 : $0 })
      let (x, slope) = (try node.input(0), try node.input(1))
      guard node.operation.opset < 7, slope.shape.count == 1, x.shape.count > 1 else {
        return try function(node)
      }
      // Before opset 7 the slopes are of channels.
      let shape = slope.shape + [Int](repeating: 1, count: x.shape.count - 2)
      return try function(node.with([x, slope.reshaped(shape)]))
    },
  ]

  private static func binary(
    _ number: @escaping @Sendable (Double, Double) -> Double,
    _ integer: @escaping @Sendable (Int64, Int64) -> Int64
  ) -> Function {
    { node throws(NetworkError) in
      var result = try node.input(0)
      for index in node.inputs.indices.dropFirst() {
        let next = try node.alignedToAxis(try node.input(index), rank: result.shape.count)
        let shape = try node.broadcast([result.shape, next.shape])
        let isPower = node.operation.kind == "Pow"
        guard isPower || result.element == next.element, result.element != .text, next.element != .text else {
          throw node.invalid("types \(result.element.name) and \(next.element.name)")
        }
        if isPower, result.element != next.element {
          let values = combined(result.doubles, result.shape, next.doubles, next.shape, shape, number)
          result = Tensor(shape: shape, element: result.element, computed: values)
        } else if let a = result.integers, let b = next.integers {
          guard result.element != .uint64 else {
            let values = combined(a, result.shape, b, next.shape, shape) {
              unsigned($0, $1, node.operation.kind, integer)
            }
            result = Tensor(shape: shape, element: .uint64, wrapping: values)
            continue
          }
          let values = combined(a, result.shape, b, next.shape, shape, integer)
          result = Tensor(shape: shape, element: result.element, wrapping: values)
        } else {
          let values = combined(result.doubles, result.shape, next.doubles, next.shape, shape, number)
          result = Tensor(shape: shape, element: result.element, rounding: values)
        }
      }
      return [result]
    }
  }

  /// Of 64-bit integers without a sign, by their bits: they compare and divide differently above 2^63.
  private static func unsigned(
    _ a: Int64, _ b: Int64, _ kind: String, _ integer: (Int64, Int64) -> Int64
  ) -> Int64 {
    let (left, right) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
    switch kind {
    case "Div": return right == 0 ? 0 : Int64(bitPattern: left / right)
    case "Max": return Int64(bitPattern: max(left, right))
    case "Min": return Int64(bitPattern: min(left, right))
    case "PRelu": return a
    default: return integer(a, b)
    }
  }

  /// Both are broadcast to `shape`, which they fit.
  static func combined<T, R>(
    _ a: [T], _ aShape: [Int], _ b: [T], _ bShape: [Int], _ shape: [Int], _ operation: (T, T) -> R
  ) -> [R] {
    let count = shape.reduce(1, *)
    let dimensions = BroadcastDimension.merged(aShape, bShape, to: shape)
    let inner = dimensions.last ?? BroadcastDimension(size: 1, a: 0, b: 0)
    var result: [R] = []
    result.reserveCapacity(count)
    for block in 0..<(inner.size == 0 ? 0 : count / inner.size) {
      var (rest, aStart, bStart) = (block, 0, 0)
      for dimension in dimensions.dropLast().reversed() {
        let position = rest % dimension.size
        rest /= dimension.size
        aStart += position * dimension.a
        bStart += position * dimension.b
      }
      for index in 0..<inner.size {
        result.append(operation(a[aStart + index * inner.a], b[bStart + index * inner.b]))
      }
    }
    return result
  }
}

extension EvaluatedNode {
  /// Before opset 7 the dimensions of the second operand can stand against those of the first from an axis on.
  fileprivate func alignedToAxis(_ tensor: Tensor, rank: Int) throws(NetworkError) -> Tensor {
    guard operation.opset < 7, operation.flag("broadcast"), let given = operation.integer("axis") else {
      return tensor
    }
    let after = rank - (try axis(given, rank: rank)) - tensor.shape.count
    guard after >= 0 else { throw invalid("\(tensor.shape) does not fit axis \(given)") }
    return tensor.reshaped(tensor.shape + [Int](repeating: 1, count: after))
  }
}
