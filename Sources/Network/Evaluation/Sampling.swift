import Foundation

/// Maps read at computed places. Source: ONNX GridSample and AffineGrid.
extension Evaluation {
  static let sampling: [String: Function] = [
    "GridSample": { node throws(NetworkError) in try gridSample(node) },
    "AffineGrid": { node throws(NetworkError) in
      let (theta, shape) = (try node.input(0), try node.shapes()[0])
      let rank = shape.count - 2
      let isCornered = node.operation.flag("align_corners")
      let (values, sizes) = (theta.doubles, Array(shape.dropFirst().dropLast()))
      let steps = FloatStep.steps(sizes)
      let area = sizes.reduce(1, *)
      var results: [Double] = []
      results.reserveCapacity(try node.count(of: shape))
      for place in 0..<shape[0] * area {
        // Coordinates run from the last dimension to the first.
        let at = (0..<rank).reversed().map { axis -> Double in
          let (index, size) = (Double(place % area / steps[axis] % sizes[axis]), Double(sizes[axis]))
          return isCornered ? -1 + 2 * index / max(size - 1, 1) : (2 * index + 1) / size - 1
        }
        let matrix = place / area * rank * (rank + 1)
        for row in 0..<rank {
          let start = matrix + row * (rank + 1)
          results.append((0..<rank).reduce(values[start + rank]) { $0 + values[start + $1] * at[$1] })
        }
      }
      return [Tensor(shape: shape, element: theta.element, rounding: results)]
    },
  ]

  static let samplingShapes: [String: ShapeRule] = [
    "GridSample": { node throws(NetworkError) in
      let (shape, grid) = (try node.shape(0), try node.shape(1))
      guard shape.count >= 3, grid.count == shape.count, grid[0] == shape[0], grid.last == shape.count - 2
      else {
        throw node.invalid("a grid of shape \(grid) does not fit \(shape)")
      }
      return [Array(shape.prefix(2)) + Array(grid.dropFirst().dropLast())]
    },
    "AffineGrid": { node throws(NetworkError) in
      let (theta, sizes) = (try node.shape(0), try node.sizes(1))
      let rank = sizes.count - 2
      guard rank == 2 || rank == 3, theta == [sizes[0], rank, rank + 1] else {
        throw node.invalid("matrices of shape \(theta) do not fit \(sizes)")
      }
      return [[sizes[0]] + Array(sizes.dropFirst(2)) + [rank]]
    },
  ]

  private static func gridSample(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, grid, shape) = (try node.input(0), try node.input(1), try node.shapes()[0])
    let sampler = MapSampler(
      map: try node.map(), mode: node.operation.text("mode", default: "linear"),
      padding: node.operation.text("padding_mode", default: "zeros"),
      isCornered: node.operation.flag("align_corners"))
    guard sampler.map.allSatisfy({ $0 > 0 }) else { throw node.invalid("there is nothing to read") }
    let (values, places) = (x.doubles, grid.doubles)
    let rank = sampler.map.count
    let (plane, area) = (sampler.map.reduce(1, *), shape.dropFirst(2).reduce(1, *))
    var results = [Double](repeating: 0, count: try node.count(of: shape))
    for place in 0..<shape[0] * area {
      let taps = sampler.taps((0..<rank).map { places[place * rank + rank - 1 - $0] })
      for channel in 0..<shape[1] {
        let map = place / area * shape[1] + channel
        results[map * area + place % area] = taps.reduce(0) {
          $0 + values[map * plane + $1.index] * $1.weight
        }
      }
    }
    return [Tensor(shape: shape, element: x.element, rounding: results)]
  }
}

/// Reads a map between its elements: which elements with which weights.
struct MapSampler {
  let map: [Int]
  let mode: String
  let padding: String
  let isCornered: Bool

  /// - Parameter place: by dimension from -1 to 1 over the map.
  func taps(_ place: [Double]) -> [(index: Int, weight: Double)] {
    var taps = [(index: 0, weight: 1.0)]
    let steps = FloatStep.steps(map)
    for axis in map.indices {
      var next: [(index: Int, weight: Double)] = []
      for (index, weight) in neighbours(place[axis], map[axis]) where weight != 0 {
        for tap in taps { next.append((tap.index + index * steps[axis], tap.weight * weight)) }
      }
      taps = next
    }
    return taps
  }

  private func neighbours(_ place: Double, _ size: Int) -> [(Int, Double)] {
    let length = Double(size)
    // As the sampler of PyTorch has it, in single precision.
    var at = Double(Float(isCornered ? (place + 1) / 2 * (length - 1) : ((place + 1) * length - 1) / 2))
    if mode == "nearest" { at = at.rounded(.toNearestOrEven) }
    let (low, high) = isCornered ? (0, length - 1) : (-0.5, length - 0.5)
    if at < low || at > high {
      if padding == "border" { at = min(max(at, 0), length - 1) }
      if padding == "reflection" { at = Self.reflected(at, low, high) }
    }
    guard at.isFinite, abs(at) < 1e15 else { return [] }
    let base = at.rounded(.down)
    let part = at - base
    let weights: [(Int, Double)]
    switch mode {
    case "nearest": weights = [(Int(at), 1)]
    case "cubic", "bicubic":
      weights = [-1, 0, 1, 2].map { (Int(base) + $0, Self.cubic(abs(Double($0) - part))) }
    default: weights = [(Int(base), 1 - part), (Int(base) + 1, part)]
    }
    return weights.compactMap { index, weight in
      if (0..<size).contains(index) { return (index, weight) }
      switch padding {
      case "border": return (min(max(index, 0), size - 1), weight)
      case "reflection": return (min(max(Int(Self.reflected(Double(index), low, high)), 0), size - 1), weight)
      default: return nil
      }
    }
  }

  private static func cubic(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }

  private static func reflected(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let range = high - low
    guard range > 0, x < low || x > high else { return range > 0 ? x : low }
    let distance = x < low ? low - x : x - high
    let rest = fmod(distance, range)
    let isEven = fmod((distance / range).rounded(.down), 2) == 0
    return (x < low) == isEven ? low + rest : high - rest
  }
}
