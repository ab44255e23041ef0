/// Operators that move elements or repeat them, whatever their type.
extension Evaluation {
  static let moving: [String: Function] = [
    "Squeeze": reshaped, "Unsqueeze": reshaped, "Reshape": reshaped, "Flatten": reshaped,
    "Expand": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let lead = shape.count - x.shape.count
      let steps = FloatStep.steps(x.shape)
      let moved = shape.indices.map { $0 < lead || x.shape[$0 - lead] == 1 ? 0 : steps[$0 - lead] }
      return [x.picking(places(shape, steps: moved), shape: shape)]
    },
    "Tile": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let indices = shape.indices.map { axis in (0..<shape[axis]).map { $0 % max(x.shape[axis], 1) } }
      return [x.picking(places(indices, of: x.shape), shape: shape)]
    },
    "Split": { node throws(NetworkError) in
      let (x, shapes) = (try node.input(0), try node.shapes())
      let axis = try node.axis(node.operation.integer("axis", default: 0), rank: x.shape.count)
      var from = 0
      var results: [Tensor] = []
      for shape in shapes {
        var indices = x.shape.map { Array(0..<$0) }
        indices[axis] = Array(from..<from + shape[axis])
        from += shape[axis]
        results.append(x.picking(places(indices, of: x.shape), shape: shape))
      }
      return results
    },
    "Pad": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let amounts = try padAmounts(node)
      let mode = node.operation.text("mode", default: "constant")
      let indices = try shape.indices.map { axis throws(NetworkError) in
        try (0..<shape[axis]).map { index throws(NetworkError) in
          try padded(index - amounts[axis], of: x.shape[axis], mode, node)
        }
      }
      let value = node.operation.float("value").map { Tensor(shape: [], values: [$0]) } ?? node.optional(2)
      let fill = try value.map { value throws(NetworkError) in try cast(value, to: x.element) }
      return [x.picking(places(indices, of: x.shape), shape: shape, fill: fill)]
    },
    "DepthToSpace": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let block = node.operation.integer("blocksize", default: 1)
      let isColumnRowDepth = node.operation.text("mode") == "CRD"
      let (height, width, channels) = (x.shape[2], x.shape[3], shape[1])
      let steps = FloatStep.steps(x.shape)
      // Result [n, c, y, by, x, bx] from channel (by, bx, c), or (c, by, bx).
      let (down, across, depth) =
        isColumnRowDepth ? (block, 1, block * block) : (block * channels, channels, 1)
      let moved = places(
        [shape[0], channels, height, block, width, block],
        steps: [steps[0], depth * steps[1], steps[2], down * steps[1], steps[3], across * steps[1]])
      return [x.picking(moved, shape: shape)]
    },
    "SpaceToDepth": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let block = node.operation.integer("blocksize", default: 1)
      let steps = FloatStep.steps(x.shape)
      let isColumnRowDepth = node.operation.text("mode") == "CRD"
      let moved = places(
        [shape[0]] + (isColumnRowDepth ? [x.shape[1], block, block] : [block, block, x.shape[1]])
          + [shape[2], shape[3]],
        steps: [steps[0]]
          + (isColumnRowDepth ? [steps[1], steps[2], steps[3]] : [steps[2], steps[3], steps[1]])
          + [block * steps[2], block * steps[3]])
      return [x.picking(moved, shape: shape)]
    },
    "Trilu": { node throws(NetworkError) in
      let x = try node.input(0)
      let rank = x.shape.count
      guard rank >= 2 else { throw node.invalid("it needs a matrix, not \(x.shape)") }
      let diagonal = node.optional(1)?.integers?.first ?? 0
      let isUpper = node.operation.flag("upper", default: true)
      let (rows, columns) = (x.shape[rank - 2], x.shape[rank - 1])
      let kept = (0..<x.count).map { place in
        let distance = Int64(place % columns - place / columns % rows)
        return (isUpper ? distance >= diagonal : distance <= diagonal) ? place : -1
      }
      return [x.picking(kept, shape: x.shape)]
    },
    "ReverseSequence": { node throws(NetworkError) in
      let x = try node.input(0)
      let lengths = try node.integers(1)
      let time = try node.axis(node.operation.integer("time_axis", default: 0), rank: x.shape.count)
      let batch = try node.axis(node.operation.integer("batch_axis", default: 1), rank: x.shape.count)
      guard time != batch, lengths.count == x.shape[batch],
        lengths.allSatisfy({ $0 >= 0 && $0 <= x.shape[time] })
      else { throw node.invalid("lengths \(lengths) do not fit \(x.shape)") }
      let steps = FloatStep.steps(x.shape)
      let moved = (0..<x.count).map { place in
        let (at, length) = (
          place / steps[time] % x.shape[time], lengths[place / steps[batch] % x.shape[batch]]
        )
        return at < length ? place + (length - 1 - 2 * at) * steps[time] : place
      }
      return [x.picking(moved, shape: x.shape)]
    },
    "CenterCropPad": { node throws(NetworkError) in
      let (x, shape) = (try node.input(0), try node.shapes()[0])
      let indices = shape.indices.map { axis in
        let (size, target) = (x.shape[axis], shape[axis])
        let shift = target < size ? (size - target) / 2 : -((target - size) / 2)
        return (0..<target).map { (0..<size).contains($0 + shift) ? $0 + shift : -1 }
      }
      return [x.picking(places(indices, of: x.shape), shape: shape)]
    },
    "Compress": { node throws(NetworkError) in
      var x = try node.input(0)
      var axis = 0
      if let given = node.operation.integer("axis") {
        axis = try node.axis(given, rank: x.shape.count)
      } else {
        x = x.reshaped([x.count])
      }
      let flags = try node.integers(1)
      guard flags.count <= x.shape[axis] else { throw node.invalid("\(flags.count) flags for \(x.shape)") }
      var indices = x.shape.map { Array(0..<$0) }
      indices[axis] = flags.indices.filter { flags[$0] != 0 }
      return [x.picking(places(indices, of: x.shape), shape: indices.map(\.count))]
    },
  ]

  private static let reshaped: Function = { node throws(NetworkError) in
    [try node.input(0).reshaped(try node.shapes()[0])]
  }

  private static func padded(
    _ index: Int, of size: Int, _ mode: String, _ node: EvaluatedNode
  ) throws(NetworkError) -> Int {
    if (0..<size).contains(index) { return index }
    guard size > 0 || mode == "constant" else { throw node.invalid("there is nothing to repeat") }
    switch mode {
    case "constant": return -1
    case "edge": return index < 0 ? 0 : size - 1
    case "wrap": return ((index % size) + size) % size
    case "reflect":
      let period = max(2 * (size - 1), 1)
      let place = ((index % period) + period) % period
      return min(place, period - place) % size
    default: throw node.invalid("mode \"\(mode)\"")
    }
  }
}
