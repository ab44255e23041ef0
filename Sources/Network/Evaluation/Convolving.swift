/// Convolutions over maps of any number of dimensions.
extension Evaluation {
  static let convolving: [String: Function] = [
    "Conv": { node throws(NetworkError) in
      let (x, w) = (try node.input(0), try node.input(1))
      let (shape, values) = try convolved(
        node, x.shape, x.doubles, w.shape, w.doubles, node.optional(2)?.doubles)
      return [Tensor(shape: shape, element: x.element, rounding: values)]
    },
    "ConvInteger": { node throws(NetworkError) in
      let (x, w) = (try centered(node, 0, 2), try centered(node, 1, 3, axis: 0))
      let (shape, values) = try convolved(node, try node.shape(0), x, try node.shape(1), w, nil)
      return [Tensor(shape: shape, element: .int32, computed: values)]
    },
    "QLinearConv": { node throws(NetworkError) in
      let (x, w) = (try centered(node, 0, 2), try centered(node, 3, 5, axis: 0))
      let bias = node.optional(8)?.doubles
      let (shape, sums) = try convolved(node, try node.shape(0), x, try node.shape(3), w, bias)
      let (xScale, yScale) = (try node.number(1), try node.number(6))
      let scales = try node.input(4).doubles
      let size = max(shape.dropFirst(2).reduce(1, *), 1)
      guard scales.count == 1 || scales.count == shape[1] else {
        throw node.invalid("\(scales.count) scales")
      }
      let values = sums.indices.map { index in
        sums[index] * (xScale * scales[scales.count == 1 ? 0 : index / size % shape[1]] / yScale)
      }
      return [requantized(values, shape, try node.input(7))]
    },
    "ConvTranspose": { node throws(NetworkError) in try transposed(node) },
    "DeformConv": { node throws(NetworkError) in try deformed(node) },
    "CausalConvWithState": { node throws(NetworkError) in try causal(node) },
  ]

  static let convolvingShapes: [String: ShapeRule] = [
    "Conv": { node throws(NetworkError) in [try convolutionShape(node, weights: 1).shape] },
    "ConvInteger": { node throws(NetworkError) in [try convolutionShape(node, weights: 1).shape] },
    "QLinearConv": { node throws(NetworkError) in [try convolutionShape(node, weights: 3).shape] },
    "DeformConv": { node throws(NetworkError) in [try convolutionShape(node, weights: 1).shape] },
    "CausalConvWithState": { node throws(NetworkError) in
      let (shape, weights) = (try node.shape(0), try node.shape(1))
      guard shape.count == 3, weights.count == 3, weights[0] == shape[1], weights[1] == 1, weights[2] > 0
      else {
        throw node.invalid("weights \(weights) do not fit \(shape)")
      }
      return [shape, [shape[0], shape[1], weights[2] - 1]]
    },
    "ConvTranspose": { node throws(NetworkError) in
      let window = try TransposedWindow(node)
      return [[try node.shape(0)[0], window.channels] + window.output]
    },
  ]

  /// Levels less their zero point, which may differ by place along an axis.
  static func centered(
    _ node: EvaluatedNode, _ index: Int, _ zero: Int, axis: Int? = nil
  ) throws(NetworkError) -> [Double] {
    let x = try node.input(index)
    guard let zeros = node.optional(zero)?.doubles, !zeros.isEmpty else { return x.doubles }
    guard zeros.count > 1 else { return x.doubles.map { $0 - zeros[0] } }
    guard let axis, x.shape.indices.contains(axis), zeros.count == x.shape[axis] else {
      throw node.invalid("\(zeros.count) zero points do not fit \(x.shape)")
    }
    let step = x.shape[(axis + 1)...].reduce(1, *)
    return x.doubles.enumerated().map { $1 - zeros[$0 / step % x.shape[axis]] }
  }

  /// Rounded half to even, moved to a zero point, and cut to the range of its type.
  static func requantized(_ values: [Double], _ shape: [Int], _ zero: Tensor) -> Tensor {
    let (lower, upper) = zero.element.range.map { (Double($0.lower), Double($0.upper)) } ?? (0, 255)
    let offset = zero.doubles.first ?? 0
    return Tensor(
      shape: shape, element: zero.element,
      computed: values.map { min(max($0.rounded(.toNearestOrEven) + offset, lower), upper) })
  }

  static func convolutionShape(
    _ node: EvaluatedNode, weights index: Int
  ) throws(NetworkError) -> (window: SpatialWindow, groups: Int, shape: [Int]) {
    let (map, weights, shape) = (try node.map(), try node.shape(index), try node.shape(0))
    let groups = node.operation.integer("group", default: 1)
    guard weights.count == shape.count, groups > 0, groups <= shape[1], shape[1] % groups == 0,
      weights[0] % groups == 0, weights[1] == shape[1] / groups
    else { throw node.invalid("weights \(weights) in \(groups) groups do not fit \(shape)") }
    let window = try SpatialWindow(node, map: map, kernel: Array(weights.dropFirst(2)))
    let result = [shape[0], weights[0]] + window.output
    _ = try node.count(of: result)
    return (window, groups, result)
  }

  private static func convolved(
    _ node: EvaluatedNode, _ shape: [Int], _ x: [Double], _ weightShape: [Int], _ w: [Double],
    _ bias: [Double]?
  ) throws(NetworkError) -> (shape: [Int], values: [Double]) {
    let (window, groups, result) = try convolutionShape(
      node, weights: node.operation.kind == "QLinearConv" ? 3 : 1)
    let (channels, depth) = (result[1], weightShape[1])
    guard bias.map({ $0.count == channels }) ?? true else {
      throw node.invalid("its bias has \(bias?.count ?? 0)")
    }
    let plane = window.map.reduce(1, *)
    let area = window.output.reduce(1, *)
    let size = window.kernel.reduce(1, *)
    var values = [Double](repeating: 0, count: result.reduce(1, *))
    window.taps { place, taps, _ in
      for image in 0..<result[0] {
        for channel in 0..<channels {
          let first = image * shape[1] + channel / (channels / groups) * depth
          var sum = bias?[channel] ?? 0
          for input in 0..<depth {
            let (from, weight) = ((first + input) * plane, (channel * depth + input) * size)
            for tap in taps { sum += x[from &+ tap.map] * w[weight &+ tap.window] }
          }
          values[(image * channels + channel) * area + place] = sum
        }
      }
    }
    return (result, values)
  }

  /// Each element of the input adds a window to the result.
  private static func transposed(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, w, shape) = (try node.input(0), try node.input(1), try node.shapes()[0])
    let window = try TransposedWindow(node)
    let (inputs, weights, bias) = (x.doubles, w.doubles, node.optional(2)?.doubles)
    guard bias.map({ $0.count == window.channels }) ?? true else {
      throw node.invalid("its bias does not fit")
    }
    let (plane, area) = (window.map.reduce(1, *), window.output.reduce(1, *))
    let (size, depth, each) = (window.kernel.reduce(1, *), x.shape[1], window.channels / window.groups)
    var values = [Double](repeating: 0, count: try node.count(of: shape))
    if let bias, area > 0 {
      for index in values.indices { values[index] = bias[index / area % window.channels] }
    }
    for place in 0..<plane {
      let targets = window.targets(place)
      for image in 0..<x.shape[0] {
        for channel in 0..<depth {
          let value = inputs[(image * depth + channel) * plane + place]
          let group = channel / (depth / window.groups)
          for output in 0..<each {
            let to = (image * window.channels + group * each + output) * area
            let weight = (channel * each + output) * size
            for tap in targets { values[to &+ tap.map] += value * weights[weight &+ tap.window] }
          }
        }
      }
    }
    return [Tensor(shape: shape, element: x.element, rounding: values)]
  }
}

/// The window of a transposed convolution: what it adds to, of a larger map. Source: ONNX ConvTranspose.
struct TransposedWindow {
  let map: [Int]
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let before: [Int]
  let output: [Int]
  let groups: Int
  let channels: Int

  init(_ node: EvaluatedNode) throws(NetworkError) {
    let (map, weights, operation) = (try node.map(), try node.shape(1), node.operation)
    let rank = map.count
    let ones = [Int](repeating: 1, count: rank)
    let zeros = [Int](repeating: 0, count: 2 * rank)
    let groups = operation.integer("group", default: 1)
    guard weights.count == rank + 2, groups > 0, groups <= max(weights[0], 1),
      weights[0] == (try node.shape(0))[1],
      weights[0] % groups == 0
    else { throw node.invalid("weights \(weights) do not fit an input of shape \(try node.shape(0))") }
    let kernel = Array(weights.dropFirst(2))
    let (strides, dilations) = (
      operation.integers("strides") ?? ones, operation.integers("dilations") ?? ones
    )
    let pads = operation.integers("pads") ?? zeros
    let extra = operation.integers("output_padding") ?? Array(zeros.prefix(rank))
    let limit = 1 << 20
    let automatic = operation.text("auto_pad", default: "NOTSET")
    let given =
      operation.integers("output_shape")
      ?? (automatic.hasPrefix("SAME") && strides.count == rank
        ? (0..<rank).map { map[$0].multipliedReportingOverflow(by: strides[$0]).partialValue } : nil)
    guard kernel.count == rank, strides.count == rank, dilations.count == rank, pads.count == 2 * rank,
      extra.count == rank, given.map({ $0.count == rank }) ?? true,
      (kernel + strides + dilations + map).allSatisfy({ $0 > 0 && $0 <= limit }),
      (pads + extra + (given ?? [])).allSatisfy({ $0 >= 0 && $0 <= limit })
    else { throw node.invalid("its window does not fit a map of shape \(map)") }
    var (before, output) = ([Int](), [Int]())
    for axis in 0..<rank {
      let full = strides[axis] * (map[axis] - 1) + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
      if let given {
        let total = max(full - given[axis], 0)
        before.append(automatic == "SAME_UPPER" ? total / 2 : total - total / 2)
        output.append(given[axis])
      } else {
        let isPadded = automatic != "VALID"
        before.append(isPadded ? pads[axis] : 0)
        output.append(full - (isPadded ? pads[axis] + pads[axis + rank] : 0))
      }
    }
    guard output.allSatisfy({ $0 >= 0 }) else { throw node.invalid("its padding leaves nothing") }
    self.channels = weights[1] * groups
    (self.map, self.kernel, self.strides, self.dilations) = (map, kernel, strides, dilations)
    (self.before, self.output, self.groups) = (before, output, groups)
    _ = try node.count(of: output)
  }

  /// Where in the result each element of the window lands that an element of the input moves.
  func targets(_ place: Int) -> [SpatialWindow.Tap] {
    let (mapSteps, steps, windowSteps) = (
      FloatStep.steps(map), FloatStep.steps(output), FloatStep.steps(kernel)
    )
    var taps = [SpatialWindow.Tap(window: 0, map: 0)]
    for axis in map.indices {
      let start = place / mapSteps[axis] % map[axis] * strides[axis] - before[axis]
      var next: [SpatialWindow.Tap] = []
      for index in 0..<kernel[axis] {
        let at = start + index * dilations[axis]
        guard at >= 0, at < output[axis] else { continue }
        for tap in taps {
          next.append(.init(window: tap.window + index * windowSteps[axis], map: tap.map + at * steps[axis]))
        }
      }
      taps = next
    }
    return taps
  }
}
