import Network
import Testing

/// Two convolutions `a` and `b` of `x`, and what is made of them.
struct DeferredCase: Sendable, CustomTestStringConvertible {
  let name: String
  let nodes: [Node]
  var outputs = ["y"]
  var testDescription: String { name }

  static func concat(_ inputs: [String], to output: String = "y", axis: Int = 1) -> Node {
    Node(name: output, inputs: inputs, outputs: [output], operation: .concat(axis: axis))
  }

  static func add(_ inputs: [String], to output: String = "y", activation: Activation? = nil) -> Node {
    Node(name: output, inputs: inputs, outputs: [output], operation: .add(activation: activation))
  }
}

@Suite("Convolutions that wait for who reads them give the same bits as nodes one after another")
struct DeferredConvolutionTests {
  static let cases: [DeferredCase] = [
    .init(name: "to the input", nodes: [DeferredCase.add(["a", "x"])]),
    .init(
      name: "from the left, then an activation", nodes: [DeferredCase.add(["x", "b"], activation: .relu)]),
    .init(
      name: "an activation that is not a clamp", nodes: [DeferredCase.add(["x", "b"], activation: .sigmoid)]),
    .init(name: "of two convolutions", nodes: [DeferredCase.add(["a", "b"], activation: .relu)]),
    .init(name: "of one to itself", nodes: [DeferredCase.add(["a", "a"])]),
    .init(
      name: "read elsewhere too",
      nodes: [DeferredCase.add(["a", "x"], to: "z"), DeferredCase.add(["z", "a"])]),
    .init(name: "wanted itself", nodes: [DeferredCase.add(["a", "x"])], outputs: ["y", "a"]),
    .init(name: "with a value a channel", nodes: [DeferredCase.add(["a", "c"])]),
    .init(
      name: "one after another",
      nodes: [DeferredCase.add(["a", "x"], to: "z"), DeferredCase.add(["b", "z"])]),
    .init(name: "side by side", nodes: [DeferredCase.concat(["a", "b"])]),
    .init(name: "beside others", nodes: [DeferredCase.concat(["x", "b", "x", "a"])]),
    .init(name: "along lines", nodes: [DeferredCase.concat(["a", "b"], axis: 2)]),
    .init(
      name: "side by side, one of them also added",
      nodes: [DeferredCase.add(["a", "x"], to: "z"), DeferredCase.concat(["a", "b", "z"])]),
  ]

  private func tensor(_ shape: [Int], seed: UInt64) -> Tensor {
    var state = seed
    return Tensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int64(state >> 33) % 2001 - 1000) / 1000
      })
  }

  @Test("with every instruction set, for one image and two", arguments: cases, [1, 2])
  func sameBits(test: DeferredCase, images: Int) throws {
    let activation: Activation? = test.nodes.contains { $0.operation == .concat(axis: 1) } ? .relu : nil
    let window = Convolution(
      kernel: Int2(3, 3), pads: Padding(top: 1, left: 1, bottom: 1, right: 1), activation: activation)
    let convolutions = ["a", "b"].map {
      Node(name: $0, inputs: ["x", "w\($0)", "bias"], outputs: [$0], operation: .convolution(window))
    }
    let graph = Graph(
      name: "sum", inputs: [GraphInput(name: "x", shape: [images, 40, 7, 7])], outputs: test.outputs,
      nodes: convolutions + test.nodes,
      constants: [
        "wa": tensor([40, 40, 3, 3], seed: 1), "wb": tensor([40, 40, 3, 3], seed: 2),
        "bias": tensor([40], seed: 3), "c": tensor([40, 1, 1], seed: 4),
      ])
    let x = tensor([images, 40, 7, 7], seed: 5)
    for set in InstructionSet.available {
      let executor = try FloatExecutor(graph, instructionSet: set)
      let found = try executor.run(["x": x], outputs: test.outputs)
      // With an observer, every node makes its own value.
      var observed: [String] = []
      let expected = try executor.run(["x": x], outputs: test.outputs) { name, _ in observed.append(name) }
      #expect(observed.contains("a") || observed.contains("b"))
      for output in test.outputs {
        #expect(
          found[output]?.floats.map(\.bitPattern) == expected[output]?.floats.map(\.bitPattern), "\(set)")
      }
    }
  }
}
