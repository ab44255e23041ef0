import Foundation

/// What training measures; networks that were exported with their loss have them. Source: ONNX
/// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.
extension Evaluation {
  static let losses: [String: Function] = [
    "NegativeLogLikelihoodLoss": { node throws(NetworkError) in
      let x = try node.input(0)
      return [try loss(node, x.doubles, x)]
    },
    "SoftmaxCrossEntropyLoss": { node throws(NetworkError) in
      let x = try node.input(0)
      let lines = Lines(x.shape, axis: try node.axis(1, rank: x.shape.count))
      var values = x.doubles
      for line in 0..<(lines.size == 0 ? 0 : lines.count) {
        let places = (0..<lines.size).map { lines.start(line) + $0 * lines.step }
        let most = places.map { values[$0] }.max() ?? 0
        let sum = log(places.reduce(0) { $0 + exp(values[$1] - most) })
        for place in places { values[place] -= most + sum }
      }
      return [try loss(node, values, x), Tensor(shape: x.shape, element: x.element, rounding: values)]
    },
  ]

  static let lossShapes: [String: ShapeRule] = [
    "NegativeLogLikelihoodLoss": { node throws(NetworkError) in [try lossShape(node)] },
    "SoftmaxCrossEntropyLoss": { node throws(NetworkError) in [try lossShape(node), try node.shape(0)] },
  ]

  private static func lossShape(_ node: EvaluatedNode) throws(NetworkError) -> [Int] {
    node.operation.text("reduction", default: "mean") == "none" ? try node.shape(1) : []
  }

  private static func loss(
    _ node: EvaluatedNode, _ values: [Double], _ x: Tensor
  ) throws(NetworkError) -> Tensor {
    let target = try node.input(1)
    let lines = Lines(x.shape, axis: try node.axis(1, rank: x.shape.count))
    let ignored = node.operation.integer("ignore_index")
    let weights = node.optional(2)?.doubles
    let classes = try node.integers(1)
    guard classes.count == lines.count, weights.map({ $0.count == lines.size }) ?? true else {
      throw node.invalid("targets of shape \(target.shape) do not fit \(x.shape)")
    }
    var losses: [Double] = []
    var total = 0.0
    for (line, index) in classes.enumerated() {
      if index == ignored {
        losses.append(0)
        continue
      }
      guard index >= 0, index < lines.size else { throw node.invalid("class \(index) of \(lines.size)") }
      let weight = weights?[index] ?? 1
      total += weight
      losses.append(-values[lines.start(line) + index * lines.step] * weight)
    }
    let result: [Double]
    switch node.operation.text("reduction", default: "mean") {
    case "none": result = losses
    case "sum": result = [losses.reduce(0, +)]
    default: result = [losses.reduce(0, +) / total]
    }
    return Tensor(shape: try lossShape(node), element: x.element, rounding: result)
  }
}
