import ArgumentParser
import Network
import Quantization
import Stages

struct NetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Look into a network, run it, and measure its int8 form.",
    discussion: """
      NET is an ONNX file, or one that `synoptic network quantize` or `compile` wrote.

      EXAMPLES
        synoptic network show efficientnet-lite0.onnx
        synoptic network verify efficientnet-lite0.onnx --images photos
        synoptic network bench efficientnet-lite0.onnx --threads 2 --batch 16
      """,
    subcommands: [
      NetworkShowCommand.self, NetworkRunCommand.self, NetworkVerifyCommand.self, NetworkBenchCommand.self,
      NetworkQuantizeCommand.self, NetworkCompileCommand.self,
    ])
}

extension InstructionSet: ExpressibleByArgument {}
extension QuantizationOptions.Ranges: ExpressibleByArgument {}
extension QuantizationOptions.Rounding: ExpressibleByArgument {}

/// `--isa`: the fastest there is unless told otherwise.
struct InstructionSetOption: ParsableArguments {
  @Option(
    name: .customLong("isa"), help: "The instruction set of the kernels (default: this processor's best).")
  var chosen: InstructionSet?

  var resolved: InstructionSet { chosen ?? .best }

  func validate() throws {
    guard let chosen, !InstructionSet.available.contains(chosen) else { return }
    let available = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("this processor doesn't have \(chosen.rawValue); it has \(available)")
  }
}

/// What int8's ranges are measured on.
struct CalibrationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Calibrate int8 on the images of this folder.", valueName: "folder"),
    completion: .directory)
  var calibrate: String?

  @Option(help: "How many images to calibrate on.")
  var count = 300

  @Option(
    help: """
      How images become the network's input: a recipe's name, or a recipe spelled out \
      (`synoptic images preprocess --help`) (default: \(StatedRecipe.usual.recipe.name)).
      """)
  var recipe: RecipeArgument?

  func validate() throws {
    if count < 1 { throw ValidationError("--count is \(count), and must be at least 1") }
  }
}

/// How int8 is made of what calibration saw.
struct QuantizingOptions: ParsableArguments {
  @Option(
    help: """
      How the range of an activation is chosen: all that was seen, all but one in 100,000 values at either end, \
      least squared error, least Kullback-Leibler divergence, or of these the one that disturbs the layers that \
      read it least.
      """)
  var ranges = QuantizationOptions.Ranges.best

  @Option(
    help: """
      How weights are rounded: each to the nearest step, or so that errors cancel at the layer's output.
      """)
  var rounding = QuantizationOptions.Rounding.adaptive

  var resolved: QuantizationOptions { QuantizationOptions(ranges: ranges, rounding: rounding) }
}
