import Network

/// A constant of integers in a model that is quantised already: real = scale * (q - zero point).
struct QuantizedConstant: Sendable {
  let integers: Tensor
  /// One, or one for each place along `axis`.
  let scales: [Float]
  /// As many as there are scales.
  let zeroPoints: [Int64]
  let axis: Int

  /// - Returns: nil for scales that don't fit the tensor, or that are no scales.
  init?(_ integers: Tensor, scale: Tensor, zeroPoint: Tensor?, axis: Int) {
    let scales = scale.floats
    let zeroPoints = zeroPoint?.integers ?? [Int64](repeating: 0, count: scales.count)
    let rank = integers.shape.count
    let positive = axis < 0 ? axis + rank : axis
    guard integers.element.isInteger, scales.allSatisfy({ $0.isFinite && $0 >= 0 }),
      zeroPoints.count == scales.count,
      scales.count == 1 || (0..<rank).contains(positive) && integers.shape[positive] == scales.count
    else { return nil }
    self.integers = integers
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = scales.count == 1 ? 0 : positive
  }

  /// Elements between neighbours along the axis.
  private var inner: Int { scales.count == 1 ? 1 : integers.shape[(axis + 1)...].reduce(1, *) }

  /// Which scale belongs to an element.
  private func place(_ index: Int) -> Int { scales.count == 1 ? 0 : index / inner % scales.count }

  /// The real numbers.
  var tensor: Tensor {
    let values = integers.integers ?? []
    return Tensor(
      shape: integers.shape,
      values: values.indices.map { index in
        let at = place(index)
        return Float(Double(values[index] &- zeroPoints[at]) * Double(scales[at]))
      })
  }

  /// The only number of a constant that has one.
  var scalar: Float? { integers.count == 1 ? tensor.floats.first : nil }

  /// Weights as the kernels have them: 8 bits, symmetric, with a scale an output channel.
  ///
  /// - Parameter outputAxis: the dimension of the output channels.
  /// - Returns: what is less its zero point, in the constant's order, and a scale for each output channel.
  func symmetric(outputAxis: Int) throws(WeightObstacle) -> (values: [Int8], scales: [Float]) {
    guard scales.count == 1 || axis == outputAxis else { throw .otherAxis(axis) }
    guard let levels = levels(outputAxis: outputAxis) else { throw .notIntegers }
    var values = [Int8](repeating: 0, count: levels.values.count)
    for (index, level) in levels.values.enumerated() {
      guard let value = Int8(exactly: level) else { throw .asymmetric(zeroPoint: zeroPoints[place(index)]) }
      values[index] = value
    }
    return (values, levels.scales)
  }

  /// Integers less their zero points, in the constant's order, and a scale for each place along `outputAxis`; nil where
  /// the constant has no integers, or its scales run along another axis.
  func levels(outputAxis: Int) -> (values: [Int64], scales: [Float])? {
    guard let levels = integers.integers, integers.shape.indices.contains(outputAxis),
      scales.count == 1 || axis == outputAxis
    else { return nil }
    let (inner, zeroPoints) = (inner, zeroPoints)
    let values =
      scales.count == 1
      ? levels.map { $0 &- zeroPoints[0] }
      : levels.indices.map { levels[$0] &- zeroPoints[$0 / inner % zeroPoints.count] }
    let count = integers.shape[outputAxis]
    return (values, scales.count == 1 ? [Float](repeating: scales[0], count: count) : scales)
  }
}

/// Why quantised weights can't be those of an int8 kernel.
enum WeightObstacle: Error {
  case notIntegers
  case otherAxis(Int)
  case asymmetric(zeroPoint: Int64)

  var reason: String {
    switch self {
    case .notIntegers: "its weights are no constant integers"
    case .otherAxis(let axis): "its weights' scales run along axis \(axis), not along the output channels"
    case .asymmetric(let zeroPoint):
      "its weights less their zero point \(zeroPoint) need more than 8 bits: quantise weights symmetrically (QInt8)"
    }
  }
}
