import Imaging
import Pipeline

/// A preprocessing recipe as someone stated it, before it meets a network: by name, whose size is then the network's, or
/// spelled out, where a size that is said must be the network's.
public struct StatedRecipe: Sendable, Hashable {
  public var recipe: PreprocessingRecipe
  /// Whether the input size is the user's own.
  public let cropIsStated: Bool

  /// What stands where nothing is stated.
  public static let usual = StatedRecipe(.efficientNet)

  public init(_ recipe: PreprocessingRecipe, cropIsStated: Bool = false) {
    self.recipe = recipe
    self.cropIsStated = cropIsStated
  }

  /// What the stage's parameters say, decoding included.
  init(_ parameters: StageParameters) throws(StageParameterError) {
    self.init(
      try PreprocessingParameters.recipe(parameters), cropIsStated: parameters.has("preprocess.crop"))
    recipe.decoding = try PreprocessingParameters.decoding(parameters)
  }

  /// What stands behind an option of the command line: what may stand at `preprocess` in a pipeline file.
  ///
  /// - Parameter option: with its dashes, for messages.
  /// - Throws: `PipelineError` with every problem that was found.
  public init(_ text: String, of option: String) throws(PipelineError) {
    let parameter = OptionParameter(option, PreprocessingParameters.preprocess)
    self = try parameter.value(of: text) { (parameters) throws(StageParameterError) in
      StatedRecipe(
        try PreprocessingParameters.recipe(parameters), cropIsStated: parameters.has("preprocess.crop"))
    }
  }

  /// What a recipe that is spelled out may say, for help texts.
  public static let parts = PreprocessingParameters.spelledOut.map {
    (name: $0.name, text: "\($0.help) (\($0.type.expectation))")
  }

  /// The recipe for a network's input size.
  ///
  /// - Throws: `StatedRecipeError` where another size is stated.
  public func fitted(to size: Int) throws(StatedRecipeError) -> PreprocessingRecipe {
    if cropIsStated && size != recipe.inputSize {
      throw StatedRecipeError(crop: recipe.inputSize, size: size)
    }
    return recipe.fitted(to: size)
  }
}

/// A recipe cuts out another size than a network takes.
public struct StatedRecipeError: Error, Sendable, Hashable, CustomStringConvertible {
  public var crop: Int
  public var size: Int

  public var description: String {
    "The recipe's crop is \(crop), and the network takes images of \(size) pixels a side; "
      + "expected the same."
  }
}
