import Network
import Testing

@testable import Quantization

@Suite("An int8 plan on several threads", .timeLimit(.minutes(10)))
struct SharedPlanTests {
  private static let graphs = SmallGraph.all + SmallGraph.withFloatParts + SmallGraph.wide
  private static let choices: [CutChoice] = [
    .cheapest, .along(.rows), .along(.columns), .along(.blocks),
  ]

  @Test("gives the same bits as on one, at every layer, however its steps are cut", arguments: graphs)
  func sameBits(small: SmallGraph) throws {
    let network = try small.quantized()
    // Layers that are kept are not fused: once with all of them, once with none.
    for outputs in [network.layers, network.outputs] {
      let plan = try CompiledPlan(network, outputs: outputs)
      let alone = PlanExecutor(plan)
      let images = small.images.prefix(2).map(\.floats)
      let expected = try images.map { image in
        try alone.run(tensor: image)
        return outputs.indices.map(alone.output)
      }
      for (threads, cuts) in [2, 3, 5].flatMap({ threads in Self.choices.map { (threads, $0) } }) {
        let shared = PlanExecutor(plan, threads: threads, cuts: cuts)
        // Twice: what a first run leaves in memory must not show in the second.
        for (image, expected) in zip(images + images, expected + expected) {
          try shared.run(tensor: image)
          for (index, layer) in outputs.enumerated() {
            #expect(shared.output(index) == expected[index], "\(layer), \(threads) threads, \(cuts)")
          }
        }
      }
    }
  }

  @Test("gives the same bits on every instruction set", arguments: InstructionSet.available)
  func instructionSets(instructionSet: InstructionSet) throws {
    for small in SmallGraph.all {
      let network = try small.quantized()
      let plan = try CompiledPlan(network, outputs: network.layers, instructionSet: instructionSet)
      let alone = PlanExecutor(plan)
      let shared = PlanExecutor(plan, threads: 2, cuts: .along(.rows))
      try alone.run(tensor: small.images[0].floats)
      try shared.run(tensor: small.images[0].floats)
      for (index, layer) in plan.outputs.enumerated() {
        #expect(shared.output(index) == alone.output(index), "\(layer) of \(small)")
      }
    }
  }

  @Test("gives for a batch of any size what one thread gives", arguments: graphs)
  func batches(small: SmallGraph) throws {
    let network = try small.quantized()
    for outputs in [network.outputs, network.layers] {
      let plan = try CompiledPlan(network, outputs: outputs)
      let images = small.images.prefix(11).map(\.floats)
      let expected = try PlanExecutor(plan).run(tensors: images)
      for threads in [2, 3, 5] {
        let shared = PlanExecutor(plan, threads: threads, cuts: .along(.blocks))
        // Fewer than threads, some left over, more than are run at once.
        for count in [1, 2, 3, 4, 8, 11] {
          #expect(try shared.run(tensors: Array(images.prefix(count))) == Array(expected.prefix(count)))
        }
        try #expect(shared.run(tensors: []).isEmpty)
      }
    }
  }

  @Test("gives the same bits however often, on more threads than there are cores", arguments: [2, 3, 5])
  func manyTimes(threads: Int) throws {
    for small in [SmallGraph.all[1], SmallGraph.all[7]] {
      let plan = try CompiledPlan(small.quantized())
      let alone = PlanExecutor(plan)
      let shared = PlanExecutor(plan, threads: threads, cuts: .along(.blocks))
      let images = small.images.map(\.floats)
      let expected = try alone.run(tensors: images)
      var wrong = 0
      for round in 0..<400 {
        let index = round % images.count
        try shared.run(tensor: images[index])
        if shared.output(0) != expected[index][0] { wrong += 1 }
      }
      #expect(wrong == 0, "\(small)")
    }
  }

  @Test("refuses a wrong image in a batch, and goes on with the next batch")
  func wrongImage() throws {
    let small = SmallGraph.all[0]
    let plan = try CompiledPlan(small.quantized())
    let images = small.images.prefix(4).map(\.floats)
    let expected = try PlanExecutor(plan).run(tensors: images)
    let shared = PlanExecutor(plan, threads: 3)
    for place in images.indices {
      var spoiled = images
      spoiled[place] = [1, 2, 3]
      #expect(throws: QuantizationError.self) { try shared.run(tensors: spoiled) }
      #expect(try shared.run(tensors: images) == expected)
    }
  }
}

extension SmallGraph {
  /// A residual block of more weights than maps.
  static let turns = SmallGraph("convolutions of more weights than maps, with a residual") { b in
    let stem = b.convolution("input", from: 3, to: 64, kernel: 3, stride: 2)
    let wide = b.convolution(stem, from: 64, to: 512, kernel: 3, stride: 2)
    let path = b.convolution(wide, from: 512, to: 64, kernel: 1)
    let main = b.convolution(path, from: 64, to: 512, kernel: 1, activation: nil)
    let sum = b.append(.add(activation: .relu), [main, wide])
    let mixed = b.convolution(sum, from: 512, to: 512, kernel: 1)
    return b.classifier(b.convolution(mixed, from: 512, to: 512, kernel: 3, stride: 2), channels: 512)
  }

  /// Four maps of 13x13 side by side take fewer of Winograd's tiles than one by one; a sum with a residual ends the chain.
  static let mosaic = SmallGraph("a chain of 3x3 convolutions of more weights than maps", size: 26) { b in
    let stem = b.convolution("input", from: 3, to: 256, kernel: 3, stride: 2)
    let first = b.convolution(stem, from: 256, to: 256, kernel: 3)
    let second = b.convolution(first, from: 256, to: 272, kernel: 3)
    let main = b.convolution(second, from: 272, to: 256, kernel: 3, activation: nil)
    return b.classifier(b.append(.add(activation: .relu), [main, stem]), channels: 256)
  }

  /// Graphs with maps of many blocks, which can be cut along any side.
  static let wide: [SmallGraph] = [
    SmallGraph("3x3 convolutions of many blocks, with a residual") { b in
      let stem = b.convolution("input", from: 3, to: 136, kernel: 3)
      let path = b.convolution(stem, from: 136, to: 136, kernel: 3, activation: nil)
      let sum = b.append(.add(activation: .relu), [path, stem])
      return b.classifier(b.convolution(sum, from: 136, to: 72, kernel: 3, stride: 2), channels: 72)
    },
    SmallGraph("a 3x3 convolution whose weights are transformed where they are used") { b in
      let stem = b.convolution("input", from: 3, to: 304, kernel: 1)
      return b.classifier(b.convolution(stem, from: 304, to: 304, kernel: 3), channels: 304)
    },
    turns,
    mosaic,
    SmallGraph("an expansion of many blocks and pooled maps") { b in
      let six = Activation.clip(min: 0, max: 6)
      let stem = b.convolution("input", from: 3, to: 24, kernel: 3, activation: six)
      let wide = b.convolution(stem, from: 24, to: 168, kernel: 1, activation: six)
      let deep = b.convolution(wide, from: 168, to: 168, kernel: 3, stride: 2, groups: 168, activation: six)
      let narrow = b.convolution(deep, from: 168, to: 40, kernel: 1, activation: nil)
      let padOne = Padding(top: 1, left: 1, bottom: 1, right: 1)
      let pooled = b.append(.maxPool(Pooling(kernel: Int2(3, 3), pads: padOne)), [narrow])
      return b.classifier(b.append(.add(activation: nil), [pooled, narrow]), channels: 40)
    },
  ]
}
