/// A tensor's elements in the arithmetic they are held in: moving them needs one code for all types.
enum Elements {
  case floats([Float])
  case doubles([Double])
  case integers([Int64])
  case texts([String])

  init(_ tensor: Tensor) {
    if let integers = tensor.integers {
      self = .integers(integers)
    } else if let texts = tensor.texts {
      self = .texts(texts)
    } else if tensor.element == .float64 {
      self = .doubles(tensor.doubles)
    } else {
      self = .floats(tensor.floats)
    }
  }

  /// The elements at these places; a negative place takes the first element of `fill`, or zero without one.
  func picking(_ places: [Int], fill: Elements? = nil) -> Elements {
    func picked<T>(_ values: [T], _ fill: T) -> [T] { places.map { $0 < 0 ? fill : values[$0] } }
    switch (self, fill) {
    case (.floats(let values), .floats(let fill)?): return .floats(picked(values, fill.first ?? 0))
    case (.floats(let values), _): return .floats(picked(values, 0))
    case (.doubles(let values), .doubles(let fill)?): return .doubles(picked(values, fill.first ?? 0))
    case (.doubles(let values), _): return .doubles(picked(values, 0))
    case (.integers(let values), .integers(let fill)?): return .integers(picked(values, fill.first ?? 0))
    case (.integers(let values), _): return .integers(picked(values, 0))
    case (.texts(let values), .texts(let fill)?): return .texts(picked(values, fill.first ?? ""))
    case (.texts(let values), _): return .texts(picked(values, ""))
    }
  }

  /// Writes the elements of another list of the same kind at these places.
  mutating func put(_ other: Elements, at places: [Int]) {
    switch (self, other) {
    case (.floats(var values), .floats(let new)):
      self = .floats([])
      for (place, value) in zip(places, new) { values[place] = value }
      self = .floats(values)
    case (.doubles(var values), .doubles(let new)):
      self = .doubles([])
      for (place, value) in zip(places, new) { values[place] = value }
      self = .doubles(values)
    case (.integers(var values), .integers(let new)):
      self = .integers([])
      for (place, value) in zip(places, new) { values[place] = value }
      self = .integers(values)
    case (.texts(var values), .texts(let new)):
      self = .texts([])
      for (place, value) in zip(places, new) { values[place] = value }
      self = .texts(values)
    default: break
    }
  }

  /// The lists one after another; of those of the first one's kind.
  static func joined(_ parts: [Elements]) -> Elements {
    switch parts.first {
    case .floats:
      return .floats(
        parts.flatMap { part -> [Float] in if case .floats(let values) = part { values } else { [] } })
    case .doubles:
      return .doubles(
        parts.flatMap { part -> [Double] in if case .doubles(let values) = part { values } else { [] } })
    case .integers:
      return .integers(
        parts.flatMap { part -> [Int64] in if case .integers(let values) = part { values } else { [] } })
    case .texts:
      return .texts(
        parts.flatMap { part -> [String] in if case .texts(let values) = part { values } else { [] } })
    case nil: return .floats([])
    }
  }
}

extension Tensor {
  /// - Precondition: the elements are held as the type's are, and are as many as the shape says.
  init(shape: [Int], element: Element, _ elements: Elements) {
    switch elements {
    case .floats(let values): self.init(shape: shape, element: element, storage: .array(values))
    case .doubles(let values): self.init(shape: shape, element: element, storage: .doubles(values))
    case .integers(let values): self.init(shape: shape, element: element, wrapping: values)
    case .texts(let values): self.init(shape: shape, element: element, storage: .texts(values))
    }
  }

  /// The elements at these places; a negative place takes the first element of `fill`, or zero without one.
  func picking(_ places: [Int], shape: [Int], fill: Tensor? = nil) -> Tensor {
    Tensor(shape: shape, element: element, Elements(self).picking(places, fill: fill.map(Elements.init)))
  }

  /// Real numbers, or integers where that is the type, of a computation in double precision.
  init(shape: [Int], element: Element, computed values: [Double]) {
    guard let range = element.range else {
      self.init(shape: shape, element: element, rounding: values)
      return
    }
    let integers = values.map { value in
      Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? range.lower : range.upper)
    }
    self.init(shape: shape, element: element, wrapping: integers)
  }
}

extension Evaluation {
  /// start + the sum of index[d] * steps[d], for every index of the shape in row-major order.
  static func places(_ shape: [Int], start: Int = 0, steps: [Int]) -> [Int] {
    var places = [start]
    for (size, step) in zip(shape, steps) {
      var next: [Int] = []
      next.reserveCapacity(places.count * size)
      for place in places { for index in 0..<size { next.append(place &+ index &* step) } }
      places = next
    }
    return places
  }

  /// The places of those elements of a tensor that have, by dimension, one of these indices; -1 where one is negative.
  static func places(_ indices: [[Int]], of shape: [Int]) -> [Int] {
    var places = [0]
    for (list, step) in zip(indices, FloatStep.steps(shape)) {
      var next: [Int] = []
      next.reserveCapacity(places.count * list.count)
      for place in places {
        for index in list { next.append(place < 0 || index < 0 ? -1 : place &+ index &* step) }
      }
      places = next
    }
    return places
  }
}

/// A tensor as lines along one axis: element i of line l is at start(l) + i * step.
struct Lines {
  let size: Int
  let step: Int
  let count: Int

  init(_ shape: [Int], axis: Int) {
    size = shape[axis]
    step = shape[(axis + 1)...].reduce(1, *)
    count = shape[..<axis].reduce(1, *) * step
  }

  func start(_ line: Int) -> Int { line / step * step * size + line % step }
}
