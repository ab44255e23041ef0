import Testing

@testable import Quantization

@Suite("Images that take turns")
struct TurnStepsTests {
  @Test("do so where a network ends in more weights than maps")
  func begins() throws {
    let plan = try CompiledPlan(SmallGraph.turns.quantized())
    let turns = try #require(plan.head.turns)
    let shares = plan.head.steps[turns.first...].map(TurnSteps.shares)
    // 512 x 512 x 9 weights are more than stay in a cache.
    #expect(shares.max() == 2)
    guard case .convolution(let first) = plan.head.steps[turns.first] else {
      Issue.record("the first step is no convolution")
      return
    }
    #expect(first.layer.input == turns.input)
  }

  @Test("do not where a layer before the end is an output, or the weights are few")
  func doesNot() throws {
    let network = try SmallGraph.turns.quantized()
    #expect(try CompiledPlan(network, outputs: network.layers).head.turns == nil)
    #expect(try CompiledPlan(SmallGraph.all[0].quantized()).head.turns == nil)
  }

  @Test(
    "give what each gives alone, on any number of threads", arguments: [SmallGraph.turns, .mosaic],
    [1, 2, 3, 5])
  func sameBits(small: SmallGraph, threads: Int) throws {
    let plan = try CompiledPlan(small.quantized())
    let images = small.images.map(\.floats)
    let alone = PlanExecutor(plan)
    let expected = try images.map { image in
      try alone.run(tensor: image)
      return [alone.output(0)]
    }
    let together = PlanExecutor(plan, threads: threads, cuts: .cheapest)
    for count in [1, 3, 4, 5, 9, 24, 7] {
      #expect(try together.run(tensors: Array(images.prefix(count))) == Array(expected.prefix(count)))
    }
  }
}
