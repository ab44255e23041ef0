/// Boxes over maps. Source: ONNX NonMaxSuppression.
extension Evaluation {
  static let detecting: [String: Function] = [
    "NonMaxSuppression": { node throws(NetworkError) in try suppress(node) }
  ]

  private struct Box {
    var (top, left, bottom, right) = (0.0, 0.0, 0.0, 0.0)

    init(_ values: ArraySlice<Double>, isCentered: Bool) {
      let v = Array(values)
      if isCentered {
        (left, right) = (v[0] - v[2] / 2, v[0] + v[2] / 2)
        (top, bottom) = (v[1] - v[3] / 2, v[1] + v[3] / 2)
      } else {
        (top, bottom) = (min(v[0], v[2]), max(v[0], v[2]))
        (left, right) = (min(v[1], v[3]), max(v[1], v[3]))
      }
    }

    var area: Double { (bottom - top) * (right - left) }

    /// The share of the two boxes' area that both have.
    func overlap(_ other: Box) -> Double {
      let height = min(bottom, other.bottom) - max(top, other.top)
      let width = min(right, other.right) - max(left, other.left)
      guard height > 0, width > 0, area > 0, other.area > 0 else { return 0 }
      return height * width / (area + other.area - height * width)
    }
  }

  /// Of each class the boxes of highest score, less those that overlap a chosen one.
  private static func suppress(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (boxes, scores) = (try node.input(0), try node.input(1))
    let most = node.optional(2)?.integers?.first ?? 0
    let overlap = node.optional(3)?.doubles.first ?? 0
    let least = node.optional(4)?.doubles.first ?? -.infinity
    let isCentered = node.operation.flag("center_point_box")
    guard boxes.shape.count == 3, scores.shape.count == 3, boxes.shape[2] == 4,
      boxes.shape[0] == scores.shape[0],
      boxes.shape[1] == scores.shape[2]
    else { throw node.invalid("boxes \(boxes.shape) and scores \(scores.shape) do not fit") }
    let (corners, values, count) = (boxes.doubles, scores.doubles, boxes.shape[1])
    var chosen: [Int64] = []
    for line in 0..<scores.shape[0] * scores.shape[1] {
      let image = line / scores.shape[1]
      let ordered = (0..<count).filter { values[line * count + $0] > least }.sorted { a, b in
        let (left, right) = (values[line * count + a], values[line * count + b])
        return left == right ? a < b : left > right
      }
      var kept: [Box] = []
      for index in ordered {
        if kept.count >= most { break }
        let start = (image * count + index) * 4
        let box = Box(corners[start..<start + 4], isCentered: isCentered)
        guard kept.allSatisfy({ $0.overlap(box) <= overlap }) else { continue }
        kept.append(box)
        chosen += [Int64(image), Int64(line % scores.shape[1]), Int64(index)]
      }
    }
    return [Tensor(shape: [chosen.count / 3, 3], integers: chosen)]
  }
}
