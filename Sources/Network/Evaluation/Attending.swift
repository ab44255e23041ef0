import Foundation

/// Attention and rotary positions. Source: ONNX Attention and RotaryEmbedding.
extension Evaluation {
  static let attending: [String: Function] = [
    "Attention": { node throws(NetworkError) in try attention(node) },
    "RotaryEmbedding": { node throws(NetworkError) in try rotate(node) },
  ]

  static let attendingShapes: [String: ShapeRule] = [
    "Attention": { node throws(NetworkError) in
      let shapes = [try node.shape(0), try node.shape(1), try node.shape(2)]
      let operation = node.operation
      let counts = ["q_num_heads", "kv_num_heads", "kv_num_heads"].map { operation.integer($0, default: 0) }
      var heads: [[Int]] = []
      for (shape, count) in zip(shapes, counts) {
        if shape.count == 4 {
          heads.append(shape)
        } else {
          guard shape.count == 3, count > 0, shape[2] % count == 0 else {
            throw node.invalid("heads of \(shape)")
          }
          heads.append([shape[0], count, shape[1], shape[2] / count])
        }
      }
      if node.isPresent(4) { heads[1][2] += try node.shape(4).dropFirst(2).first ?? 0 }
      if node.isPresent(5) { heads[2][2] += try node.shape(5).dropFirst(2).first ?? 0 }
      let (query, key, value) = (heads[0], heads[1], heads[2])
      let wide = [query[0], query[1], query[2], value[3]]
      let result = shapes[0].count == 4 ? wide : [query[0], query[2], query[1] * value[3]]
      return [result, key, value, [query[0], query[1], query[2], key[2]]]
    }
  ]

  /// Queries, keys or values as [batch, heads, places, size].
  private struct Heads {
    var batch: Int
    var heads: Int
    var places: Int
    var size: Int
    var values: [Double]

    init(_ tensor: Tensor, heads count: Int?, _ node: EvaluatedNode) throws(NetworkError) {
      let shape = tensor.shape
      guard shape.count == 3 || shape.count == 4 else { throw node.invalid("an input of shape \(shape)") }
      if shape.count == 4 {
        (batch, heads, places, size) = (shape[0], shape[1], shape[2], shape[3])
        values = tensor.doubles
        return
      }
      guard let count, count > 0, count <= 1 << 20, shape[2] % count == 0 else {
        throw node.invalid("\(count ?? 0) heads of \(shape)")
      }
      (batch, heads, places, size) = (shape[0], count, shape[1], shape[2] / count)
      let source = tensor.doubles
      values = Evaluation.places(
        [batch, heads, places, size], steps: [places * heads * size, size, heads * size, 1]
      ).map { source[$0] }
    }

    /// With those that came before.
    mutating func prepend(_ past: Tensor, _ node: EvaluatedNode) throws(NetworkError) {
      guard past.shape.count == 4, past.shape[0] == batch, past.shape[1] == heads, past.shape[3] == size
      else {
        throw node.invalid("a past of shape \(past.shape) does not fit")
      }
      let (old, own) = (past.doubles, places * size)
      let each = past.shape[2] * size
      values = (0..<batch * heads).flatMap { index -> [Double] in
        let past = old[index * each..<(index + 1) * each]
        return Array(past) + Array(values[index * own..<(index + 1) * own])
      }
      places += past.shape[2]
    }

    func tensor(_ element: Tensor.Element) -> Tensor {
      Tensor(shape: [batch, heads, places, size], element: element, rounding: values)
    }
  }

  private static func attention(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let operation = node.operation
    let keyHeads = operation.integer("kv_num_heads")
    let x = try node.input(0)
    let query = try Heads(x, heads: operation.integer("q_num_heads"), node)
    var key = try Heads(try node.input(1), heads: keyHeads, node)
    var value = try Heads(try node.input(2), heads: keyHeads, node)
    if let past = node.optional(4) { try key.prepend(past, node) }
    if let past = node.optional(5) { try value.prepend(past, node) }
    guard key.batch == query.batch, value.batch == query.batch, key.size == query.size, key.heads > 0,
      key.heads == value.heads, key.places == value.places, query.heads % key.heads == 0
    else { throw node.invalid("queries, keys and values do not fit together") }
    let (rows, columns, heads) = (query.places, key.places, query.heads)
    let scoreShape = [query.batch, heads, rows, columns]
    try node.count(of: scoreShape)
    let bias = try attentionBias(node, scoreShape)
    let scale = operation.float("scale").map(Double.init) ?? 1 / Double(query.size).squareRoot()
    let softcap = Double(operation.float("softcap", default: 0))
    let mode = operation.integer("qk_matmul_output_mode", default: 0)
    var shown = [Double](repeating: 0, count: scoreShape.reduce(1, *))
    var results = [Double](repeating: 0, count: try node.count(of: [query.batch, heads, rows, value.size]))
    for head in 0..<query.batch * heads {
      let shared = head / heads * key.heads + head % heads / (heads / key.heads)
      for row in 0..<rows {
        let from = (head * rows + row) * query.size
        let at = (head * rows + row) * columns
        var scores = (0..<columns).map { column in
          let other = (shared * columns + column) * key.size
          return scale
            * (0..<query.size).reduce(0.0) { $0 + query.values[from + $1] * key.values[other + $1] }
        }
        func show(_ when: Int) { if mode == when { shown.replaceSubrange(at..<at + columns, with: scores) } }
        show(0)
        if softcap > 0 { scores = scores.map { tanh($0 / softcap) * softcap } }
        show(1)
        for column in 0..<columns { scores[column] += bias[at + column] }
        show(2)
        let most = scores.max() ?? 0
        // Where every place is masked nothing is attended to.
        let isMasked = (at..<at + columns).allSatisfy { bias[$0] == -.infinity }
        let powers = scores.map { isMasked ? 0 : exp($0 - most) }
        let sum = powers.reduce(0, +)
        scores = powers.map { sum == 0 ? 0 : $0 / sum }
        show(3)
        let to = (head * rows + row) * value.size
        for column in 0..<columns where scores[column] != 0 {
          let other = (shared * columns + column) * value.size
          for index in 0..<value.size { results[to + index] += scores[column] * value.values[other + index] }
        }
      }
    }
    var shape = [query.batch, heads, rows, value.size]
    if x.shape.count == 3 {
      let moved = places(
        [query.batch, rows, heads, value.size],
        steps: [heads * rows * value.size, value.size, rows * value.size, 1])
      results = moved.map { results[$0] }
      shape = [query.batch, rows, heads * value.size]
    }
    return [
      Tensor(shape: shape, element: x.element, rounding: results), key.tensor(x.element),
      value.tensor(x.element),
      Tensor(shape: scoreShape, element: x.element, rounding: shown),
    ]
  }

  /// What is added to the scores: a given mask, and minus infinity where a place may not be seen.
  private static func attentionBias(_ node: EvaluatedNode, _ shape: [Int]) throws(NetworkError) -> [Double] {
    let (rows, columns, operation) = (shape[2], shape[3], node.operation)
    var bias = [Double](repeating: 0, count: shape.reduce(1, *))
    if let mask = node.optional(3) {
      let isFlags = mask.element == .boolean
      let own = mask.doubles.map { isFlags ? ($0 != 0 ? 0 : -.infinity) : $0 }
      guard let width = mask.shape.last, width > 0, width <= columns else {
        throw node.invalid("a mask of shape \(mask.shape)")
      }
      // A mask that is too narrow hides the rest.
      var wide = mask.shape
      wide[wide.count - 1] = columns
      let values = (0..<wide.reduce(1, *)).map { place in
        place % columns < width ? own[place / columns * width + place % columns] : -.infinity
      }
      guard try node.broadcast([shape, wide]) == shape else {
        throw node.invalid("a mask of shape \(mask.shape)")
      }
      bias = combined(bias, shape, values, wide, shape) { $0 + $1 }
    }
    let lengths = node.isPresent(6) ? try node.integers(6) : nil
    guard lengths.map({ $0.count == shape[0] && $0.allSatisfy { $0 >= 0 && $0 <= 1 << 30 } }) ?? true else {
      throw node.invalid("its lengths do not fit")
    }
    let past = node.isPresent(4) ? try node.shape(4)[2] : 0
    let isCausal = operation.flag("is_causal")
    let left = operation.integer("left_window_size", default: -1)
    let right = operation.integer("right_window_size", default: -1)
    for place in bias.indices {
      let (column, row, image) = (
        place % columns, place / columns % rows, place / (shape[1] * rows * columns)
      )
      let position = row + (lengths.map { $0[image] - rows } ?? past)
      let isHidden =
        isCausal && column > position || left >= 0 && position - column > left
        || right >= 0 && column - position > right || (lengths.map { column >= $0[image] } ?? false)
      if isHidden { bias[place] = -.infinity }
    }
    return bias
  }

  private static func rotate(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, cosines, sines) = (try node.input(0), try node.input(1), try node.input(2))
    let count = node.operation.integer("num_heads", default: 0)
    let heads = try Heads(x, heads: count, node)
    let given = node.operation.integer("rotary_embedding_dim", default: 0)
    let size = given == 0 ? heads.size : given
    let half = size / 2
    let positions = node.isPresent(3) ? try node.integers(3) : Array(0..<heads.batch * heads.places)
    let rows = half == 0 ? 0 : cosines.count / half
    guard size > 0, size <= heads.size, cosines.shape == sines.shape, cosines.shape.last == half,
      positions.count == heads.batch * heads.places, positions.allSatisfy({ $0 >= 0 && $0 < rows })
    else { throw node.invalid("its angles do not fit an input of shape \(x.shape)") }
    let (cos, sin) = (cosines.doubles, sines.doubles)
    let isInterleaved = node.operation.flag("interleaved")
    var values = heads.values
    for line in 0..<heads.batch * heads.heads * heads.places {
      let image = line / (heads.heads * heads.places)
      let angle = positions[image * heads.places + line % heads.places] * half
      for index in 0..<half {
        let first = line * heads.size + (isInterleaved ? 2 * index : index)
        let second = isInterleaved ? first + 1 : first + half
        let (a, b) = (heads.values[first], heads.values[second])
        values[first] = cos[angle + index] * a - sin[angle + index] * b
        values[second] = sin[angle + index] * a + cos[angle + index] * b
      }
    }
    if x.shape.count == 3 {
      let (places, size) = (heads.places, heads.size)
      let moved = Evaluation.places(
        [heads.batch, places, heads.heads, size],
        steps: [heads.heads * places * size, size, places * size, 1])
      values = moved.map { values[$0] }
    }
    return [Tensor(shape: x.shape, element: x.element, rounding: values)]
  }
}
