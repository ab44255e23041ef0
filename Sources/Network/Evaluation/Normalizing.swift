import Foundation

/// Normalisations: by layer, group, instance, batch, norm and neighbouring channels.
extension Evaluation {
  static let normalizing: [String: Function] = [
    "LayerNormalization": { node throws(NetworkError) in
      let x = try node.input(0)
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: x.shape.count)
      let size = x.shape[axis...].reduce(1, *)
      let kept = x.shape.indices.map { $0 < axis ? x.shape[$0] : 1 }
      let (values, means, factors) = standardized(x.doubles, size, try epsilon(node))
      let result = try scaled(node, values, x.shape, scale: 1, bias: 2)
      return [
        Tensor(shape: x.shape, element: x.element, rounding: result),
        Tensor(shape: kept, element: .float32, rounding: means),
        Tensor(shape: kept, element: .float32, rounding: factors),
      ]
    },
    "RMSNormalization": { node throws(NetworkError) in
      let x = try node.input(0)
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: x.shape.count)
      let size = x.shape[axis...].reduce(1, *)
      let epsilon = try epsilon(node)
      var values = x.doubles
      for row in 0..<(size == 0 ? 0 : values.count / size) {
        let range = row * size..<(row + 1) * size
        let square = values[range].reduce(0) { $0 + $1 * $1 } / Double(size)
        let factor = 1 / (square + epsilon).squareRoot()
        for index in range { values[index] *= factor }
      }
      return [
        Tensor(
          shape: x.shape, element: x.element, rounding: try scaled(node, values, x.shape, scale: 1, bias: 2))
      ]
    },
    "InstanceNormalization": { node throws(NetworkError) in
      let x = try node.input(0)
      let size = try node.map().reduce(1, *)
      let (values, _, _) = standardized(x.doubles, size, try epsilon(node))
      return [try byChannel(node, values, x)]
    },
    "GroupNormalization": { node throws(NetworkError) in
      let x = try node.input(0)
      let groups = node.operation.integer("num_groups", default: 0)
      guard x.shape.count >= 2, groups > 0, groups <= x.shape[1], x.shape[1] % groups == 0 else {
        throw node.invalid("\(groups) groups of \(x.shape)")
      }
      let size = x.shape[1] / groups * x.shape.dropFirst(2).reduce(1, *)
      let (values, _, _) = standardized(x.doubles, size, try epsilon(node))
      return [try byChannel(node, values, x)]
    },
    "BatchNormalization": { node throws(NetworkError) in try normalizeBatch(node) },
    "LpNormalization": { node throws(NetworkError) in
      let x = try node.input(0)
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: x.shape.count)
      let isAbsolute = node.operation.integer("p", default: 2) == 1
      let lines = Lines(x.shape, axis: axis)
      var values = x.doubles
      for line in 0..<(lines.size == 0 ? 0 : lines.count) {
        let places = (0..<lines.size).map { lines.start(line) + $0 * lines.step }
        let sum = places.reduce(0.0) { $0 + (isAbsolute ? abs(values[$1]) : values[$1] * values[$1]) }
        let norm = isAbsolute ? sum : sum.squareRoot()
        for place in places { values[place] = norm == 0 ? 0 : values[place] / norm }
      }
      return [Tensor(shape: x.shape, element: x.element, rounding: values)]
    },
    "LRN": { node throws(NetworkError) in
      let x = try node.input(0)
      let size = node.operation.integer("size", default: 0)
      guard x.shape.count >= 2, size > 0 else { throw node.invalid("size \(size) for \(x.shape)") }
      let lines = Lines(x.shape, axis: 1)
      let (values, operation) = (x.doubles, node.operation)
      let (alpha, beta) = (
        Double(operation.float("alpha", default: 1e-4)), operation.float("beta", default: 0.75)
      )
      let bias = Double(operation.float("bias", default: 1))
      var results = values
      for line in 0..<lines.count {
        let start = lines.start(line)
        for index in 0..<lines.size {
          let range = max(0, index - (size - 1) / 2)...min(lines.size - 1, index + min(size / 2, lines.size))
          let squares = range.reduce(0.0) {
            $0 + values[start + $1 * lines.step] * values[start + $1 * lines.step]
          }
          results[start + index * lines.step] /= pow(bias + alpha / Double(size) * squares, Double(beta))
        }
      }
      return [Tensor(shape: x.shape, element: x.element, rounding: results)]
    },
    "MeanVarianceNormalization": { node throws(NetworkError) in
      let x = try node.input(0)
      let axes = Set(try node.axes(node.operation.integers("axes") ?? [0, 2, 3], rank: x.shape.count))
      let order = x.shape.indices.filter { !axes.contains($0) } + axes.sorted()
      let steps = FloatStep.steps(x.shape)
      let places = places(order.map { x.shape[$0] }, steps: order.map { steps[$0] })
      let (source, size) = (x.doubles, axes.reduce(1) { $0 * x.shape[$1] })
      var values = source
      let (normal, _, _) = standardized(places.map { source[$0] }, size, 0, inDeviation: 1e-9)
      for (place, value) in zip(places, normal) { values[place] = value }
      return [Tensor(shape: x.shape, element: x.element, rounding: values)]
    },
  ]

  static let normalizingShapes: [String: ShapeRule] = [
    "LayerNormalization": { node throws(NetworkError) in
      let shape = try node.shape(0)
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: shape.count)
      let kept = shape.indices.map { $0 < axis ? shape[$0] : 1 }
      return [shape, kept, kept]
    },
    "BatchNormalization": { node throws(NetworkError) in
      let shape = try node.shape(0)
      guard shape.count >= 2 else { throw node.invalid("it needs channels, not \(shape)") }
      return [shape, [shape[1]], [shape[1]]]
    },
  ]

  private static func epsilon(_ node: EvaluatedNode) throws(NetworkError) -> Double {
    Double(node.operation.float("epsilon", default: 1e-5))
  }

  /// Rows of that many elements less their mean, divided by their deviation; the means and those factors.
  private static func standardized(
    _ values: [Double], _ size: Int, _ epsilon: Double, inDeviation addend: Double = 0
  ) -> (values: [Double], means: [Double], factors: [Double]) {
    var values = values
    var (means, factors) = ([Double](), [Double]())
    for row in 0..<(size == 0 ? 0 : values.count / size) {
      let range = row * size..<(row + 1) * size
      let mean = values[range].reduce(0, +) / Double(size)
      let variance = values[range].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
      let factor = 1 / ((variance + epsilon).squareRoot() + addend)
      for index in range { values[index] = (values[index] - mean) * factor }
      means.append(mean)
      factors.append(factor)
    }
    return (values, means, factors)
  }

  /// Times a scale, plus a bias, both broadcast.
  private static func scaled(
    _ node: EvaluatedNode, _ values: [Double], _ shape: [Int], scale: Int, bias: Int
  ) throws(NetworkError) -> [Double] {
    var values = values
    for (index, isScale) in [(scale, true), (bias, false)] {
      guard let other = node.optional(index) else { continue }
      guard try node.broadcast([shape, other.shape]) == shape else {
        throw node.invalid("a scale or bias of shape \(other.shape) does not fit \(shape)")
      }
      values = combined(values, shape, other.doubles, other.shape, shape) { isScale ? $0 * $1 : $0 + $1 }
    }
    return values
  }

  /// Times a scale and plus a bias for each channel, or for each group of channels.
  private static func byChannel(
    _ node: EvaluatedNode, _ values: [Double], _ x: Tensor
  ) throws(NetworkError) -> Tensor {
    let (scale, bias) = (try node.input(1).doubles, try node.input(2).doubles)
    let (channels, size) = (x.shape[1], x.shape.dropFirst(2).reduce(1, *))
    guard scale.count == bias.count, scale.count > 0, channels % scale.count == 0 else {
      throw node.invalid("\(scale.count) scales do not fit \(x.shape)")
    }
    let each = channels / scale.count
    let results = values.enumerated().map { index, value in
      let channel = index / size % channels / each
      return value * scale[channel] + bias[channel]
    }
    return Tensor(shape: x.shape, element: x.element, rounding: results)
  }

  private static func normalizeBatch(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let x = try node.input(0)
    let parameters = [try node.input(1), try node.input(2), try node.input(3), try node.input(4)].map(
      \.doubles)
    guard x.shape.count >= 2, parameters.allSatisfy({ $0.count == x.shape[1] }) else {
      throw node.invalid("its parameters do not fit an input of shape \(x.shape)")
    }
    let epsilon = try epsilon(node)
    let (channels, size, values) = (x.shape[1], x.shape.dropFirst(2).reduce(1, *), x.doubles)
    var (means, variances) = (parameters[2], parameters[3])
    let isTraining = node.operation.flag("training_mode")
    let each = Double(x.shape[0] * size)
    if isTraining {
      means = [Double](repeating: 0, count: channels)
      variances = means
      for (index, value) in values.enumerated() { means[index / size % channels] += value / each }
      for (index, value) in values.enumerated() {
        let channel = index / size % channels
        variances[channel] += (value - means[channel]) * (value - means[channel]) / each
      }
    }
    let results = values.enumerated().map { index, value in
      let channel = index / size % channels
      let factor = parameters[0][channel] / (variances[channel] + epsilon).squareRoot()
      return (value - means[channel]) * factor + parameters[1][channel]
    }
    let result = Tensor(shape: x.shape, element: x.element, rounding: results)
    guard isTraining else { return [result] }
    let momentum = Double(node.operation.float("momentum", default: 0.9))
    func running(_ old: [Double], _ new: [Double], _ element: Tensor.Element) -> Tensor {
      let values = zip(old, new).map { $0 * momentum + $1 * (1 - momentum) }
      return Tensor(shape: [channels], element: element, rounding: values)
    }
    let element = try node.input(3).element
    return [result, running(parameters[2], means, element), running(parameters[3], variances, element)]
  }
}
