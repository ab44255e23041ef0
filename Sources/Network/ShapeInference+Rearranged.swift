/// Operations that move elements or reduce them.
extension ShapeInference {
  func rearranged() throws(NetworkError) -> [Int] {
    switch node.operation {
    case .concat(let axis): return try concatenated(axis)
    case .flatten(let axis):
      let shape = try input(0)
      let split = try self.axis(axis, rank: shape.count, last: true)
      return [shape.prefix(split).reduce(1, *), shape.dropFirst(split).reduce(1, *)]
    case .reshape(let allowsZero): return try reshaped(try input(0), try known(1), allowsZero)
    case .squeeze(let axes):
      let shape = try input(0)
      let removed = try axes.map { axes throws(NetworkError) in try self.axes(axes, rank: shape.count) }
      if let wrong = removed?.first(where: { shape[$0] != 1 }) {
        throw invalid("dimension \(wrong) of \(shape) is not one and cannot go")
      }
      return shape.indices.filter { index in
        removed.map { !$0.contains(index) } ?? (shape[index] != 1)
      }.map { shape[$0] }
    case .unsqueeze(let axes):
      var shape = try input(0)
      for axis in try self.axes(axes, rank: shape.count + axes.count).sorted() { shape.insert(1, at: axis) }
      return shape
    case .transpose(let permutation):
      let shape = try input(0)
      return try self.permutation(permutation, rank: shape.count).map { shape[$0] }
    case .pad(let pad): return try padded(pad)
    case .reduceMean(let axes, let keepsDimensions):
      let shape = try input(0)
      let reduced = Set(try self.axes(axes ?? Array(shape.indices), rank: shape.count))
      return shape.indices.compactMap { reduced.contains($0) ? (keepsDimensions ? 1 : nil) : shape[$0] }
    case .shape(let start, let end):
      return [Self.shapeRange(rank: try input(0).count, start, end).count]
    case .gather(let axis):
      let shape = try input(0)
      let axis = try self.axis(axis, rank: shape.count)
      return Array(shape[..<axis]) + (try input(1)) + Array(shape[(axis + 1)...])
    case .slice: return try sliceRanges().map(\.count)
    case .constantOfShape: return try known(0)
    default: throw invalid("its shape cannot be told")
    }
  }

  static func shapeRange(rank: Int, _ start: Int, _ end: Int?) -> Range<Int> {
    func clamp(_ index: Int) -> Int { min(max(index < 0 ? index + rank : index, 0), rank) }
    let lower = clamp(start)
    return lower..<max(lower, clamp(end ?? rank))
  }

  /// The elements of an integer input.
  func known(_ index: Int) throws(NetworkError) -> [Int] {
    guard integers.indices.contains(index), let values = integers[index] else {
      throw invalid("its input \(index + 1) must be known integers")
    }
    return values
  }

  func axes(_ axes: [Int], rank: Int) throws(NetworkError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let positive = try self.axis(axis, rank: rank)
      guard !result.contains(positive) else { throw invalid("axis \(axis) twice") }
      result.append(positive)
    }
    return result
  }

  func permutation(_ permutation: [Int]?, rank: Int) throws(NetworkError) -> [Int] {
    guard let permutation else { return (0..<rank).reversed() }
    guard permutation.sorted() == Array(0..<rank) else {
      throw invalid("the permutation \(permutation) does not fit \(rank) dimensions")
    }
    return permutation
  }

  private func concatenated(_ axis: Int) throws(NetworkError) -> [Int] {
    var shape = try input(0)
    let axis = try self.axis(axis, rank: shape.count)
    for other in inputs.dropFirst() {
      guard other.count == shape.count,
        shape.indices.allSatisfy({ $0 == axis || shape[$0] == other[$0] })
      else { throw invalid("shapes \(shape) and \(other) cannot be joined along axis \(axis)") }
      shape[axis] += other[axis]
    }
    return shape
  }

  private func reshaped(_ shape: [Int], _ target: [Int], _ allowsZero: Bool) throws(NetworkError) -> [Int] {
    var result = target
    for (index, size) in target.enumerated() where size == 0 && !allowsZero {
      guard shape.indices.contains(index) else { throw invalid("\(shape) cannot become \(target)") }
      result[index] = shape[index]
    }
    let count = shape.reduce(1, *)
    let known = result.reduce(1) { product, size in
      size == -1 ? product : product.multipliedReportingOverflow(by: size).partialValue
    }
    let open = result.indices.filter { result[$0] == -1 }
    guard open.count <= 1, result.allSatisfy({ $0 >= -1 }), known >= 0 else {
      throw invalid("\(shape) cannot become \(target)")
    }
    if let index = open.first {
      guard known > 0, count % known == 0 else { throw invalid("\(shape) cannot become \(target)") }
      result[index] = count / known
    } else if known != count {
      throw invalid("\(shape) cannot become \(target)")
    }
    return result
  }

  private func padded(_ pad: ConstantPad) throws(NetworkError) -> [Int] {
    let shape = try input(0)
    let amounts = try padAmounts(pad)
    return try shape.indices.map { index throws(NetworkError) in
      let size = shape[index] + amounts[index] + amounts[shape.count + index]
      guard size >= 0 else { throw invalid("pads \(amounts) leave nothing of \(shape)") }
      return size
    }
  }

  /// Twice as many numbers as dimensions, each of a size that cannot overflow.
  func padAmounts(_ pad: ConstantPad) throws(NetworkError) -> [Int] {
    let shape = try input(0)
    let amounts = if let fixed = pad.amounts { fixed } else { try known(1) }
    guard amounts.count == 2 * shape.count, amounts.allSatisfy({ $0.magnitude < 1 << 24 })
    else {
      throw invalid("pads \(amounts) do not fit \(shape)")
    }
    return amounts
  }

  /// By dimension the indices that a slice takes.
  func sliceRanges() throws(NetworkError) -> [SliceRange] {
    let shape = try input(0)
    let (starts, ends) = (try known(1), try known(2))
    let axes = try self.axes(
      inputs.count > 3 && !node.inputs[3].isEmpty ? try known(3) : Array(starts.indices), rank: shape.count)
    let steps =
      inputs.count > 4 && !node.inputs[4].isEmpty ? try known(4) : Array(repeating: 1, count: starts.count)
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
      throw invalid("its bounds differ in number")
    }
    var ranges = shape.map { SliceRange(start: 0, step: 1, count: $0) }
    for index in starts.indices {
      guard
        let range = SliceRange(
          starts[index], ends[index], step: steps[index], size: shape[axes[index]])
      else { throw invalid("a step of \(steps[index])") }
      ranges[axes[index]] = range
    }
    return ranges
  }
}

/// The indices start, start + step, … along one dimension.
struct SliceRange {
  var start: Int
  var step: Int
  var count: Int

  init(start: Int, step: Int, count: Int) {
    self.start = start
    self.step = step
    self.count = count
  }

  /// ONNX's clamping of bounds that lie outside; nil for a step of zero.
  init?(_ start: Int, _ end: Int, step: Int, size: Int) {
    guard step != 0, step > Int.min else { return nil }
    func clamp(_ index: Int, _ low: Int, _ high: Int) -> Int {
      min(max(index < 0 ? index + size : index, low), high)
    }
    self.step = step
    if step > 0 {
      self.start = clamp(start, 0, size)
      let length = max(clamp(end, 0, size) - self.start, 0)
      count = length == 0 ? 0 : (length - 1) / step + 1
    } else {
      self.start = clamp(start, 0, size - 1)
      let length = max(self.start - clamp(end, -1, size - 1), 0)
      count = length == 0 ? 0 : (length - 1) / -step + 1
    }
  }
}
