/// Operators that read or write at places that a tensor of indices tells.
extension Evaluation {
  static let gathering: [String: Function] = [
    "GatherElements": { node throws(NetworkError) in
      let x = try node.input(0)
      let (places, shape) = try elementPlaces(node)
      return [x.picking(places, shape: shape)]
    },
    "GatherND": { node throws(NetworkError) in
      let (x, indices) = (try node.input(0), try node.input(1))
      let batch = node.operation.integer("batch_dims", default: 0)
      let shape = try node.shapes()[0]
      let (starts, size) = try slicePlaces(node, indices, batch: batch)
      return [x.picking(starts.flatMap { $0..<$0 + size }, shape: shape)]
    },
    "ScatterElements": { node throws(NetworkError) in try scatterElements(node) },
    "Scatter": { node throws(NetworkError) in try scatterElements(node) },
    "ScatterND": { node throws(NetworkError) in
      let (x, indices, updates) = (try node.input(0), try node.input(1), try node.input(2))
      let (starts, size) = try slicePlaces(node, indices, batch: 0)
      return [try node.writing(updates, into: x, at: starts.flatMap { $0..<$0 + size })]
    },
    "TensorScatter": { node throws(NetworkError) in try scatterCache(node) },
    "OneHot": { node throws(NetworkError) in
      let (indices, values) = (try node.input(0), try node.input(2))
      let shape = try node.shapes()[0]
      guard values.count == 2 else { throw node.invalid("it needs the values for off and on") }
      let rank = indices.shape.count
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: rank + 1)
      let lines = Lines(shape, axis: axis)
      var places = [Int](repeating: 0, count: shape.reduce(1, *))
      for (line, value) in indices.doubles.enumerated() {
        guard let index = Int(exactly: value.rounded(.towardZero)) else { continue }
        let place = index < 0 ? index + lines.size : index
        if place >= 0, place < lines.size { places[lines.start(line) + place * lines.step] = 1 }
      }
      return [values.picking(places, shape: shape)]
    },
  ]

  static let gatheringShapes: [String: ShapeRule] = [
    "GatherElements": { node throws(NetworkError) in [try node.shape(1)] },
    "GatherND": { node throws(NetworkError) in
      let (shape, indices) = (try node.shape(0), try node.shape(1))
      let batch = node.operation.integer("batch_dims", default: 0)
      guard let depth = indices.last, batch >= 0, batch < indices.count, depth <= shape.count - batch else {
        throw node.invalid("indices of shape \(indices) do not fit \(shape)")
      }
      return [Array(indices.dropLast()) + Array(shape.dropFirst(batch + depth))]
    },
    "OneHot": { node throws(NetworkError) in
      var shape = try node.shape(0)
      let axis = try node.axis(node.operation.integer("axis", default: -1), rank: shape.count + 1)
      guard let depth = node.optional(1)?.doubles.first.flatMap({ Int(exactly: $0) }), depth >= 0 else {
        throw node.invalid("its depth must be a known number")
      }
      shape.insert(depth, at: axis)
      return [shape]
    },
  ]

  /// The place of each element of the indices' shape: the same but along one axis, where the index is.
  private static func elementPlaces(_ node: EvaluatedNode) throws(NetworkError) -> ([Int], [Int]) {
    let (x, indices) = (try node.input(0), try node.input(1))
    let rank = x.shape.count
    guard let values = indices.integers, indices.shape.count == rank, rank > 0 else {
      throw node.invalid("indices of shape \(indices.shape) do not fit \(x.shape)")
    }
    let axis = try node.axis(node.operation.integer("axis", default: 0), rank: rank)
    guard (0..<rank).allSatisfy({ $0 == axis || indices.shape[$0] <= x.shape[$0] }) else {
      throw node.invalid("indices of shape \(indices.shape) do not fit \(x.shape)")
    }
    var steps = FloatStep.steps(x.shape)
    let step = steps[axis]
    steps[axis] = 0
    let bases = places(indices.shape, steps: steps)
    var result: [Int] = []
    result.reserveCapacity(bases.count)
    for (base, value) in zip(bases, values) {
      result.append(base + (try node.index(value, of: x.shape[axis])) * step)
    }
    return (result, indices.shape)
  }

  /// Where the slices begin that the last dimension of the indices names, and how many elements each has.
  private static func slicePlaces(
    _ node: EvaluatedNode, _ indices: Tensor, batch: Int
  ) throws(NetworkError) -> (starts: [Int], size: Int) {
    let shape = try node.shape(0)
    guard let values = indices.integers, let depth = indices.shape.last, batch >= 0,
      batch < indices.shape.count, depth <= shape.count - batch,
      indices.shape.prefix(batch).elementsEqual(shape.prefix(batch))
    else { throw node.invalid("indices of shape \(indices.shape) do not fit \(shape)") }
    let steps = FloatStep.steps(shape)
    let size = shape.dropFirst(batch + depth).reduce(1, *)
    let count = indices.shape.dropLast().reduce(1, *)
    try node.count(of: [count, size])
    let batchSize = shape.dropFirst(batch).reduce(1, *)
    let perBatch = max(indices.shape.dropLast().dropFirst(batch).reduce(1, *), 1)
    var starts: [Int] = []
    for index in 0..<count {
      var start = index / perBatch * batchSize
      for place in 0..<depth {
        start +=
          (try node.index(values[index * depth + place], of: shape[batch + place])) * steps[batch + place]
      }
      starts.append(start)
    }
    return (starts, size)
  }

  private static func scatterElements(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (places, shape) = try elementPlaces(node)
    let updates = try node.input(2)
    guard updates.shape == shape else { throw node.invalid("updates \(updates.shape) at indices \(shape)") }
    return [try node.writing(updates, into: try node.input(0), at: places)]
  }

  /// Writes new rows into a cache, for each batch from an index on.
  private static func scatterCache(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (cache, update) = (try node.input(0), try node.input(1))
    let rank = cache.shape.count
    let axis = try node.axis(node.operation.integer("axis", default: -2), rank: rank)
    let isCircular = node.operation.text("mode") == "circular"
    let starts = node.isPresent(2) ? try node.integers(2) : [Int](repeating: 0, count: cache.shape[0])
    guard axis > 0, update.shape.count == rank, starts.count == cache.shape[0],
      starts.allSatisfy({ $0.magnitude <= 1 << 40 }),
      (0..<rank).allSatisfy({ $0 == axis || cache.shape[$0] == update.shape[$0] })
    else { throw node.invalid("an update of shape \(update.shape) does not fit \(cache.shape)") }
    let steps = FloatStep.steps(cache.shape)
    let (own, size) = (FloatStep.steps(update.shape), cache.shape[axis])
    var moved = steps
    moved[axis] = 0
    var places = places(update.shape, steps: moved)
    for index in places.indices {
      var row = starts[index / own[0]] + index / own[axis] % update.shape[axis]
      if isCircular, size > 0 { row = ((row % size) + size) % size }
      guard row >= 0, row < size else { throw node.invalid("row \(row) of \(size)") }
      places[index] += row * steps[axis]
    }
    return [try node.writing(update, into: cache, at: places)]
  }
}

extension EvaluatedNode {
  /// An index, counted from the end where negative.
  func index(_ index: Int64, of size: Int) throws(NetworkError) -> Int {
    let place = index < 0 ? Int(clamping: index) + size : Int(clamping: index)
    guard place >= 0, place < size else { throw invalid("index \(index) of \(size) elements") }
    return place
  }

  /// The tensor with elements overwritten, or combined with the new ones as the attribute `reduction` says.
  fileprivate func writing(
    _ updates: Tensor, into tensor: Tensor, at places: [Int]
  ) throws(NetworkError) -> Tensor {
    guard updates.element == tensor.element, updates.count == places.count else {
      throw invalid("updates of shape \(updates.shape) do not fit")
    }
    let reduction = operation.text("reduction", default: "none")
    guard reduction != "none" else {
      var elements = Elements(tensor)
      elements.put(Elements(updates), at: places)
      return Tensor(shape: tensor.shape, element: tensor.element, elements)
    }
    guard ["add", "mul", "max", "min"].contains(reduction), tensor.element != .text else {
      throw invalid("reduction \"\(reduction)\"")
    }
    func combined<T: Comparable>(_ values: [T], _ new: [T], _ add: (T, T) -> T, _ multiply: (T, T) -> T)
      -> [T]
    {
      var values = values
      for (place, value) in zip(places, new) {
        switch reduction {
        case "add": values[place] = add(values[place], value)
        case "mul": values[place] = multiply(values[place], value)
        case "max": values[place] = max(values[place], value)
        default: values[place] = min(values[place], value)
        }
      }
      return values
    }
    if let values = tensor.integers, let new = updates.integers {
      return Tensor(shape: tensor.shape, element: tensor.element, wrapping: combined(values, new, &+, &*))
    }
    return Tensor(
      shape: tensor.shape, element: tensor.element, rounding: combined(tensor.doubles, updates.doubles, +, *))
  }
}
