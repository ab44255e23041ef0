import Foundation

/// Pools over maps of any number of dimensions.
extension Evaluation {
  static let pooling: [String: Function] = [
    "MaxPool": { node throws(NetworkError) in try maxPool(node) },
    "AveragePool": { node throws(NetworkError) in
      let countsPadding = node.operation.flag("count_include_pad")
      return try pooled(node) { values, padded in
        values.reduce(0, +) / Double(countsPadding ? padded : values.count)
      }
    },
    "LpPool": { node throws(NetworkError) in
      let power = Double(node.operation.integer("p", default: 2))
      return try pooled(node) { values, _ in pow(values.reduce(0) { $0 + pow(abs($1), power) }, 1 / power) }
    },
    "GlobalAveragePool": global { values, _ in values.reduce(0, +) / Double(values.count) },
    "GlobalMaxPool": global { values, _ in values.max() ?? 0 },
    "GlobalLpPool": global { values, node in
      let power = Double(node.integer("p", default: 2))
      return pow(values.reduce(0) { $0 + pow(abs($1), power) }, 1 / power)
    },
    "MaxUnpool": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let inner = try unpooledShape(node)
      let (indices, count) = (try node.integers(1), try node.count(of: inner))
      guard indices.count == x.count, indices.allSatisfy({ $0 >= 0 && $0 < count }),
        inner.count == shape.count,
        zip(inner, shape).allSatisfy({ $0 <= $1 })
      else { throw node.invalid("its indices do not fit a result of shape \(shape)") }
      var elements = Elements(x).picking([Int](repeating: -1, count: count))
      elements.put(Elements(x), at: indices)
      let unpooled = Tensor(shape: inner, element: x.element, elements)
      // A larger shape that is asked for has the rest as zeros.
      let rows = zip(inner, shape).map { inner, size in (0..<size).map { $0 < inner ? $0 : -1 } }
      return [unpooled.picking(places(rows, of: inner), shape: shape)]
    },
  ]

  static let poolingShapes: [String: ShapeRule] = [
    "MaxPool": { node throws(NetworkError) in
      let shape = try pooledShape(node)
      return [shape, shape]
    },
    "AveragePool": { node throws(NetworkError) in [try pooledShape(node)] },
    "LpPool": { node throws(NetworkError) in [try pooledShape(node)] },
    "GlobalAveragePool": globalShape, "GlobalMaxPool": globalShape, "GlobalLpPool": globalShape,
    "MaxUnpool": { node throws(NetworkError) in
      [node.isPresent(2) ? try node.sizes(2) : try unpooledShape(node)]
    },
  ]

  private static func unpooledShape(_ node: EvaluatedNode) throws(NetworkError) -> [Int] {
    let (map, shape) = (try node.map(), try node.shape(0))
    let rank = map.count
    let kernel = node.operation.integers("kernel_shape") ?? []
    let strides = node.operation.integers("strides") ?? [Int](repeating: 1, count: rank)
    let pads = node.operation.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    guard kernel.count == rank, strides.count == rank, pads.count == 2 * rank,
      (kernel + strides + pads + map).allSatisfy({ $0 >= 0 && $0 < 1 << 20 })
    else { throw node.invalid("its window does not fit a map of shape \(map)") }
    let sizes = (0..<rank).map {
      max((map[$0] - 1) * strides[$0] - pads[$0] - pads[$0 + rank] + kernel[$0], 0)
    }
    return Array(shape.prefix(2)) + sizes
  }

  private static let globalShape: ShapeRule = { node throws(NetworkError) in
    let (map, shape) = (try node.map(), try node.shape(0))
    return [Array(shape.prefix(2)) + map.map { _ in 1 }]
  }

  private static func pooledShape(_ node: EvaluatedNode) throws(NetworkError) -> [Int] {
    Array(try node.shape(0).prefix(2)) + (try window(node)).output
  }

  private static func window(_ node: EvaluatedNode) throws(NetworkError) -> SpatialWindow {
    guard let kernel = node.operation.integers("kernel_shape") else {
      throw node.invalid("it has no kernel_shape")
    }
    return try SpatialWindow(node, map: try node.map(), kernel: kernel)
  }

  private static func pooled(
    _ node: EvaluatedNode, _ combine: ([Double], _ padded: Int) -> Double
  ) throws(NetworkError) -> [Tensor] {
    let (x, window) = (try node.input(0), try window(node))
    let shape = try pooledShape(node)
    let (values, plane, area) = (x.doubles, window.map.reduce(1, *), window.output.reduce(1, *))
    var results = [Double](repeating: 0, count: try node.count(of: shape))
    window.taps { place, taps, padded in
      for map in 0..<shape[0] * shape[1] {
        results[map * area + place] = combine(taps.map { values[map * plane + $0.map] }, padded)
      }
    }
    return [Tensor(shape: shape, element: x.element, rounding: results)]
  }

  private static func maxPool(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, window) = (try node.input(0), try window(node))
    let shape = try pooledShape(node)
    let (values, plane, area) = (x.doubles, window.map.reduce(1, *), window.output.reduce(1, *))
    var places = [Int](repeating: -1, count: try node.count(of: shape))
    window.taps { place, taps, _ in
      for map in 0..<shape[0] * shape[1] {
        var best: Int?
        for tap in taps {
          let at = map * plane + tap.map
          if best.map({ values[at] > values[$0] || values[at].isNaN }) ?? true { best = at }
        }
        places[map * area + place] = best ?? -1
      }
    }
    var indices = places.map { Int64($0) }
    if node.operation.integer("storage_order", default: 0) == 1 {
      // Column-major: the spatial dimensions count in reverse order.
      let steps = FloatStep.steps(window.map)
      let reversed = Array(FloatStep.steps(window.map.reversed()).reversed())
      indices = places.map { place in
        guard place >= 0 else { return -1 }
        let within = window.map.indices.reduce(0) { $0 + place / steps[$1] % window.map[$1] * reversed[$1] }
        return Int64(place / plane * plane + within)
      }
    }
    return [x.picking(places, shape: shape), Tensor(shape: shape, integers: indices)]
  }

  private static func global(
    _ combine: @escaping @Sendable ([Double], GeneralOperator) -> Double
  ) -> Function {
    { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let (values, plane) = (x.doubles, try node.map().reduce(1, *))
      let results = (0..<shape[0] * shape[1]).map {
        combine(Array(values[$0 * plane..<($0 + 1) * plane]), node.operation)
      }
      return [Tensor(shape: shape, element: x.element, rounding: results)]
    }
  }
}
