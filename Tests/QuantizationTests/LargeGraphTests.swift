import Network
import Testing

@testable import Quantization

/// Graphs whose ways, or whose parts that share a quantisation, are many: none takes long.
@Suite(.timeLimit(.minutes(1))) struct `Graphs of many ways` {
  @Test(arguments: [2, 4])
  func `a chain of operators that read one value several times is one table each`(inputs: Int) throws {
    let small = SmallGraph("a chain", size: 8) { b in
      let stem = b.convolution("input", from: 3, to: 16, kernel: 1)
      return (0..<40).reduce(stem) { value, _ in
        b.append(
          .general(GeneralOperator("Max", opset: 13, attributes: [:])), Array(repeating: value, count: inputs)
        )
      }
    }
    let network = try small.quantized()
    #expect(network.structure.operations.count == 41)
    let executor = PlanExecutor(try CompiledPlan(network))
    try executor.run(tensor: small.images[0].floats)
    // The greatest of a value and itself is the value.
    let first = PlanExecutor(try CompiledPlan(network, outputs: [network.layers[1]]))
    try first.run(tensor: small.images[0].floats)
    let step = network.structure.values.last?.quantization?.scale ?? 0
    for (last, value) in zip(executor.output(0), first.output(0)) { #expect(abs(last - value) <= 40 * step) }
  }

  @Test func `a concatenation of a thousand values has one quantisation, found once`() throws {
    let small = SmallGraph("a wide concatenation", size: 4) { b in
      b.append(.concat(axis: 1), (0..<1_000).map { _ in b.append(.activation(.relu), ["input"]) })
    }
    let network = try small.quantized()
    let scales = Set(network.structure.values.dropFirst().compactMap { $0.quantization?.scale })
    #expect(scales.count == 1)
  }
}

@Suite struct `Weights that bytes have nothing for` {
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `are refused by the name of their node`(value: Float) throws {
    let small = SmallGraph("a convolution", size: 8) { b in b.convolution("input", from: 3, to: 16, kernel: 1)
    }
    for (name, constant) in small.graph.constants {
      var values = constant.floats
      values[values.count / 2] = value
      var graph = small.graph
      graph.constants[name] = Tensor(shape: constant.shape, values: values)
      let error = #expect(throws: NetworkError.self) {
        try QuantizedNetwork.quantize(graph, calibration: Calibration())
      }
      #expect(error?.description.contains("node0") == true && error?.description.contains(name) == true)
    }
  }
}
