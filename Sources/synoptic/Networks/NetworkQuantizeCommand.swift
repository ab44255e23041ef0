import ArgumentParser
import Stages

struct NetworkQuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Write a network's int8 form, calibrated on photographs.",
    discussion: """
      A model that is quantized already (QDQ or QOperator) keeps its own scales; it needs no photographs. Of others, \
      the file keeps the recipe.

      EXAMPLES
        synoptic network quantize lite0.onnx --calibrate photos --output lite0.int8
        synoptic network quantize vgg16.onnx --calibrate photos --recipe keras-vgg16 --output vgg16.int8
        synoptic network quantize b0.onnx --calibrate photos --recipe '{ recipe: torchvision, filter: bicubic }' --output b0.int8
        synoptic network quantize lite0.onnx --calibrate photos --ranges kl --output lite0-kl.int8
      """)

  @Argument(help: "An ONNX file.", completion: .file())
  var network: String

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
  var output: String

  @OptionGroup var openSize: OpenSizeOption
  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var quantizing: QuantizingOptions
  @OptionGroup var threads: ThreadsOption

  func run() throws {
    let recipe = try calibration.recipe?.stated
    let output = try OutputFile.place(for: output)
    try InputFile.check(network)
    let file = try NetworkFile.load(network, openSize: openSize.resolved(for: recipe))
    if calibration.calibrate == nil, !file.isQuantized {
      throw ValidationError("--calibrate FOLDER is missing: \(network) is a float network")
    }
    if file.isQuantized { StandardError.say("\(network) is quantized already: its own scales are kept") }
    let images = try file.isQuantized ? nil : calibration.images(for: file, recipe, threads: threads.resolved)
    let bytes = try file.quantized(calibratedWith: images, recipe: recipe, options: quantizing.resolved)
      .serialized
    try OutputFile.write(bytes, to: output)
    StandardError.say("wrote \(Quantities.magnitude(bytes.count)) bytes to \(output)")
  }
}
