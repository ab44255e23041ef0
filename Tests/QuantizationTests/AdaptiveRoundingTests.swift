import Network
import Testing

@testable import Quantization

@Suite("Adaptive rounding")
struct AdaptiveRoundingTests {
  private let count = 24
  private let weights: [Float]
  private let rows: [Float]

  /// Inputs that go together, as neighbouring channels of a network do: a common part and a little of their own.
  init() {
    var random = SeededGenerator(state: 7)
    weights = (0..<24 * 20).map { _ in random.normal() }
    rows = (0..<400).flatMap { _ in
      let common = random.normal()
      return (0..<24).map { _ in 1 + common + 0.3 * random.normal() }
    }
  }

  private func outputError(_ values: [Int8], _ scales: [Float]) -> Float {
    var error: Float = 0
    for row in stride(from: 0, to: rows.count, by: count) {
      for filter in scales.indices {
        var moved: Float = 0
        for index in 0..<count {
          let place = filter * count + index
          moved += (Float(values[place]) * scales[filter] - weights[place]) * rows[row + index]
        }
        error += moved * moved
      }
    }
    return error
  }

  @Test("moves a layer's output several times less than rounding each weight to its nearest step")
  func cancelsErrors() throws {
    let scales = (0..<20).map { 0.04 + 0.001 * Float($0) }
    let nearest = weights.indices.map { Int8((weights[$0] / scales[$0 / count]).rounded(.toNearestOrEven)) }
    let adapted = try #require(AdaptiveRounding(rows: rows, count: count)).round(
      weights[...], scales: scales[...])
    #expect(outputError(adapted, scales) < outputError(nearest, scales) / 4)
    // No weight strays far from its own value.
    #expect(zip(adapted, nearest).allSatisfy { abs(Int($0) - Int($1)) <= 12 })
  }

  @Test("stays within int8, whatever the scale")
  func saturates() throws {
    let scales = [Float](repeating: 0.001, count: 20)
    let adapted = try #require(AdaptiveRounding(rows: rows, count: count)).round(
      weights[...], scales: scales[...])
    #expect(adapted.allSatisfy { $0 >= -127 })
  }

  @Test("is not tried where samples tell nothing, nor for filters too long to factor")
  func refuses() {
    #expect(AdaptiveRounding(rows: [Float](repeating: 0, count: 240), count: 24) == nil)
    #expect(AdaptiveRounding(rows: [], count: 24) == nil)
    #expect(AdaptiveRounding(rows: [Float](repeating: 1, count: 40_000), count: 20_000) == nil)
  }

  @Test("gives the same network whatever the order of images and however they are shared among threads")
  func orderDoesNotMatter() throws {
    let small = SmallGraph.all[1]
    let executor = try FloatExecutor(small.graph)
    func calibration(_ images: some Sequence<Tensor>) throws -> Calibration {
      var calibration = Calibration()
      for image in images { try calibration.observe(image, through: executor) }
      return calibration
    }
    let whole = try calibration(small.images)
    var parts = try calibration(small.images[10...].reversed())
    parts.merge(try calibration(small.images[..<10]))
    let networks = try [whole, parts].map { try QuantizedNetwork.quantize(small.graph, calibration: $0) }
    #expect(try networks[0].serialized == networks[1].serialized)
  }
}

@Suite("Sampled inputs")
struct LayerSamplesTests {
  @Test("are those of the smallest keys, in whatever order images come")
  func smallestKeys() {
    var forward = LayerSamples(width: 100_000)
    var backward = LayerSamples(width: 100_000)
    let keys: [UInt64] = (0..<40).map { ($0 &* 2_654_435_761) % 1000 }
    for key in keys { forward.add([Float](repeating: Float(key), count: 100_000), key: key) }
    for key in keys.reversed() { backward.add([Float](repeating: Float(key), count: 100_000), key: key) }
    #expect(forward == backward)
    #expect(forward.rowCount < keys.count)
    #expect(forward.values.first == keys.min().map(Float.init))
  }

  @Test("hold zeros where a window reaches over the edge, in the order of the filter's weights")
  func windows() throws {
    let node = Node(
      name: "n", inputs: ["x", "w"], outputs: ["y"],
      operation: .convolution(
        Convolution(kernel: Int2(3, 3), pads: Padding(top: 1, left: 1, bottom: 1, right: 1))))
    let graph = Graph(
      name: "g", inputs: [], outputs: ["y"], nodes: [node],
      constants: ["w": Tensor(shape: [1, 2, 3, 3], values: [Float](repeating: 1, count: 18))])
    let layer = try #require(SampledLayer(node, in: graph))
    let sampled = try #require(layer.rows(Tensor(shape: [1, 2, 1, 1], values: [5, 7]), key: 3))
    #expect(sampled.width == 18)
    #expect(Array(sampled.values.prefix(18)) == [0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0])
  }
}
