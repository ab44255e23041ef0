import Network
import Testing

@testable import Quantization

@Suite(
  "Images in a mosaic",
  .enabled(if: InstructionSet.available.contains(.avx512vnni), "Winograd's kernels are written for AVX-512"))
struct ImageMosaicTests {
  private func plan(_ small: SmallGraph, outputs: [String]? = nil) throws -> CompiledPlan {
    try CompiledPlan(small.quantized(), outputs: outputs, instructionSet: .avx512vnni)
  }

  @Test("go through a chain of convolutions whose tiles then fit better, up to a sum with a residual")
  func fits() throws {
    let plan = try plan(.mosaic)
    let mosaic = try #require(plan.mosaics.first?.mosaic)
    #expect(plan.mosaics.count == 1)
    #expect(mosaic.network.structure.operations.count == 2)
    #expect(mosaic.shape.height == 13 && mosaic.seam == MapSeam(row: 13, column: 13))
    #expect(mosaic.network.structure.values[mosaic.output].shape.height == 27)
    // What follows are the steps behind the chain's last convolution.
    guard case .winograd(let last) = plan.head.steps[mosaic.steps.upperBound - 1] else {
      Issue.record("the chain's last step is not Winograd's")
      return
    }
    #expect(last.layer.output == mosaic.output)
  }

  @Test("do not where a layer of the chain is kept, or no tile is saved")
  func doesNot() throws {
    let network = try SmallGraph.mosaic.quantized()
    #expect(try plan(.mosaic, outputs: network.layers).mosaics.isEmpty)
    let even = SmallGraph("maps of 12x12", size: 24) { b in
      let stem = b.convolution("input", from: 3, to: 256, kernel: 3, stride: 2)
      return b.convolution(b.convolution(stem, from: 256, to: 256, kernel: 3), from: 256, to: 256, kernel: 3)
    }
    #expect(try plan(even).head.turns != nil)
    #expect(try plan(even).mosaics.isEmpty)
  }

  @Test("show in a profile of so many images, an image's part of their time each")
  func profiled() throws {
    let executor = PlanExecutor(try plan(.mosaic))
    let image = SmallGraph.mosaic.images[0].floats
    func kernels(batch: Int, threads: Int) throws -> [String] {
      try executor.profile(tensor: image, batch: batch, threads: threads, rounds: 1).layers.map(\.kernel)
    }
    #expect(try kernels(batch: 8, threads: 2).count { $0 == "winograd mosaic" } == 2)
    for (batch, threads) in [(1, 1), (3, 1), (7, 2)] {
      #expect(try !kernels(batch: batch, threads: threads).contains("winograd mosaic"))
    }
  }

  @Test("give what each gives alone by the scalar kernels, again and again", arguments: [1, 2, 3])
  func sameBits(threads: Int) throws {
    let network = try SmallGraph.mosaic.quantized()
    let images = SmallGraph.mosaic.images.prefix(12).map(\.floats)
    let scalar = PlanExecutor(try CompiledPlan(network, instructionSet: .scalar))
    let expected = try images.map { image in
      try scalar.run(tensor: image)
      return [scalar.output(0)]
    }
    let together = PlanExecutor(try plan(.mosaic), threads: threads, cuts: .cheapest)
    for count in [4, 8, 12, 5] {
      #expect(try together.run(tensors: Array(images.suffix(count))) == Array(expected.suffix(count)))
    }
  }
}
