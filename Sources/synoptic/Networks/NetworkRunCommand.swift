import ArgumentParser
import Network
import Stages

struct NetworkRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a raw tensor through a network.",
    discussion: """
      The input is a NumPy file, float32, [N, C, H, W] or [C, H, W]; the output has a row for each image. \
      Without --float the network runs in int8, calibrated on --calibrate FOLDER or else on the input itself.

      EXAMPLES
        synoptic network run lite0.onnx --input x.npy --output y.npy --float
        synoptic network run lite0.onnx --input x.npy --output y.npy --layer embedding --calibrate photos
        synoptic network run lite0.onnx --input x.npy --output y.npy --isa scalar
      """)

  @Argument(help: "An ONNX file, or a quantised network.", completion: .file())
  var network: String

  @Option(
    help: ArgumentHelp("The tensor to run.", valueName: "x.npy"), completion: .file(extensions: ["npy"]))
  var input: String

  @Option(
    help: ArgumentHelp("The NumPy file to write.", valueName: "y.npy"), completion: .file(extensions: ["npy"])
  )
  var output: String

  @Option(help: "The layer to write (default: the network's output).")
  var layer: String?

  @Flag(help: "Run in float32.")
  var float = false

  @OptionGroup var instructionSet: InstructionSetOption
  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var threads: ThreadsOption

  func run() throws {
    let recipe = try calibration.recipe?.stated
    let output = try OutputFile.place(for: output)
    try InputFile.check(network)
    try InputFile.check(input)
    let tensor = try NumpyArray.read(input).tensor
    let size = tensor.shape.suffix(2)
    let file = try NetworkFile.load(network, openSize: Int2(size.first ?? 0, size.last ?? 0))
    let images = try float ? nil : calibration.images(for: file, recipe, threads: threads.resolved)
    let result = try file.run(
      tensor, layer: layer, isFloat: float, calibration: images, instructionSet: instructionSet.resolved,
      threads: threads.resolved)
    try NumpyArray(result).write(output)
  }
}

extension CalibrationOptions {
  /// Nil where no folder was named.
  func images(
    for file: NetworkFile, _ recipe: StatedRecipe?, threads: Int
  ) throws -> CalibrationImages? {
    try calibrate.map {
      try CalibrationImages(
        folder: $0, count: count, recipe: file.fitted(recipe ?? .usual), threads: threads)
    }
  }
}
