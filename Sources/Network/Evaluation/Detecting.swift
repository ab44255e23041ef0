/// Boxes over maps. Source: ONNX NonMaxSuppression and RoiAlign.
extension Evaluation {
  static let detecting: [String: Function] = [
    "NonMaxSuppression": { node throws(NetworkError) in try suppress(node) },
    "RoiAlign": { node throws(NetworkError) in try alignRegions(node) },
  ]

  static let detectingShapes: [String: ShapeRule] = [
    "RoiAlign": { node throws(NetworkError) in
      let (shape, regions, operation) = (try node.shape(0), try node.shape(1), node.operation)
      guard shape.count == 4, regions.count == 2, regions[1] == 4 else {
        throw node.invalid("regions \(regions) of \(shape)")
      }
      let sizes = [
        operation.integer("output_height", default: 1), operation.integer("output_width", default: 1),
      ]
      return [[regions[0], shape[1]] + sizes]
    }
  ]

  /// Each region as a map of fixed size: means or maxima of values between the elements.
  private static func alignRegions(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, operation, shape) = (try node.input(0), node.operation, try node.shapes()[0])
    let (corners, images) = (try node.input(1).doubles, try node.integers(2))
    let scale = Double(operation.float("spatial_scale", default: 1))
    let isOld = operation.opset < 16
    let mode = operation.text(
      "coordinate_transformation_mode", default: isOld ? "output_half_pixel" : "half_pixel")
    let (isCentered, takesMost) = (mode == "half_pixel", operation.text("mode") == "max")
    let ratio = operation.integer("sampling_ratio", default: 0)
    let (height, width, plane) = (x.shape[2], x.shape[3], x.shape[2] * x.shape[3])
    guard images.count == shape[0], images.allSatisfy({ (0..<x.shape[0]).contains($0) }), plane > 0 else {
      throw node.invalid("its images do not fit \(x.shape)")
    }
    let values = x.doubles
    var results: [Double] = []
    results.reserveCapacity(shape.reduce(1, *))
    for region in 0..<shape[0] {
      let edges = (0..<4).map { corners[region * 4 + $0] * scale - (isCentered ? 0.5 : 0) }
      var (high, wide) = (edges[3] - edges[1], edges[2] - edges[0])
      if !isCentered { (high, wide) = (max(high, 1), max(wide, 1)) }
      let (binHeight, binWidth) = (high / Double(shape[2]), wide / Double(shape[3]))
      let limit = 1024.0
      guard ratio <= 1024, abs(binHeight) <= limit, abs(binWidth) <= limit else {
        throw node.invalid("region \(region) is too large")
      }
      let rows = ratio > 0 ? ratio : max(Int(binHeight.rounded(.up)), 0)
      let columns = ratio > 0 ? ratio : max(Int(binWidth.rounded(.up)), 0)
      for channel in 0..<shape[1] {
        let map = (images[region] * shape[1] + channel) * plane
        for bin in 0..<shape[2] * shape[3] {
          var (sum, most) = (0.0, -Double.infinity)
          for sample in 0..<rows * columns {
            let (row, column) = (Double(sample / columns) + 0.5, Double(sample % columns) + 0.5)
            let y = edges[1] + (Double(bin / shape[3]) + row / Double(rows)) * binHeight
            let left = edges[0] + (Double(bin % shape[3]) + column / Double(columns)) * binWidth
            for tap in regionTaps(y, left, height, width) {
              let value = tap.weight * values[map + tap.index]
              sum += value
              most = max(most, value)
            }
          }
          results.append(takesMost ? (most.isFinite ? most : 0) : sum / Double(max(rows * columns, 1)))
        }
      }
    }
    return [Tensor(shape: shape, element: x.element, rounding: results)]
  }

  /// The four neighbours of a place, those outside moved to the edge; none far outside.
  private static func regionTaps(
    _ y: Double, _ x: Double, _ height: Int, _ width: Int
  ) -> [(index: Int, weight: Double)] {
    guard y >= -1, y <= Double(height), x >= -1, x <= Double(width) else { return [] }
    let (down, across) = (min(max(y, 0), Double(height - 1)), min(max(x, 0), Double(width - 1)))
    let (top, left) = (Int(down), Int(across))
    let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
    let (low, near) = (down - Double(top), across - Double(left))
    return [
      (top * width + left, (1 - low) * (1 - near)), (top * width + right, (1 - low) * near),
      (bottom * width + left, low * (1 - near)), (bottom * width + right, low * near),
    ]
  }

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
