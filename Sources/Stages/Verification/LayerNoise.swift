import Corpus
import Foundation
import Imaging
import Network
import Quantization

/// How much noise int8 has brought in by a layer: of all layers up to it together.
public struct LayerNoise: Sendable, Hashable {
  public var name: String
  /// Such as "convolution 3x3/2".
  public var kind: String
  /// 10 log10 of the layer's squares over those of its difference from float32; infinite where there is none.
  public var decibels: Double

  /// At even steps, so that images of every folder are among them.
  static func sample(of images: [VerificationImage], count: Int) -> [VerificationImage] {
    let count = min(max(0, count), images.count)
    return (0..<count).map { images[$0 * images.count / count] }
  }

  /// The layers that both forms have, in the order of computation.
  static func measure(
    _ network: QuantizedNetwork, _ graph: Graph, recipe: PreprocessingRecipe, images: [VerificationImage],
    threads: Int
  ) throws -> [LayerNoise] {
    let shapes = try graph.shapes(batch: 1)
    let kinds = Dictionary(
      graph.nodes.flatMap { node in node.outputs.map { ($0, node.operation.kind) } }
    ) { first, _ in first }
    let names = network.layers.filter { name in
      guard kinds[name] != nil, let shape = shapes[name] else { return false }
      return (try? network.elementCount(of: name)) == shape.reduce(1, *)
    }
    guard !names.isEmpty, !images.isEmpty else { return [] }
    let int8 = try NetworkEngine(network, outputs: names, instructionSet: .best)
    let float32 = try NetworkEngine(graph, outputs: names, instructionSet: .best)
    let reader = ImageReader()
    let powers = try ParallelWork.run(count: images.count, threads: threads) { next in
      let int8 = try int8.makeRunner(recipe)
      let float32 = try float32.makeRunner(recipe)
      var preprocessor = Preprocessor(recipe)
      var powers: [(index: Int, layers: [Power])] = []
      while let index = next() {
        guard let bytes = try? reader.bytes(of: images[index].location),
          let pixels = try? preprocessor.pixels(decoding: bytes)
        else { continue }
        powers.append((index, zip(try float32.run(pixels), try int8.run(pixels)).map(Power.init)))
      }
      return powers
    }.joined().sorted { $0.index < $1.index }.map(\.layers)
    return names.indices.map { layer in
      let signal = powers.reduce(0) { $0 + $1[layer].signal }
      let noise = powers.reduce(0) { $0 + $1[layer].noise }
      return LayerNoise(
        name: names[layer], kind: kinds[names[layer]] ?? "",
        decibels: noise > 0 ? 10 * log10(signal / noise) : .infinity)
    }
  }

  /// Sums of squares.
  private struct Power: Sendable {
    var signal = 0.0
    var noise = 0.0

    init(exact: [Float], quantized: [Float]) {
      for index in 0..<min(exact.count, quantized.count) {
        let difference = Double(exact[index]) - Double(quantized[index])
        signal += Double(exact[index]) * Double(exact[index])
        noise += difference * difference
      }
    }
  }
}
