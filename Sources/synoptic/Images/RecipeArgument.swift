import ArgumentParser
import Imaging
import Stages

/// What `--recipe` takes: a recipe's name, or a recipe spelled out as in a pipeline file.
struct RecipeArgument: ExpressibleByArgument, CustomStringConvertible {
  let description: String

  init(argument: String) { description = argument }

  static var defaultCompletionKind: CompletionKind { .list(PreprocessingRecipe.all.map(\.name)) }

  /// - Throws: `PipelineError` with all that is wrong with it: read when the command runs, since the parser of the command
  ///   line has no room for more than one sentence.
  var stated: StatedRecipe {
    get throws { try StatedRecipe(description, of: "--recipe") }
  }

  static let names = PreprocessingRecipe.all.map(\.name).joined(separator: ", ")

  /// The names, and what a recipe of one's own may say.
  static let explanation: String = {
    let names = PreprocessingRecipe.explanations.map { "  \($0.name): \($0.text)" }
    let parts = StatedRecipe.parts.map { "  \($0.name): \($0.text)" }
    let heading =
      "Or one of your own, as at `preprocess` of a pipeline file: '{ part: value, ... }' of these."
    return (names + ["", heading] + parts).joined(separator: "\n")
  }()
}
