import Foundation
import Imaging
import Network
import Quantization

/// A network in a file: an ONNX model, or one quantized before.
public struct NetworkFile: Sendable {
  public let path: String
  /// The simplified graph; nil for a quantized network.
  public let graph: Graph?
  /// Nil for a float network; of an ONNX model that is quantized already, its own integers and scales.
  public let quantized: QuantizedNetwork?

  /// Height and width of images for a network that takes any, where nothing else tells them.
  public static let usualSize = Int2(224, 224)

  /// - Parameter openSize: of images, for a network that takes any.
  /// - Throws: `NetworkError`, `QuantizationError`; `NetworkFileError.damaged`.
  public static func load(_ path: String, openSize: Int2 = usualSize) throws -> NetworkFile {
    if isSerialized(path) {
      do {
        return NetworkFile(path: path, graph: nil, quantized: try QuantizedNetwork(contentsOf: path))
      } catch QuantizationError.damaged(let reason) {
        throw NetworkFileError.damaged(path: path, reason: reason)
      }
    }
    let graph = try Graph.load(onnx: path).settingOpenInputSize(openSize).simplified()
    return NetworkFile(path: path, graph: graph, quantized: try QuantizedNetwork.asGiven(graph))
  }

  /// Whether there is nothing to calibrate.
  public var isQuantized: Bool { quantized != nil }

  private static func isSerialized(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return QuantizedNetwork.isSerialized((try? file.read(upToCount: 64)) ?? Data())
  }

  public var name: String { graph?.name ?? quantized?.name ?? "" }

  /// [C, H, W]; -1 for a dimension that the file leaves open.
  public var inputShape: [Int] {
    if let graph { return Array((graph.inputs.first?.shape ?? []).dropFirst()) }
    return (quantized?.input.shape).map { [$0.channels, $0.height, $0.width] } ?? []
  }

  /// Elements of the first output for one image: the classes of a classifier.
  public var outputCount: Int {
    get throws {
      let output = try resolveLayer(nil)
      if let quantized { return try quantized.elementCount(of: output) }
      return (try graph?.shapes(batch: 1)[output] ?? []).reduce(1, *)
    }
  }

  /// The value a layer's name stands for: nil is the first output, `embedding` what the classifier reads.
  ///
  /// - Throws: `NetworkError.unknownLayer`, `.fusedLayer`, `QuantizationError.unknownLayer`.
  public func resolveLayer(_ name: String?) throws -> String {
    if let graph {
      guard let name else {
        guard let output = graph.outputs.first else {
          throw NetworkError.invalidGraph(reason: "it has no output")
        }
        return output
      }
      return try graph.resolveLayer(name)
    }
    guard let quantized, let layer = name ?? quantized.outputs.first else { return name ?? "" }
    _ = try quantized.elementCount(of: layer)
    return layer
  }

  /// The recipe for this network's input size.
  ///
  /// - Throws: `StatedRecipeError`, and `NetworkError.invalidInput` where the input is no RGB image.
  public func fitted(_ stated: StatedRecipe) throws -> PreprocessingRecipe {
    try stated.fitted(
      to: NetworkInput.size(of: inputShape, name: graph?.inputs.first?.name ?? "input"))
  }

  /// The graph, for what a quantized file can't do.
  public func neededGraph(for purpose: String) throws -> Graph {
    guard let graph else { throw NetworkFileError.needsModel(path: path, purpose: purpose) }
    return quantized == nil ? graph : try graph.dequantizingConstants()
  }
}

public enum NetworkFileError: Error, Sendable, Hashable, CustomStringConvertible {
  case needsModel(path: String, purpose: String)
  /// An input tensor that is not [N, C, H, W] for this network.
  case inputShape(found: [Int], expected: [Int])
  case emptyFolder(String)
  /// A float network that is to become int8 without images to calibrate on.
  case needsImages(path: String)
  case invalidCount(name: String, value: Int)
  case damaged(path: String, reason: String)

  public var description: String {
    switch self {
    case .needsModel(let path, let purpose):
      "\(path) is a quantized network, and \(purpose) needs the ONNX model it was made from."
    case .inputShape(let found, let expected):
      "The input has the shape \(found), and the network takes [N, "
        + expected.map { $0 < 0 ? "any" : String($0) }.joined(separator: ", ") + "]."
    case .needsImages(let path):
      "\(path) is not quantized, and its ranges are measured on images: name a folder with --calibrate FOLDER."
    case .emptyFolder(let path): "\(path) holds no image (JPEG or PNG) that can be decoded."
    case .invalidCount(let name, let value): "\(name) is \(value); at least 1 is expected."
    case .damaged(let path, let reason):
      "\(path) can't be used: \(reason). Make it again from the model's ONNX file."
    }
  }
}
