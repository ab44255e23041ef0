import Foundation

/// The discrete Fourier transform, and sums of overlapping columns. Source: ONNX DFT and Col2Im.
extension Evaluation {
  static let transforming: [String: Function] = [
    "DFT": { node throws(NetworkError) in try fourier(node) },
    "Col2Im": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let window = try SpatialWindow(node, map: try node.sizes(1), kernel: try node.sizes(2))
      let (size, area) = (window.kernel.reduce(1, *), window.output.reduce(1, *))
      let plane = window.map.reduce(1, *)
      guard x.shape[2] == area else { throw node.invalid("\(x.shape[2]) columns, not \(area)") }
      let values = x.doubles
      var results = [Double](repeating: 0, count: shape.reduce(1, *))
      window.taps { place, taps, _ in
        for map in 0..<shape[0] * shape[1] {
          for tap in taps {
            results[map * plane + tap.map] += values[(map * size + tap.window) * area + place]
          }
        }
      }
      return [Tensor(shape: shape, element: x.element, rounding: results)]
    },
  ]

  static let transformingShapes: [String: ShapeRule] = [
    "DFT": { node throws(NetworkError) in
      let plan = try FourierPlan(node)
      var shape = try node.shape(0)
      shape[plan.axis] = plan.written
      shape[shape.count - 1] = plan.isReal ? 1 : 2
      return [shape]
    },
    "Col2Im": { node throws(NetworkError) in
      let (shape, map, kernel) = (try node.shape(0), try node.sizes(1), try node.sizes(2))
      let size = max(kernel.reduce(1, *), 1)
      guard shape.count == 3, shape[1] % size == 0 else {
        throw node.invalid("\(shape) in windows of \(kernel)")
      }
      return [[shape[0], shape[1] / size] + map]
    },
  ]

  private struct FourierPlan {
    let axis: Int
    let length: Int
    let isInverse: Bool
    let isOneSided: Bool

    init(_ node: EvaluatedNode) throws(NetworkError) {
      let shape = try node.shape(0)
      isInverse = node.operation.flag("inverse")
      isOneSided = node.operation.flag("onesided")
      let isOld = node.operation.opset < 20
      var given = isOld ? node.operation.integer("axis", default: 1) : -2
      if !isOld, node.isPresent(2), let input = try node.integers(2).first { given = input }
      axis = try node.axis(given, rank: shape.count)
      guard shape.count >= 2, axis < shape.count - 1, shape.last == 1 || shape.last == 2 else {
        throw node.invalid("it needs numbers of one or two parts, not \(shape)")
      }
      let count = node.isPresent(1) ? try node.integers(1).first : nil
      length = count ?? (isInverse && isOneSided ? 2 * (shape[axis] - 1) : shape[axis])
      guard length > 0, length <= 1 << 16 else { throw node.invalid("a length of \(length)") }
    }

    /// A spectrum of half the length stands for a real signal.
    var isReal: Bool { isInverse && isOneSided }
    var written: Int { isOneSided && !isInverse ? length / 2 + 1 : length }
  }

  /// By its definition: networks use short ones.
  private static func fourier(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, shape, plan) = (try node.input(0), try node.shapes()[0], try FourierPlan(node))
    let (parts, written) = (x.shape[x.shape.count - 1], shape[shape.count - 1])
    let (from, to) = (
      Lines(Array(x.shape.dropLast()), axis: plan.axis), Lines(Array(shape.dropLast()), axis: plan.axis)
    )
    let values = x.doubles
    let angle = (plan.isInverse ? 2 : -2) * Double.pi / Double(plan.length)
    let turns = (0..<plan.length).map { (cos(angle * Double($0)), sin(angle * Double($0))) }
    var results = [Double](repeating: 0, count: shape.reduce(1, *))
    for line in 0..<from.count {
      var signal = (0..<min(from.size, plan.length)).map { index -> (Double, Double) in
        let place = (from.start(line) + index * from.step) * parts
        return (values[place], parts == 2 ? values[place + 1] : 0)
      }
      if plan.isReal {
        // The other half is the mirror image, conjugate.
        let half = Array(signal.prefix(plan.length / 2 + 1))
        signal = (0..<plan.length).map { index in
          let mirrored = plan.length - index
          if index < half.count { return half[index] }
          return mirrored < half.count ? (half[mirrored].0, -half[mirrored].1) : (0, 0)
        }
      }
      for index in 0..<to.size {
        var sum = (0.0, 0.0)
        for (place, value) in signal.enumerated() {
          let turn = turns[place * index % plan.length]
          sum.0 += value.0 * turn.0 - value.1 * turn.1
          sum.1 += value.0 * turn.1 + value.1 * turn.0
        }
        let scale = plan.isInverse ? 1 / Double(plan.length) : 1
        let place = (to.start(line) + index * to.step) * written
        results[place] = sum.0 * scale
        if written == 2 { results[place + 1] = sum.1 * scale }
      }
    }
    return [Tensor(shape: shape, element: x.element, rounding: results)]
  }
}
