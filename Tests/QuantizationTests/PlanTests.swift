import Network
import Testing

@testable import Quantization

@Suite("An int8 plan")
struct PlanTests {
  private func quantized(_ small: SmallGraph) throws -> (QuantizedNetwork, FloatExecutor) {
    let executor = try FloatExecutor(small.graph)
    var calibration = Calibration()
    for image in small.images { try calibration.observe(image, through: executor) }
    return (try QuantizedNetwork.quantize(small.graph, calibration: calibration), executor)
  }

  @Test("gives what the float network gives, within what 8 bits can", arguments: SmallGraph.all)
  func closeToFloat(small: SmallGraph) throws {
    let (network, float) = try quantized(small)
    let plan = PlanExecutor(try CompiledPlan(network))
    var signal: Float = 0
    var noise: Float = 0
    for image in small.images {
      let expected = try #require(try float.run(["input": image], outputs: small.graph.outputs).values.first)
        .floats
      try plan.run(tensor: image.floats)
      for (a, b) in zip(plan.output(0), expected) {
        signal += b * b
        noise += (a - b) * (a - b)
      }
    }
    // 20 decibels would be an error of a tenth of the value; a misplaced channel or border gives about 0.
    #expect(signal / noise > 300, "signal to noise \(signal / noise)")
  }

  @Test("gives the same bits on every instruction set, at every layer", arguments: SmallGraph.all)
  func bitEqual(small: SmallGraph) throws {
    let (network, _) = try quantized(small)
    let executors = try InstructionSet.available.map {
      PlanExecutor(try CompiledPlan(network, outputs: network.layers, instructionSet: $0))
    }
    let image = small.images[0].floats
    for executor in executors { try executor.run(tensor: image) }
    for layer in network.layers.indices {
      let reference = executors[0].output(layer)
      for executor in executors { #expect(executor.output(layer) == reference, "\(network.layers[layer])") }
    }
  }

  @Test("gives the same for a layer however many others are kept", arguments: SmallGraph.all)
  func keepingLayersChangesNothing(small: SmallGraph) throws {
    let (network, _) = try quantized(small)
    let image = small.images[0].floats
    let all = PlanExecutor(try CompiledPlan(network, outputs: network.layers))
    try all.run(tensor: image)
    for (index, layer) in network.layers.enumerated() {
      let alone = PlanExecutor(try CompiledPlan(network, outputs: [layer]))
      // Twice: what a first run leaves in memory must not show in the second.
      try alone.run(tensor: small.images[1].floats)
      try alone.run(tensor: image)
      #expect(alone.output(0) == all.output(index), "\(layer)")
    }
  }

  @Test("gives for several images at once what it gives for each alone", arguments: SmallGraph.all)
  func severalImages(small: SmallGraph) throws {
    let (network, _) = try quantized(small)
    for outputs in [network.outputs, network.layers] {
      let plan = try CompiledPlan(network, outputs: outputs)
      let executor = PlanExecutor(plan)
      // More than are run at once, and a rest.
      let images = small.images.prefix(11).map(\.floats)
      let together = try executor.run(tensors: images)
      for (image, results) in zip(images, together) {
        try executor.run(tensor: image)
        #expect(results == outputs.indices.map(executor.output))
      }
    }
  }

  @Test("keeps a residual's memory for its sum")
  func overwritesResiduals() throws {
    let memory = try CompiledPlan(SmallGraph.turns.quantized()).head.memory
    let sums = memory.operations.compactMap { operation -> QuantizedConvolution? in
      guard case .convolution(let convolution) = operation, convolution.residual != nil else { return nil }
      return convolution
    }
    #expect(sums.count == 1)
    for sum in sums { #expect(sum.residual.map(memory.start) == memory.start(of: sum.output)) }
  }

  @Test("lays an image's three bytes side by side where windows are wide, and all in four elsewhere")
  func imageLayout() throws {
    func block(_ build: (inout GraphBuilder) -> String) throws -> Int {
      let network = try SmallGraph("an image", build).quantized()
      return try CompiledPlan(network, instructionSet: .scalar).head.memory.layouts[network.structure.input]
        .block
    }
    #expect(try block { $0.convolution("input", from: 3, to: 8, kernel: 7, stride: 2) } == 3)
    #expect(try block { $0.convolution("input", from: 3, to: 8, kernel: 5) } == 3)
    #expect(try block { $0.convolution("input", from: 3, to: 8, kernel: 3) } == 4)
    #expect(try block { $0.convolution("input", from: 3, to: 8, kernel: 5, dilation: 2) } == 4)
    let both = try block { b in
      let wide = b.convolution("input", from: 3, to: 8, kernel: 7)
      return b.append(.add(activation: nil), [wide, b.convolution("input", from: 3, to: 8, kernel: 3)])
    }
    #expect(both == 4)
  }

  @Test("runs large dense layers at a network's end for several images at once, and only those")
  func batchTail() throws {
    func preferredBatch(_ description: String) throws -> Int {
      let small = try #require(SmallGraph.all.first { $0.description.hasPrefix(description) })
      return try CompiledPlan(quantized(small).0).preferredBatch
    }
    #expect(try preferredBatch("dense layers of a megabyte") == BatchTail.images)
    #expect(try preferredBatch("a dense layer over a flattened map") == 1)
    #expect(try preferredBatch("a product of two maps") == 1)
  }

  @Test("never lets two values that are alive at once share memory", arguments: SmallGraph.all)
  func memoryIsNotShared(small: SmallGraph) throws {
    let (network, _) = try quantized(small)
    let memory = try MemoryPlan(network, network.structure.operations, kept: [], instructionSet: .best)
    let operations = network.structure.operations
    func lastUse(_ value: Int) -> Int {
      operations.lastIndex { $0.inputs.contains(value) || $0.outputs.contains(value) } ?? -1
    }
    for (index, operation) in operations.enumerated() {
      guard let output = operation.outputs.first else { continue }
      let alive = network.structure.values.indices.filter { value in
        value != output && memory.places[value].root != memory.places[output].root
          && (operations.firstIndex { $0.outputs.contains(value) } ?? -1) < index && lastUse(value) >= index
      }
      for value in alive {
        let a = memory.start(of: output)..<(memory.start(of: output) + memory.layouts[output].size)
        let b = memory.start(of: value)..<(memory.start(of: value) + memory.layouts[value].size)
        #expect(!a.overlaps(b), "\(network.structure.values[value].name)")
      }
    }
  }

  @Test(
    "takes 8-bit pixels and the float tensor made of them alike",
    // The first layer's window is 3x3, and 7x7: then an image's pixels are three bytes.
    arguments: [SmallGraph.all[0], SmallGraph.all[2]])
  func pixelsAndTensor(small: SmallGraph) throws {
    let (network, _) = try quantized(small)
    let normalization = (0..<3).map { channel in (0...255).map { (Float($0) - 127) / Float(128 + channel) } }
    let tables = try PixelTables(network, normalization: normalization, order: [2, 0, 1])
    let pixels = (0..<20 * 20 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let executor = PlanExecutor(try CompiledPlan(network))
    try executor.run(pixels: pixels, tables: tables)
    let fromPixels = executor.output(0)
    let tensor = [2, 0, 1].enumerated().flatMap { channel, source in
      (0..<400).map { normalization[channel][Int(pixels[$0 * 3 + source])] }
    }
    try executor.run(tensor: tensor)
    #expect(executor.output(0) == fromPixels)
  }

  @Test("refuses an input of the wrong size and a layer it does not have, by name")
  func wrongInput() throws {
    let (network, _) = try quantized(SmallGraph.all[0])
    let executor = PlanExecutor(try CompiledPlan(network))
    #expect(throws: QuantizationError.self) { try executor.run(tensor: [1, 2, 3]) }
    let error = #expect(throws: QuantizationError.self) { try CompiledPlan(network, outputs: ["nonsense"]) }
    #expect(error?.description.contains("value0") == true)
  }

  @Test("without calibration says which value has no range")
  func notCalibrated() {
    #expect(throws: QuantizationError.notCalibrated(value: "input")) {
      try QuantizedNetwork.quantize(SmallGraph.all[0].graph, calibration: Calibration())
    }
  }
}
