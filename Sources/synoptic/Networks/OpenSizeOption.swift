import ArgumentParser
import Network
import Stages

/// The size of images for a network that takes any.
struct OpenSizeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of images, where the network takes any: pixels a side, or height x width as in 48x320.",
      valueName: "size"))
  var size = ImageSize(NetworkFile.usualSize)

  /// `224`, or `48x320`.
  struct ImageSize: ExpressibleByArgument, CustomStringConvertible {
    let resolved: Int2

    init(_ size: Int2) { resolved = size }

    init?(argument: String) {
      let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard (1...2).contains(parts.count), parts.allSatisfy({ (1...8192).contains($0) }) else { return nil }
      resolved = Int2(parts[0], parts[parts.count - 1])
    }

    var description: String {
      resolved.height == resolved.width ? "\(resolved.height)" : "\(resolved.height)x\(resolved.width)"
    }
  }
}
