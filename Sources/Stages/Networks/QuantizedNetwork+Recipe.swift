import Foundation
import Imaging
import Quantization

/// A network that was quantised into a file keeps the recipe it was calibrated with: without it, its ranges say nothing.
extension QuantizedNetwork {
  /// Nil where the file says none: one of an earlier version, or of a model that had its own scales.
  ///
  /// - Throws: `QuantizationError.damaged` for what cannot have been written.
  public var recipe: PreprocessingRecipe? {
    get throws {
      guard let preprocessing else { return nil }
      guard
        let recipe = try? JSONDecoder().decode(PreprocessingRecipe.self, from: Data(preprocessing.utf8)),
        recipe.inputSize == input.shape.height, recipe.inputSize == input.shape.width
      else { throw QuantizationError.damaged(reason: "its preprocessing is no recipe for its images") }
      return recipe
    }
  }

  func keeping(_ recipe: PreprocessingRecipe) throws -> QuantizedNetwork {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var network = self
    network.preprocessing = String(decoding: try encoder.encode(recipe), as: UTF8.self)
    return network
  }
}
