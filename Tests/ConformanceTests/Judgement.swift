import Foundation
import Network

/// What running a case showed.
enum Judgement: Sendable, Equatable {
  case passed
  /// The reader or the executor said that it cannot do this.
  case refused(String)
  /// A result is not what the suite expects.
  case wrong(String)

  init(_ test: ConformanceCase) {
    do {
      let graph = try Graph.load(onnx: test.path("model.onnx"))
      let inputs = try Self.inputs(of: graph, test)
      let results = try FloatExecutor(graph).run(inputs, outputs: graph.outputs.filter { !$0.isEmpty })
      self = try Self.difference(graph.outputs.map { results[$0] }, test).map { .wrong($0) } ?? .passed
    } catch {
      self = .refused("\(error)")
    }
  }

  /// The graph as the passes leave it: they may compute in float32 what was of another width.
  static func simplified(_ test: ConformanceCase) throws -> String? {
    let graph = try Graph.load(onnx: test.path("model.onnx"))
    var inputs = try Self.inputs(of: graph, test)
    // What float32 cannot hold the passes lose.
    if inputs.values.contains(where: { $0.element == .float64 }) { return nil }
    let simplified = try graph.simplified()
    for input in simplified.inputs where input.element == .float32 {
      inputs[input.name] = inputs[input.name].map { Tensor(shape: $0.shape, values: $0.floats) }
    }
    let results = try FloatExecutor(simplified).run(inputs, outputs: simplified.outputs)
    return try difference(graph.outputs.map { results[$0] }, test, allowsWidening: true)
  }

  private static func inputs(of graph: Graph, _ test: ConformanceCase) throws -> [String: Tensor] {
    var inputs: [String: Tensor] = [:]
    for (index, input) in graph.inputs.enumerated() {
      let path = test.path("input_\(index).pb")
      if FileManager.default.fileExists(atPath: path) {
        inputs[input.name] = try Tensor.load(onnx: path).tensor
      }
    }
    return inputs
  }

  /// The first thing in which results are not the expected ones, within the case's tolerances.
  private static func difference(
    _ results: [Tensor?], _ test: ConformanceCase, allowsWidening: Bool = false
  ) throws -> String? {
    for (index, result) in results.enumerated() {
      let path = test.path("output_\(index).pb")
      guard FileManager.default.fileExists(atPath: path) else { return "output \(index) is no tensor" }
      let expected = try Tensor.load(onnx: path).tensor
      guard let result else { return "there is no output \(index)" }
      guard result.shape == expected.shape else { return "shape \(result.shape), not \(expected.shape)" }
      let isWidened = allowsWidening && result.element == .float32 && expected.element.isFloatingPoint
      guard result.element == expected.element || isWidened else {
        return "type \(result.element.name), not \(expected.element.name)"
      }
      if let text = difference(
        result, expected, test, relative: isWidened && expected.element != .float32 ? 0.05 : nil)
      {
        return "output \(index), " + text
      }
    }
    return nil
  }

  private static func difference(
    _ result: Tensor, _ expected: Tensor, _ test: ConformanceCase, relative: Double?
  ) -> String? {
    if let integers = expected.integers, test.absoluteTolerance < 1 {
      guard let own = result.integers, own != integers else { return nil }
      let place = zip(own, integers).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
      return "element \(place): \(own[place]), not \(integers[place])"
    }
    if let texts = expected.texts { return result.texts == texts ? nil : "other strings" }
    let tolerance = relative ?? test.relativeTolerance
    let least = relative.map { $0 / 10 } ?? test.absoluteTolerance
    for (place, (a, b)) in zip(result.doubles, expected.doubles).enumerated() {
      let isNear = a == b || a.isNaN && b.isNaN || abs(a - b) <= least + tolerance * abs(b)
      if !isNear { return "element \(place): \(a), not \(b)" }
    }
    return nil
  }
}
