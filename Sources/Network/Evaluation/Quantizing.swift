/// Between numbers and integers. Source: ONNX QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear.
extension Evaluation {
  static let quantizing: [String: Function] = [
    "QuantizeLinear": { node throws(NetworkError) in [try quantize(node)] },
    "DequantizeLinear": { node throws(NetworkError) in [try dequantize(node)] },
    "DynamicQuantizeLinear": { node throws(NetworkError) in try quantizeDynamically(node) },
    "Cast": { node throws(NetworkError) in
      guard let element = Tensor.Element(rawValue: node.operation.integer("to", default: 0)) else {
        throw node.invalid("its type is unknown")
      }
      return [try cast(node, to: element)]
    },
  ]

  static func cast(_ node: EvaluatedNode, to element: Tensor.Element) throws(NetworkError) -> Tensor {
    var x = try node.input(0)
    if element == .float8e8m0, x.element != element {
      x = powersOfTwo(x, rounding: node.operation.text("round_mode", default: "up"))
    }
    return try cast(x, to: element, saturates: node.operation.flag("saturate", default: true))
  }

  private static func quantize(_ node: EvaluatedNode) throws(NetworkError) -> Tensor {
    let (x, scale, zero) = (try node.input(0), try node.input(1), node.optional(2))
    let given = Tensor.Element(rawValue: node.operation.integer("output_dtype", default: 0))
    let element = zero?.element ?? given ?? .uint8
    let place = try ScalePlaces(node, x.shape, scale, zero)
    let (values, scales) = (x.doubles, scale.doubles)
    guard let range = element.range else {
      let scaled = values.indices.map { values[$0] / scales[place($0)] }
      return Tensor(
        shape: x.shape, element: element, rounding: scaled,
        saturates: node.operation.flag("saturate", default: true))
    }
    let zeros = zero?.doubles ?? [Double](repeating: 0, count: scales.count)
    let (lower, upper) = (Double(range.lower), Double(range.upper))
    // The quotient is one of float32, as the operator says; rounding it decides ties.
    let isWide = x.element == .float64
    let integers = values.indices.map { index -> Int64 in
      let at = place(index)
      let quotient = isWide ? values[index] / scales[at] : Double(Float(values[index]) / Float(scales[at]))
      let level = quotient.rounded(.toNearestOrEven) + zeros[at]
      return level.isNaN ? Int64(zeros[at]) : Int64(Swift.min(Swift.max(level, lower), upper))
    }
    return Tensor(shape: x.shape, element: element, wrapping: integers)
  }

  private static func dequantize(_ node: EvaluatedNode) throws(NetworkError) -> Tensor {
    let (x, scale, zero) = (try node.input(0), try node.input(1), node.optional(2))
    let given = Tensor.Element(rawValue: node.operation.integer("output_dtype", default: 0))
    let element = given ?? scale.element
    let place = try ScalePlaces(node, x.shape, scale, zero)
    let (scales, zeros) = (scale.floats, zero?.floats ?? [Float](repeating: 0, count: scale.count))
    if element == .float32, x.element != .float64, x.element != .int32 {
      let values = x.withFloats { x in
        [Float](unsafeUninitializedCapacity: x.count) { target, initialized in
          for index in x.indices {
            let at = place(index)
            target[index] = (x[index] - zeros[at]) * scales[at]
          }
          initialized = x.count
        }
      }
      return Tensor(shape: x.shape, values: values)
    }
    let values = x.doubles
    return Tensor(
      shape: x.shape, element: element,
      rounding: values.indices.map { index in
        let at = place(index)
        return (values[index] - Double(zeros[at])) * Double(scales[at])
      })
  }

  private static func quantizeDynamically(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let x = try node.input(0)
    let values = x.floats
    let lower = Swift.min(values.min() ?? 0, 0)
    let upper = Swift.max(values.max() ?? 0, 0)
    let scale = (upper - lower) / 255
    let divisor = scale == 0 ? 1 : scale
    func clamped(_ x: Float) -> UInt8 { x.isNaN ? 0 : UInt8(Swift.min(Swift.max(x, 0), 255)) }
    let zero = clamped((-lower / divisor).rounded(.toNearestOrEven))
    let levels = values.map { clamped(($0 / divisor).rounded(.toNearestOrEven) + Float(zero)) }
    return [
      Tensor(shape: x.shape, uint8: levels), Tensor(shape: [], values: [scale]),
      Tensor(shape: [], uint8: [zero]),
    ]
  }
}

/// Which element of a scale belongs to an element of the tensor: one for all, one for each place along an axis, or
/// one for each block of neighbours along it.
private struct ScalePlaces {
  private var isSingle = false
  private var inner = 1
  private var size = 1
  private var block = 1
  private var blocks = 1

  init(
    _ node: EvaluatedNode, _ shape: [Int], _ scale: Tensor, _ zero: Tensor?
  ) throws(NetworkError) {
    if let zero, zero.count != scale.count {
      throw node.invalid("a zero point of shape \(zero.shape) does not fit a scale of \(scale.shape)")
    }
    if scale.count == 1 {
      isSingle = true
      return
    }
    let axis = try node.axis(node.operation.integer("axis", default: 1), rank: shape.count)
    size = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
    block = node.operation.integer("block_size", default: 0)
    if scale.shape.count == 1, block == 0 {
      guard scale.count == size else {
        throw node.invalid("\(scale.count) scales do not fit dimension \(axis) of \(shape)")
      }
      // The scale is the same for all outer places: the pattern repeats after one of them.
      (block, blocks) = (1, 0)
      return
    }
    let spans = scale.shape.count == shape.count ? scale.shape[axis] : 0
    if block == 0, spans > 0 { block = (size + spans - 1) / spans }
    var expected = shape
    if block > 0 { expected[axis] = (size + block - 1) / block }
    guard block > 0, scale.shape == expected else {
      throw node.invalid("scales of shape \(scale.shape) in blocks of \(block) do not fit \(shape)")
    }
    blocks = spans
  }

  func callAsFunction(_ index: Int) -> Int {
    if isSingle { return 0 }
    let along = index / inner % size
    if blocks == 0 { return along }
    return (index / (inner &* size) &* blocks &+ along / block) &* inner &+ index % inner
  }
}
