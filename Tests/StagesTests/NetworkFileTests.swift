import Foundation
import Network
import Quantization
import TestSupport
import Testing

@testable import Stages

@Suite struct `A network file` {
  private func close(_ a: Tensor, _ b: Tensor, within tolerance: Float) -> Bool {
    a.shape == b.shape && zip(a.floats, b.floats).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func `runs a tensor in int8 close to float32, at any layer`() throws {
    let workshop = try Workshop(images: 1)
    let network = try NetworkFile.load(workshop.folder.path("tiny.onnx"))
    let input = Tensor(shape: [3, 3, 32, 32], values: NetworkBenchmark.randomValues(count: 9_216))
    for layer in [nil, "embedding"] {
      let exact = try network.run(input, layer: layer, isFloat: true)
      let quantized = try network.run(input, layer: layer)
      #expect(exact.shape == [3, layer == nil ? GeneratedONNX.classes : GeneratedONNX.dimension])
      let largest = exact.floats.map(abs).max() ?? 0
      #expect(close(exact, quantized, within: largest * 0.04))
      #expect(exact.floats != quantized.floats)
    }
  }

  @Test func `refuses an input of another shape`() throws {
    let workshop = try Workshop(images: 1)
    let network = try NetworkFile.load(workshop.folder.path("tiny.onnx"))
    let wrong = Tensor(shape: [1, 3, 16, 16], values: NetworkBenchmark.randomValues(count: 768))
    #expect(throws: NetworkFileError.inputShape(found: [1, 3, 16, 16], expected: [3, 32, 32])) {
      try network.run(wrong)
    }
  }

  @Test func `for images of any size takes the size of what it is given`() throws {
    let folder = try TemporaryFolder()
    let open = try folder.write("open.onnx", GeneratedONNX.bytes(isOpen: true))
    let fixed = try folder.write("fixed.onnx", GeneratedONNX.bytes())
    let image = Tensor(shape: [1, 3, 32, 32], values: NetworkBenchmark.randomValues(count: 3_072))
    let network = try NetworkFile.load(open, openSize: Int2(32, 32))
    #expect(network.inputShape == [3, 32, 32])
    #expect(try network.run(image, isFloat: true) == NetworkFile.load(fixed).run(image, isFloat: true))
    #expect(try network.run(image) == NetworkFile.load(fixed).run(image))
    let usual = try NetworkFile.load(open)
    #expect(usual.inputShape == [3, 224, 224])
    #expect(try usual.fitted(StatedRecipe(.torchvision)).inputSize == 224)
    #expect(try NetworkFile.load(open, openSize: Int2(48, 320)).inputShape == [3, 48, 320])
  }

  @Test func `quantized and written out, gives the same values when read again`() throws {
    let workshop = try Workshop(images: 12)
    let network = try NetworkFile.load(workshop.folder.path("tiny.onnx"))
    let images = try CalibrationImages(
      folder: workshop.folder.path("images"), count: 8, recipe: network.fitted(StatedRecipe(.plain)),
      threads: 2)
    let quantized = try network.quantized(calibratedWith: images)
    let path = try workshop.folder.write("tiny.int8", quantized.serialized)
    let again = try NetworkFile.load(path)
    let input = Tensor(shape: [1, 3, 32, 32], values: NetworkBenchmark.randomValues(count: 3_072))
    #expect(try again.run(input) == network.run(input, calibration: images))
    #expect(throws: NetworkFileError.self) { try again.run(input, isFloat: true) }
  }

  @Test func `quantized with a recipe that is spelled out, keeps it, compiled too`() throws {
    let workshop = try Workshop(images: 12)
    let network = try NetworkFile.load(workshop.folder.path("tiny.onnx"))
    let stated = try StatedRecipe("{ resize: 36, crop: 32, mean: [9, 8, 7], channels: bgr }", of: "--recipe")
    let images = try CalibrationImages(
      folder: workshop.folder.path("images"), count: 8, recipe: network.fitted(stated), threads: 2)
    let quantized = try network.quantized(calibratedWith: images)
    let again = try QuantizedNetwork(serialized: quantized.serialized)
    #expect(try again.recipe == stated.recipe)
    var compiled: [UInt8] = []
    try CompiledPlan(again, instructionSet: .best).serialize { compiled += $0 }
    #expect(try QuantizedNetwork(serialized: compiled).recipe == stated.recipe)

    var foreign = quantized
    foreign.preprocessing = "{}"
    #expect(throws: QuantizationError.self) { try foreign.recipe }
    foreign.preprocessing = nil
    #expect(try QuantizedNetwork(serialized: foreign.serialized).recipe == nil)
  }

  @Test(arguments: [true, false]) func `is timed`(isFloat: Bool) throws {
    let workshop = try Workshop(images: 0)
    let network = try NetworkFile.load(workshop.folder.path("tiny.onnx"))
    let benchmark = try NetworkBenchmark.run(network, threads: 2, batch: 3, isFloat: isFloat, seconds: 0.01)
    #expect(benchmark.imagesPerSecond > 0 && benchmark.rounds >= 5 && benchmark.threads == 2)
    #expect(throws: NetworkFileError.self) {
      try NetworkBenchmark.run(network, threads: 0, batch: 1, isFloat: isFloat)
    }
  }
}
