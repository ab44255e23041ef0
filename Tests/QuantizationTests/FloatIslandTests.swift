import Network
import Testing

@testable import Quantization

@Suite("Operators without int8 kernels")
struct FloatIslandTests {
  @Test("run in float32 amid int8, within what 8 bits can", arguments: SmallGraph.withFloatParts)
  func closeToFloat(small: SmallGraph) throws {
    let network = try small.quantized()
    #expect(try small.signalToNoise(of: network) > 300)
  }

  @Test("come back from a file with the same results", arguments: SmallGraph.withFloatParts)
  func roundTrip(small: SmallGraph) throws {
    let network = try small.quantized()
    let read = try QuantizedNetwork(serialized: network.serialized)
    let outputs = try [network, read].map { network in
      let executor = PlanExecutor(try CompiledPlan(network))
      try executor.run(tensor: small.images[3].floats)
      return executor.output(0)
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test("that follow one another are one part, without quantisation between them")
  func oneIsland() throws {
    let small = SmallGraph.withFloatParts[0]
    let islands = try small.quantized().structure.operations.compactMap { operation -> FloatIsland? in
      if case .floatIsland(let island) = operation { return island }
      return nil
    }
    #expect(islands.count == 1)
    #expect(islands.first?.nodes.count == 2)
  }

  @Test(
    "are not what gates, squeeze-and-excite and moved channels need: those are int8 throughout",
    arguments: SmallGraph.all)
  func noIslands(small: SmallGraph) throws {
    let islands = try small.quantized().structure.operations.filter { operation in
      if case .floatIsland = operation { return true }
      return false
    }
    #expect(islands.isEmpty)
  }

  @Test("give every value in between by its name")
  func innerLayers() throws {
    let small = SmallGraph.withFloatParts[0]
    let network = try small.quantized()
    let executor = PlanExecutor(try CompiledPlan(network, outputs: network.layers))
    try executor.run(tensor: small.images[0].floats)
    let expected = try FloatExecutor(small.graph).run(["input": small.images[0]], outputs: network.layers)
    for (index, layer) in network.layers.enumerated() {
      #expect(executor.output(index).count == expected[layer]?.count, "\(layer)")
    }
    #expect(network.layers.contains("value1") && network.layers.contains("value2"))
  }

  @Test("that no longer fit together are refused in a stored network")
  func hostile() throws {
    let network = try SmallGraph.withFloatParts[1].quantized()
    func refuses(_ change: (inout FloatIsland) -> Void) throws {
      var hostile = network
      for (index, operation) in hostile.structure.operations.enumerated() {
        guard case .floatIsland(var island) = operation else { continue }
        change(&island)
        hostile.structure.operations[index] = .floatIsland(island)
      }
      let bytes = try hostile.serialized
      #expect(throws: QuantizationError.self) { try QuantizedNetwork(serialized: bytes) }
    }
    try refuses { $0.inputs[0].shape = [1, 1 << 40] }
    try refuses { $0.inputs[0].value = 1000 }
    try refuses { $0.nodes.removeAll() }
    try refuses { $0.constants[0].elements.offset = 1 << 40 }
    try refuses { $0.constants[0].shape = [1 << 40, 1 << 40] }
    try refuses { $0.outputs[0].value = 0 }
  }
}

extension SmallGraph {
  func quantized() throws -> QuantizedNetwork {
    let executor = try FloatExecutor(graph)
    var calibration = Calibration()
    for image in images { try calibration.observe(image, through: executor) }
    return try QuantizedNetwork.quantize(graph, calibration: calibration)
  }

  /// Of the first output, over all images, against the float network.
  func signalToNoise(of network: QuantizedNetwork) throws -> Float {
    let float = try FloatExecutor(graph)
    let plan = PlanExecutor(try CompiledPlan(network))
    var signal: Float = 0
    var noise: Float = 0
    for image in images {
      let expected = try float.run(["input": image], outputs: graph.outputs).values.first?.floats ?? []
      try plan.run(tensor: image.floats)
      for (a, b) in zip(plan.output(0), expected) {
        signal += b * b
        noise += (a - b) * (a - b)
      }
    }
    return signal / noise
  }

  /// Graphs with operators that have no int8 kernel.
  static let withFloatParts: [SmallGraph] = [
    SmallGraph("normalisations across channels") { b in
      let a = b.convolution("input", from: 3, to: 20, kernel: 3)
      let normal = b.append(
        .localResponseNormalization(LocalResponseNormalization(alpha: 0.1, beta: 0.75, bias: 1, size: 5)), [a]
      )
      let again = b.append(
        .localResponseNormalization(LocalResponseNormalization(alpha: 0.2, beta: 0.5, bias: 1, size: 3)),
        [normal])
      return b.classifier(b.convolution(again, from: 20, to: 16, kernel: 3), channels: 16)
    },
    SmallGraph("a map read in another shape") { b in
      let map = b.convolution("input", from: 3, to: 16, kernel: 3)
      let reshaped = b.append(.reshape(allowsZero: false), [map, b.integers([-1, 16, 10, 40])])
      return b.convolution(reshaped, from: 16, to: 16, kernel: 3)
    },
    SmallGraph("channels last, a dense layer over them, and logarithms of probabilities") { b in
      let a = b.convolution("input", from: 3, to: 16, kernel: 3, stride: 4)
      let last = b.append(.transpose(permutation: [0, 2, 3, 1]), [a])
      let scores = b.dense(b.append(.flatten(axis: 1), [last]), from: 400, to: 10)
      return b.append(.logSoftmax(SoftmaxAxis(axis: 1)), [scores])
    },
    SmallGraph("means whose last windows hang over the padding that they count") { b in
      let a = b.convolution("input", from: 3, to: 16, kernel: 3)
      let pooling = Pooling(
        kernel: Int2(3, 3), strides: Int2(2, 2), pads: Padding(top: 1, left: 1, bottom: 1, right: 1),
        ceilMode: true, countIncludesPadding: true)
      return b.convolution(b.append(.averagePool(pooling), [a]), from: 16, to: 16, kernel: 1, activation: nil)
    },
    SmallGraph("a convolution that goes far into the padding") { b in
      let far = Padding(top: 5, left: 5, bottom: 5, right: 5)
      let a = b.convolution("input", from: 3, to: 16, kernel: 3, pads: far)
      return b.convolution(a, from: 16, to: 16, kernel: 3, groups: 16)
    },
  ]
}

extension GraphBuilder {
  mutating func classifier(_ value: String, channels: Int) -> String {
    let pooled = append(.globalAveragePool, [value])
    return dense(append(.flatten(axis: 1), [pooled]), from: channels, to: 10)
  }
}
