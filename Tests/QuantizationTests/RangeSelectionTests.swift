import Network
import Testing

@testable import Quantization

@Suite("The choice of ranges")
struct RangeSelectionTests {
  private func histogram(_ values: [Float]) -> ActivationHistogram {
    var histogram = ActivationHistogram()
    for start in stride(from: 0, to: values.count, by: 10_000) {
      values[start..<min(start + 10_000, values.count)].withUnsafeBufferPointer { histogram.add($0) }
    }
    return histogram
  }

  private static let tailed = (0..<100_000).map { Float($0 % 1000) / 1000 } + [20, -5]

  @Test("by extremes is all that was seen, by percentile all but the tails")
  func extremesAndPercentile() throws {
    let histogram = histogram(Self.tailed)
    let extremes = try #require(RangeSearch.extremes(histogram))
    #expect(extremes == (-5, 20))
    let percentile = try #require(RangeSearch.percentile(histogram, 0.9999))
    #expect(percentile.lower == 0 && percentile.upper > 0.99 && percentile.upper < 1.1)
  }

  @Test("by divergence keeps evenly spread values, and those that a ReLU and a ceiling gather at the ends")
  func divergence() throws {
    let even = (0..<100_000).map { Float($0 % 4096) / 4096 }
    #expect(try #require(RangeSearch.leastDivergence(histogram(even))).upper > 0.9)
    let gathered = even.map { max(0, min(6, $0 * 12 - 4)) }
    #expect(try #require(RangeSearch.leastDivergence(histogram(gathered))).upper > 5.9)
  }

  @Test("of nothing is nothing")
  func empty() {
    #expect(RangeSearch.extremes(ActivationHistogram()) == nil)
    #expect(RangeSearch.percentile(ActivationHistogram(), 0.999) == nil)
    #expect(RangeSearch.leastDivergence(ActivationHistogram()) == nil)
  }

  @Test("keeps an outlier where the next layer hears only that, and drops it where it hears the rest")
  func heardByTheNextLayer() throws {
    // Channel 0 is small and dense, channel 1 is zero but for rare large values.
    func range(weights: [Float]) throws -> (lower: Float, upper: Float) {
      let node = Node(
        name: "n", inputs: ["x", "w"], outputs: ["y"], operation: .gemm(Gemm(transposeB: true)))
      let graph = Graph(
        name: "g", inputs: [GraphInput(name: "x", shape: [1, 64])], outputs: ["y"], nodes: [node],
        constants: ["w": Tensor(shape: [1, 64], values: weights)])
      let executor = try FloatExecutor(graph)
      var calibration = Calibration()
      var random = SeededGenerator(state: 5)
      for index in 0..<400 {
        var values = (0..<64).map { _ in Float.random(in: 0..<1, using: &random) }
        values[63] = index % 100 == 0 ? 40 : 0
        try calibration.observe(Tensor(shape: [1, 64], values: values), through: executor)
      }
      return try RangeSelection(graph, calibration: calibration, rule: .best).range(of: "x")
    }
    let hearsOutlier = try range(weights: [Float](repeating: 0.001, count: 63) + [1])
    let hearsRest = try range(weights: [Float](repeating: 1, count: 63) + [0])
    #expect(hearsOutlier.upper == 40)
    #expect(hearsRest.upper < 30)
  }
}
