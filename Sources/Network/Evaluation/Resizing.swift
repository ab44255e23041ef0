import Foundation

/// Resize and Upsample: along each axis every place of the result is a weighted sum of a few places of the input.
/// Source: ONNX Resize, opsets 10 to 19.
extension Evaluation {
  static let resizing: [String: Function] = [
    "Resize": { node throws(NetworkError) in try resized(node) },
    "Upsample": { node throws(NetworkError) in try resized(node) },
  ]

  static let resizingShapes: [String: ShapeRule] = [
    "Resize": { node throws(NetworkError) in [try ResizedAxes(node).shape] },
    "Upsample": { node throws(NetworkError) in [try ResizedAxes(node).shape] },
  ]

  private static func resized(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let x = try node.input(0)
    let axes = try ResizedAxes(node)
    try node.count(of: axes.shape)
    var (values, shape) = (x.doubles, x.shape)
    var isOutside = [Bool](repeating: false, count: axes.shape.reduce(1, *))
    for axis in shape.indices where axes.isChanged(axis) {
      let weights = try axes.weights(axis, node)
      let lines = Lines(shape, axis: axis)
      shape[axis] = axes.shape[axis]
      let targets = Lines(shape, axis: axis)
      var next = [Double](repeating: 0, count: try node.count(of: shape))
      for line in 0..<lines.count {
        let (from, to) = (lines.start(line), targets.start(line))
        for (index, taps) in weights.enumerated() {
          var sum = 0.0
          for tap in taps { sum += values[from &+ tap.index &* lines.step] * tap.weight }
          next[to &+ index &* targets.step] = sum
        }
      }
      values = next
      let outer = Lines(axes.shape, axis: axis)
      for (index, taps) in weights.enumerated() where taps.isEmpty {
        for line in 0..<outer.count { isOutside[outer.start(line) + index * outer.step] = true }
      }
    }
    let outside = Double(node.operation.float("extrapolation_value", default: 0))
    for index in values.indices where isOutside[index] { values[index] = outside }
    return [Tensor(shape: shape, element: x.element, computed: values)]
  }
}

/// By dimension the scale of a resize, the size it leads to, and the region it reads.
private struct ResizedAxes {
  private let input: [Int]
  private var scales: [Double]
  private(set) var shape: [Int]
  private var regions: [(start: Double, end: Double)]

  init(_ node: EvaluatedNode) throws(NetworkError) {
    let (operation, input) = (node.operation, try node.shape(0))
    self.input = input
    shape = input
    scales = input.map { _ in 1 }
    regions = input.map { _ in (0, 1) }
    let axes = try node.axes(operation.integers("axes") ?? Array(input.indices), rank: input.count)
    let isEarly = operation.kind == "Upsample" || operation.opset < 11
    let given: [Float]? =
      isEarly ? operation.floats("scales") ?? node.optional(1)?.floats : node.optional(2)?.floats
    if let given, !given.isEmpty {
      guard given.count == axes.count, given.allSatisfy({ $0 > 0 && $0 < 1_048_576 }) else {
        throw node.invalid("scales \(given) for \(input)")
      }
      for (axis, scale) in zip(axes, given) {
        scales[axis] = Double(scale)
        guard let size = Int(exactly: (Double(input[axis]) * Double(scale)).rounded(.down)) else {
          throw node.invalid("scale \(scale)")
        }
        shape[axis] = size
      }
    } else {
      let sizes = try node.sizes(3)
      guard sizes.count == axes.count else { throw node.invalid("sizes \(sizes) for \(input)") }
      let ratios = zip(axes, sizes).map { Double($1) / Double(max(input[$0], 1)) }
      let policy = operation.text("keep_aspect_ratio_policy", default: "stretch")
      for (index, axis) in axes.enumerated() {
        (shape[axis], scales[axis]) = (sizes[index], ratios[index])
        guard policy != "stretch" else { continue }
        let common = (policy == "not_larger" ? ratios.min() : ratios.max()) ?? 1
        (shape[axis], scales[axis]) = (Int((common * Double(input[axis])).rounded()), common)
      }
    }
    if operation.text("coordinate_transformation_mode") == "tf_crop_and_resize" {
      guard let region = node.optional(1)?.doubles, region.count == 2 * axes.count else {
        throw node.invalid("it has no region")
      }
      for (index, axis) in axes.enumerated() { regions[axis] = (region[index], region[index + axes.count]) }
    }
  }

  func isChanged(_ axis: Int) -> Bool {
    scales[axis] != 1 || shape[axis] != input[axis] || regions[axis] != (0, 1)
  }

  /// The place in the input that a place of the result comes from.
  private func source(_ place: Int, _ axis: Int, _ mode: String) -> Double {
    let (x, scale, size) = (Double(place), scales[axis], Double(input[axis]))
    let length = scale * size
    switch mode {
    case "align_corners": return length == 1 ? 0 : x * (size - 1) / (length - 1)
    case "asymmetric": return x / scale
    case "pytorch_half_pixel": return length == 1 ? -0.5 : (x + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      return size / 2 * (1 - Double(shape[axis]) / length) + (x + 0.5) / scale - 0.5
    case "tf_crop_and_resize":
      let (start, end) = regions[axis]
      let span = (end - start) * (size - 1)
      return start * (size - 1) + (length == 1 ? span / 2 : x * span / (length - 1))
    default: return (x + 0.5) / scale - 0.5
    }
  }

  /// For each place of the result the places it is made of; none where it lies outside the region's map.
  func weights(_ axis: Int, _ node: EvaluatedNode) throws(NetworkError) -> [[(index: Int, weight: Double)]] {
    let operation = node.operation
    let isEarly = operation.kind == "Upsample" || operation.opset < 11
    let transformation = operation.text(
      "coordinate_transformation_mode", default: isEarly ? "asymmetric" : "half_pixel")
    let mode = operation.text("mode", default: "nearest")
    let rounding = operation.text("nearest_mode", default: isEarly ? "floor" : "round_prefer_floor")
    let curve = ResizeCurve(
      mode: mode, cubic: Double(operation.float("cubic_coeff_a", default: -0.75)),
      scale: operation.flag("antialias") ? min(scales[axis], 1) : 1, rounding: rounding)
    let size = input[axis]
    guard size > 0 || shape[axis] == 0, curve.reach <= 4096 else {
      throw node.invalid("a scale of \(scales[axis]) for \(size) elements")
    }
    return (0..<shape[axis]).map { place in
      let at = source(place, axis, transformation)
      let isInside = at >= 0 && at <= Double(size - 1)
      if transformation == "tf_crop_and_resize" && !isInside || !at.isFinite { return [] }
      var taps = curve.weights(at)
      if operation.flag("exclude_outside") {
        taps = taps.filter { (0..<size).contains($0.index) }
        let sum: Double = taps.reduce(0) { $0 + $1.weight }
        taps = taps.map { ($0.index, $0.weight / sum) }
      }
      return taps.map { (min(max($0.index, 0), size - 1), $0.weight) }
    }
  }
}

/// The weights of the neighbours of a place.
private struct ResizeCurve {
  let mode: String
  let cubic: Double
  /// Less than one where a smaller result is smoothed.
  let scale: Double
  let rounding: String

  private var support: Double { mode == "cubic" ? 2 : 1 }
  var reach: Double { support / scale }

  func weights(_ at: Double) -> [(index: Int, weight: Double)] {
    let bounded = min(max(at, -1e15), 1e15)
    let below = Int(bounded.rounded(.down))
    guard mode != "nearest" else {
      let part = bounded - bounded.rounded(.down)
      let isUp: Bool =
        switch rounding {
        case "floor": false
        case "ceil": part > 0
        case "round_prefer_ceil": part >= 0.5
        default: part > 0.5
        }
      return [(isUp ? below + 1 : below, 1)]
    }
    let first = Int((-reach).rounded(.down)) + 1
    let part = bounded - Double(below)
    let taps = (first...(1 - first)).map { (below + $0, weight(abs(Double($0) - part) * scale)) }
    guard scale < 1 else { return taps.filter { $0.1 != 0 } }
    let sum = taps.reduce(0) { $0 + $1.1 }
    return taps.map { ($0.0, $0.1 / sum) }
  }

  private func weight(_ x: Double) -> Double {
    guard mode == "cubic" else { return max(1 - x, 0) }
    if x <= 1 { return ((cubic + 2) * x - (cubic + 3)) * x * x + 1 }
    return x < 2 ? ((cubic * x - 5 * cubic) * x + 8 * cubic) * x - 4 * cubic : 0
  }
}
