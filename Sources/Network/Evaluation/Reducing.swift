import Foundation

/// Reductions over some dimensions: axes are an attribute in older opsets and the second input in newer ones.
extension Evaluation {
  static let reducing: [String: Function] = [
    "ReduceSum": reduce { $0.reduce(0, +) }, "ReduceMean": reduce { $0.reduce(0, +) / Double($0.count) },
    "ReduceMax": reduce { $0.max() ?? -.infinity }, "ReduceMin": reduce { $0.min() ?? .infinity },
    "ReduceProd": reduce { $0.reduce(1, *) }, "ReduceL1": reduce { $0.reduce(0) { $0 + abs($1) } },
    "ReduceL2": reduce { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() },
    "ReduceSumSquare": reduce { $0.reduce(0) { $0 + $1 * $1 } },
    "ReduceLogSum": reduce { log($0.reduce(0, +)) },
    "ReduceLogSumExp": reduce { values in
      let most = values.max() ?? -.infinity
      return most.isFinite ? most + log(values.reduce(0) { $0 + exp($1 - most) }) : most
    },
  ]

  private static func reduce(_ combine: @escaping @Sendable ([Double]) -> Double) -> Function {
    { node throws(NetworkError) in
      let x = try node.input(0)
      let (reduced, shape) = try node.reduced(x.shape)
      if reduced.isEmpty, node.operation.flag("noop_with_empty_axes") { return [x] }
      // A tensor without elements may have dimensions of any size.
      let count = try node.count(of: shape)
      let steps = FloatStep.steps(x.shape)
      let others = x.shape.indices.filter { !reduced.contains($0) }
      let starts = count == 0 ? [] : places(others.map { x.shape[$0] }, steps: others.map { steps[$0] })
      let axes = reduced.sorted()
      let offsets = x.count == 0 ? [] : places(axes.map { x.shape[$0] }, steps: axes.map { steps[$0] })
      let source = x.doubles
      let results = starts.map { start in combine(offsets.map { source[start + $0] }) }
      guard let range = x.element.range else {
        return [Tensor(shape: shape, element: x.element, rounding: results)]
      }
      let integers = results.map { value in
        Int64(exactly: value.rounded(.towardZero)) ?? (value < 0 ? range.lower : range.upper)
      }
      return [Tensor(shape: shape, element: x.element, wrapping: integers)]
    }
  }
}
