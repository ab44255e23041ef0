/// A window moved over maps of any number of spatial dimensions, as the attributes of convolutions and pools have it.
struct SpatialWindow {
  let map: [Int]
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let before: [Int]
  let after: [Int]
  let output: [Int]

  /// - Throws: where the attributes do not fit the map, or each other.
  init(_ node: EvaluatedNode, map: [Int], kernel: [Int]) throws(NetworkError) {
    let rank = map.count
    self.map = map
    self.kernel = kernel
    strides = node.operation.integers("strides") ?? [Int](repeating: 1, count: rank)
    dilations = node.operation.integers("dilations") ?? [Int](repeating: 1, count: rank)
    let pads = node.operation.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    guard rank > 0, kernel.count == rank, strides.count == rank, dilations.count == rank,
      pads.count == 2 * rank
    else { throw node.invalid("its window does not fit a map of shape \(map)") }
    let automatic: AutomaticPadding? =
      switch node.operation.text("auto_pad", default: "NOTSET") {
      case "SAME_UPPER": .sameUpper
      case "SAME_LOWER": .sameLower
      default: nil
      }
    let isPadded = node.operation.text("auto_pad", default: "NOTSET") != "VALID"
    var (before, after, output) = ([Int](), [Int](), [Int]())
    for axis in 0..<rank {
      let direction = try WindowGeometry.direction(
        map[axis], kernel[axis], strides[axis], dilations[axis], isPadded ? pads[axis] : 0,
        isPadded ? pads[axis + rank] : 0, automatic, node.operation.flag("ceil_mode"), node.name)
      before.append(direction.before)
      after.append(direction.after)
      output.append(direction.output)
    }
    (self.before, self.after, self.output) = (before, after, output)
    _ = try node.count(of: output)
    _ = try node.count(of: kernel)
  }

  /// An element under the window: where in the window, and where in the map.
  struct Tap {
    var window: Int
    var map: Int
  }

  /// For each place of the window, those of its elements that lie in the map; and how many lie in the padded map.
  func taps(_ body: (_ output: Int, _ taps: [Tap], _ padded: Int) -> Void) {
    let mapSteps = FloatStep.steps(map)
    let windowSteps = FloatStep.steps(kernel)
    var position = [Int](repeating: 0, count: map.count)
    for place in 0..<output.reduce(1, *) {
      var taps = [Tap(window: 0, map: 0)]
      var padded = 1
      for axis in map.indices {
        let start = position[axis] * strides[axis] - before[axis]
        var inside = 0
        var next: [Tap] = []
        for index in 0..<kernel[axis] {
          let at = start + index * dilations[axis]
          if at < map[axis] + after[axis] { inside += 1 }
          guard at >= 0, at < map[axis] else { continue }
          for tap in taps {
            next.append(
              Tap(window: tap.window + index * windowSteps[axis], map: tap.map + at * mapSteps[axis]))
          }
        }
        taps = next
        padded *= inside
      }
      body(place, taps, padded)
      for axis in map.indices.reversed() {
        position[axis] += 1
        if position[axis] < output[axis] { break }
        position[axis] = 0
      }
    }
  }
}

extension EvaluatedNode {
  /// The sizes of the spatial dimensions of a tensor [N, C, …].
  func map(_ index: Int = 0) throws(NetworkError) -> [Int] {
    let shape = try shape(index)
    guard shape.count >= 3 else { throw invalid("it needs a map, its input has the shape \(shape)") }
    return Array(shape.dropFirst(2))
  }
}
