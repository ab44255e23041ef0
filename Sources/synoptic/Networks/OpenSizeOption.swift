import ArgumentParser
import Network
import Stages

/// The size of images for a network that takes any.
struct OpenSizeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Of images, where the network takes any: pixels a side, or height x width as in 48x320 (default: the crop of a \
      recipe that is spelled out, or else \(NetworkFile.usualSize.height)).
      """, valueName: "size"))
  var size: ImageSize?

  var resolved: Int2 { size?.resolved ?? NetworkFile.usualSize }

  /// For images that a recipe makes.
  func resolved(for stated: StatedRecipe?) -> Int2 {
    guard size == nil, let stated, stated.cropIsStated else { return resolved }
    return Int2(stated.recipe.inputSize, stated.recipe.inputSize)
  }

  /// `224`, or `48x320`.
  struct ImageSize: ExpressibleByArgument {
    let resolved: Int2

    init?(argument: String) {
      let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard (1...2).contains(parts.count), parts.allSatisfy({ (1...8192).contains($0) }) else { return nil }
      resolved = Int2(parts[0], parts[parts.count - 1])
    }
  }
}
