import Corpus
import Network
import Quantization

/// The int8 network that is verified, and where it comes from.
struct VerificationSubject: Sendable {
  let network: QuantizedNetwork
  let origin: String
  /// Nil where it was made before, elsewhere.
  var calibrationImages: Int?
  /// The locations of images that it was calibrated on, where known.
  var calibrated: Set<ImageLocation> = []

  init(_ network: QuantizedNetwork, origin: String) {
    self.network = network
    self.origin = origin
  }

  init(file path: String) throws {
    guard let network = try NetworkFile.load(path).quantized else {
      throw NetworkVerificationError.notQuantized(path: path)
    }
    self.init(network, origin: path)
  }

  init(calibrating graph: Graph, on images: CalibrationImages, options: QuantizationOptions) throws {
    let result = try images.quantize(graph, options: options)
    self.init(result.network, origin: "calibrated on \(images.source)")
    calibrationImages = result.images
    calibrated = Set(result.tried)
  }

  /// Whether it can be the int8 form of a model.
  ///
  /// - Throws: `NetworkVerificationError.otherModel`.
  func check(_ graph: Graph, scores: String, model: String) throws {
    func refuse(_ reason: String) -> NetworkVerificationError {
      .otherModel(int8: origin, model: model, reason: reason)
    }
    let input = network.input
    let shape = [input.shape.channels, input.shape.height, input.shape.width]
    let expected = Array((graph.inputs.first?.shape ?? []).dropFirst())
    guard shape == expected else { throw refuse("it takes images \(shape), the model \(expected)") }
    guard let count = try? network.elementCount(of: scores) else {
      throw refuse("it has no layer \"\(scores)\"")
    }
    let outputs = (try graph.shapes(batch: 1)[scores] ?? []).reduce(1, *)
    guard count == outputs else { throw refuse("it has \(count) outputs, the model \(outputs)") }
  }
}

extension QuantizedNetwork {
  func has(_ layer: String) -> Bool { (try? elementCount(of: layer)) != nil }
}
