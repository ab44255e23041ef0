import FeatureStore
import Foundation
import Imaging
import Network

/// What a stored network must be given, and what its values mean: kept as JSON beside it in the store, so that a
/// search by image needs nothing else.
struct NetworkInterface: Sendable, Hashable, Codable {
  var recipe: PreprocessingRecipe
  /// The value that the alias `embedding` stands for.
  var embedding: String?
  /// The value with a number for each class.
  var scores: String
  /// Whether those numbers are probabilities, because the network ends in a softmax.
  var scoresAreProbabilities: Bool

  /// - Parameter graph: simplified.
  init(_ graph: Graph, recipe: PreprocessingRecipe) throws {
    guard let scores = graph.outputs.first else {
      throw NetworkError.invalidGraph(reason: "it has no output")
    }
    self.recipe = recipe
    self.scores = scores
    embedding = try? graph.resolveLayer("embedding")
    scoresAreProbabilities = Self.endsInSoftmax(graph, scores)
  }

  /// - Throws: `StoreError.damagedRow` for what a network stage cannot have written.
  init(json: String) throws {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw StoreError.damagedRow(table: "network", reason: Self.reason(error))
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "its recipe has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "its recipe's \(context.codingPath.map(\.stringValue).joined(separator: ".")) is of another type"
    case .dataCorrupted(let context) where context.underlyingError == nil: context.debugDescription
    default: "its recipe is not JSON"
    }
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  private static func endsInSoftmax(_ graph: Graph, _ output: String) -> Bool {
    var value = output
    for node in graph.nodes.reversed() where node.outputs.contains(value) {
      switch node.operation {
      case .softmax: return true
      case .flatten, .reshape, .squeeze, .unsqueeze, .identity: value = node.inputs.first ?? ""
      default: return false
      }
    }
    return false
  }
}

/// Whether a network can be fed by preprocessing at all.
enum NetworkInput {
  /// Height and width of the one square RGB input.
  ///
  /// - Throws: `NetworkError.invalidInput` where the network wants something else.
  static func size(of graph: Graph) throws -> Int {
    guard graph.inputs.count == 1, let input = graph.inputs.first else {
      throw NetworkError.invalidGraph(reason: "it has \(graph.inputs.count) inputs where one image is given")
    }
    return try size(of: Array(input.shape.dropFirst()), name: input.name)
  }

  /// - Parameter shape: [C, H, W].
  static func size(of shape: [Int], name: String) throws -> Int {
    guard shape.count == 3, shape[0] == 3, shape[1] == shape[2], shape[1] > 0 else {
      throw NetworkError.invalidInput(
        name: name,
        reason: "its shape is [N, \(shape.map(String.init).joined(separator: ", "))] where images are "
          + "[N, 3, size, size]")
    }
    guard PreprocessingRecipe.inputSizes.contains(shape[1]) else {
      throw NetworkError.invalidInput(
        name: name, reason: "it takes images of \(shape[1]) pixels a side, more than can be made")
    }
    return shape[1]
  }
}

extension PreprocessingRecipe {
  /// The recipe for a network's input size.
  func fitted(to size: Int) -> PreprocessingRecipe { inputSize == size ? self : resized(to: size) }

  /// What a network that takes images of any size is given.
  var openInputSize: Int2 { Int2(inputSize, inputSize) }
}
