import ArgumentParser
import Network
import Stages

struct NetworkVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare a network's int8 form with float32 on photographs.",
    discussion: """
      The images are a folder's, a manifest's, or those of a store. What is compared is the network that the store \
      has made of the model; or --int8 FILE; or else one calibrated on --calibrate FOLDER, or on the first 300 of \
      the images themselves by SHA-256: then the others, held out, are told apart. True classes are known where \
      folders are named by wnid. Without --recipe, images are prepared as the store or the file of int8 keeps it.

      EXAMPLES
        synoptic network verify lite0.onnx --images photos
        synoptic network verify lite0.onnx --images store.sqlite
        synoptic network verify vgg16.onnx --images photos --calibrate others --recipe keras-vgg16
        synoptic network verify lite0.onnx --images photos --int8 lite0.int8 --json
      """)

  @Argument(help: "An ONNX file.", completion: .file())
  var network: String

  @Option(
    help: ArgumentHelp(
      "The photographs to compare on: a folder, a manifest or a store.", valueName: "folder|store"),
    completion: .file())
  var images: String

  @Option(
    name: .customLong("int8"),
    help: ArgumentHelp("Compare this file of `synoptic network quantize`.", valueName: "file"),
    completion: .file())
  var quantized: String?

  @OptionGroup var openSize: OpenSizeOption
  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var quantizing: QuantizingOptions

  @Option(
    help:
      "Class names: ilsvrc2012, or a file with one wnid a line (default: ilsvrc2012 where there are 1,000).")
  var labels: String?

  @Option(help: "On how many of the images to measure each layer's noise; 0 for none.")
  var layerImages = 32

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var json: JSONFlag

  func validate() throws {
    if layerImages < 0 { throw ValidationError("--layer-images is \(layerImages), and can't be negative") }
    if quantized != nil && calibration.calibrate != nil {
      throw ValidationError("--int8 FILE is quantized already: it can't be calibrated with --calibrate")
    }
  }

  func run() throws {
    let recipe = try calibration.recipe?.stated
    try InputFile.check(network)
    try InputFile.check(images)
    if let quantized { try InputFile.check(quantized) }
    let file = try NetworkFile.load(network, openSize: openSize.resolved(for: recipe))
    let display = ProgressDisplay()
    defer { display.finish() }
    let result = try NetworkVerification.run(
      file, images: try OpenStore.path(of: images), int8: quantized, calibration: calibration.calibrate,
      count: calibration.count, recipe: recipe, labels: labels, options: quantizing.resolved,
      layerImages: layerImages, threads: threads.resolved
    ) { done, total in
      display.receive(.advanced(stage: "verify", done: done, failed: 0, total: total))
    }
    display.finish()
    let listing = VerificationListing(result)
    try StandardOutput.write(json.isOn ? listing.json.line + "\n" : listing.text)
  }
}
