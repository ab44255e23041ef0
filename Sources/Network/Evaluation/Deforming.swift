import Foundation

/// Convolutions that read at computed places, or keep what they have read for the next run. Source: ONNX DeformConv and
/// CausalConvWithState.
extension Evaluation {
  static func deformed(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (window, groups, shape) = try convolutionShape(node, weights: 1)
    let (x, w, offsets) = (try node.input(0), try node.input(1), try node.input(2))
    let parts = node.operation.integer("offset_group", default: 1)
    let (size, area, channels) = (window.kernel.reduce(1, *), window.output.reduce(1, *), x.shape[1])
    let bias = node.optional(3)?.doubles
    let mask = node.optional(4)?.doubles
    guard window.map.count == 2, parts > 0, parts <= channels, channels % parts == 0,
      offsets.shape == [shape[0], parts * size * 2] + window.output,
      mask.map({ $0.count == shape[0] * parts * size * area }) ?? true,
      bias.map({ $0.count == shape[1] }) ?? true
    else { throw node.invalid("offsets of shape \(offsets.shape) do not fit") }
    let (values, weights, moves) = (x.doubles, w.doubles, offsets.doubles)
    let (plane, depth, columns) = (window.map[0] * window.map[1], w.shape[1], window.output[1])
    var results = [Double](repeating: 0, count: try node.count(of: shape))
    for image in 0..<shape[0] {
      for place in 0..<area {
        for channel in 0..<channels {
          let part = image * parts + channel / (channels / parts)
          let (group, own) = (channel / depth, channel % depth)
          for tap in 0..<size {
            let move = (part * size + tap) * 2 * area + place
            let (row, column) = (tap / window.kernel[1], tap % window.kernel[1])
            let y = place / columns * window.strides[0] - window.before[0] + row * window.dilations[0]
            let left = place % columns * window.strides[1] - window.before[1] + column * window.dilations[1]
            let map = (image * channels + channel) * plane
            var value = 0.0
            for near in neighbours(Double(y) + moves[move], Double(left) + moves[move + area], window.map) {
              value += near.weight * values[map + near.index]
            }
            if let mask { value *= mask[(part * size + tap) * area + place] }
            for output in group * (shape[1] / groups)..<(group + 1) * (shape[1] / groups) {
              results[(image * shape[1] + output) * area + place] +=
                value * weights[(output * depth + own) * size + tap]
            }
          }
        }
      }
    }
    if let bias, area > 0 { for index in results.indices { results[index] += bias[index / area % shape[1]] } }
    return [Tensor(shape: shape, element: x.element, rounding: results)]
  }

  /// The elements of a map around a place, with their weights; outside the map there are zeros.
  private static func neighbours(_ y: Double, _ x: Double, _ map: [Int]) -> [(index: Int, weight: Double)] {
    guard y > -1, x > -1, y < Double(map[0]), x < Double(map[1]) else { return [] }
    let (top, left) = (y.rounded(.down), x.rounded(.down))
    var found: [(index: Int, weight: Double)] = []
    for (row, height) in [(Int(top), 1 - (y - top)), (Int(top) + 1, y - top)] where (0..<map[0]).contains(row)
    {
      for (column, width) in [(Int(left), 1 - (x - left)), (Int(left) + 1, x - left)]
      where (0..<map[1]).contains(column) {
        found.append((row * map[1] + column, height * width))
      }
    }
    return found
  }

  /// By channel over what came before and the input; what the next run has to know is the second result.
  static func causal(_ node: EvaluatedNode) throws(NetworkError) -> [Tensor] {
    let (x, w, shapes) = (try node.input(0), try node.input(1), try node.shapes())
    let (rows, length, reach) = (x.shape[0] * x.shape[1], x.shape[2], w.shape[2])
    let past = node.optional(3)?.doubles ?? [Double](repeating: 0, count: rows * (reach - 1))
    let bias = node.optional(2)?.doubles
    guard past.count == rows * (reach - 1), bias.map({ $0.count == x.shape[1] }) ?? true else {
      throw node.invalid("its past or its bias does not fit \(x.shape)")
    }
    let isGated = ["silu", "swish"].contains(node.operation.text("activation", default: "none"))
    let (values, weights) = (x.doubles, w.doubles)
    var (results, kept) = ([Double](), [Double]())
    for row in 0..<rows {
      let known =
        past[row * (reach - 1)..<(row + 1) * (reach - 1)] + values[row * length..<(row + 1) * length]
      let line = Array(known)
      let channel = row % x.shape[1]
      for place in 0..<length {
        let sum = (0..<reach).reduce(bias?[channel] ?? 0) {
          $0 + line[place + $1] * weights[channel * reach + $1]
        }
        results.append(isGated ? sum / (1 + exp(-sum)) : sum)
      }
      kept += line.suffix(reach - 1)
    }
    return [
      Tensor(shape: shapes[0], element: x.element, rounding: results),
      Tensor(shape: shapes[1], element: x.element, rounding: kept),
    ]
  }
}
