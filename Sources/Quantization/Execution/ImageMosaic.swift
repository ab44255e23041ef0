import Network

/// Convolutions that four images go through as one map: their maps lie side by side, two by two, and between them a seam
/// that is filled as a border is. Winograd's tiles of 4x4 outputs then fit better (27x27 pixels take 49, four times 13x13
/// take 64), and weights are read, or transformed, once for all.
struct ImageMosaic: Sendable {
  static let across = 2
  static let images = across * across

  /// Of the head's steps, those that it stands for.
  let steps: Range<Int>
  let input: Int
  let output: Int
  /// Its convolutions, on the larger maps.
  let network: QuantizedNetwork
  /// Of an image's map.
  let shape: MapShape

  /// Where the images' maps meet.
  var seam: MapSeam { MapSeam(row: shape.height, column: shape.width) }

  /// - Parameter kept: values that a run of the head gives.
  /// - Returns: what pays of the steps that images take turns in.
  static func all(in network: QuantizedNetwork, _ head: PlanPart, kept: Set<Int>) -> [ImageMosaic] {
    guard let turns = head.turns else { return [] }
    var reads = [Int](repeating: 0, count: network.structure.values.count)
    for value in head.memory.operations.flatMap(\.inputs) + kept { reads[value] += 1 }
    var found: [ImageMosaic] = []
    var index = turns.first
    while index < head.steps.count {
      let chain = chain(of: head.steps, from: index, reads: reads, network.structure.values)
      let mosaic = ImageMosaic(chain.convolutions, steps: index..<chain.end, network)
      if let mosaic { found.append(mosaic) }
      index = max(index + 1, chain.end)
    }
    return found
  }

  /// - Returns: nil where it does not pay.
  private init?(_ convolutions: [QuantizedConvolution], steps: Range<Int>, _ network: QuantizedNetwork) {
    guard let first = convolutions.first, let last = convolutions.last else { return nil }
    (self.steps, input, output) = (steps, first.input, last.output)
    shape = network.structure.values[input].shape
    var mosaic = network
    mosaic.structure.input = input
    mosaic.structure.operations = convolutions.map { .convolution($0) }
    for value in Set([input] + convolutions.map(\.output)) {
      let shape = network.structure.values[value].shape
      mosaic.structure.values[value].shape.height = Self.across * (shape.height + 1) - 1
      mosaic.structure.values[value].shape.width = Self.across * (shape.width + 1) - 1
    }
    self.network = mosaic
    let tiles = mosaic.structure.values[input].shape.winogradTiles
    let hasFewerTiles = tiles * 10 <= Self.images * shape.winogradTiles * 9
    let transforms = convolutions.contains {
      DenseWeightShape($0, network.structure.values).transformsWhenUsed(over: shape)
    }
    guard hasFewerTiles || transforms else { return nil }
  }

  /// The longest run of Winograd's steps from one on that each read what the one before makes, and nothing else does.
  private static func chain(
    of steps: [PlanStep], from first: Int, reads: [Int], _ values: [QuantizedValue]
  ) -> (convolutions: [QuantizedConvolution], end: Int) {
    var convolutions: [QuantizedConvolution] = []
    var end = first
    for index in first..<steps.count {
      if case .fillBorder(let value) = steps[index], value == convolutions.last?.output { continue }
      guard case .winograd(let step) = steps[index] else { break }
      let layer = step.layer
      guard layer.residual == nil, layer.window.padTop == 1, layer.window.padLeft == 1,
        values[layer.input].shape.hasSameSides(as: values[layer.output].shape)
      else { break }
      if let last = convolutions.last, layer.input != last.output || reads[last.output] > 1 { break }
      convolutions.append(layer)
      end = index + 1
    }
    return (convolutions, end)
  }
}

/// A mosaic's steps, ready to run.
struct MosaicPart: Sendable {
  let mosaic: ImageMosaic
  let part: PlanPart
}

/// The row and the column that lie between the maps of a mosaic.
struct MapSeam: Sendable, Equatable {
  var row: Int
  var column: Int
}

extension MapShape {
  /// How many of Winograd's tiles of 4x4 outputs cover it.
  var winogradTiles: Int { (height + 3) / 4 * ((width + 3) / 4) }

  fileprivate func hasSameSides(as other: MapShape) -> Bool { height == other.height && width == other.width }
}
