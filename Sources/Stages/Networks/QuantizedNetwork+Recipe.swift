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

  /// The same network, for images that are prepared as stated: of a model that had its own scales, nothing else says how.
  ///
  /// - Throws: `StatedRecipeError` where the network takes images of another size; `KeptRecipeError` where it was
  ///   calibrated on images that were prepared otherwise.
  public func keeping(_ stated: StatedRecipe) throws -> QuantizedNetwork {
    guard input.shape.height == input.shape.width else { return self }
    let recipe = try stated.fitted(to: input.shape.height)
    guard let kept = try self.recipe else { return try keeping(recipe) }
    guard kept == recipe else { throw KeptRecipeError() }
    return self
  }

  func keeping(_ recipe: PreprocessingRecipe) throws -> QuantizedNetwork {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var network = self
    network.preprocessing = String(decoding: try encoder.encode(recipe), as: UTF8.self)
    return network
  }
}

/// A recipe is stated for a network that was calibrated with another.
public struct KeptRecipeError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String {
    "The network was calibrated on images prepared by another recipe, without which its ranges say nothing: "
      + "leave the recipe out, or quantise the float model anew."
  }
}
