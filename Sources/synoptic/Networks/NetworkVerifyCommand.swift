import ArgumentParser
import Network
import Stages

struct NetworkVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare a network's int8 form with float32 on photographs.",
    discussion: """
      Accuracy is told where the folders are named by wnid. Int8 is calibrated on --calibrate FOLDER, or else \
      on the first 300 of the images themselves, by SHA-256.

      EXAMPLES
        synoptic network verify lite0.onnx --images photos
        synoptic network verify vgg16.onnx --images photos --calibrate others --recipe keras-vgg16
        synoptic network verify lite0.onnx --images photos --json
      """)

  @Argument(help: "An ONNX file.", completion: .file())
  var network: String

  @Option(help: ArgumentHelp("The photographs to compare on.", valueName: "folder"), completion: .directory)
  var images: String

  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var quantizing: QuantizingOptions

  @Option(
    help:
      "Class names: ilsvrc2012, or a file with one wnid a line (default: ilsvrc2012 where there are 1,000).")
  var labels: String?

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var json: JSONFlag

  func run() throws {
    try InputFile.check(network)
    let file = try NetworkFile.load(network)
    let display = ProgressDisplay()
    defer { display.finish() }
    let result = try NetworkVerification.run(
      file, images: images, calibration: calibration.calibrate, count: calibration.count,
      recipe: calibration.recipe, labels: labels, options: quantizing.resolved, threads: threads.resolved
    ) { done, total in
      display.receive(.advanced(stage: "verify", done: done, failed: 0, total: total))
    }
    display.finish()
    try StandardOutput.write(json.isOn ? listing(result).line + "\n" : table(result))
  }

  private func listing(_ result: NetworkVerification) -> JSON {
    func agreement(_ value: NetworkVerification.Agreement) -> JSON {
      ["mean": .number(value.mean), "min": .number(value.min)]
    }
    return [
      "images": .integer(result.images), "failed": .integer(result.failed),
      "top1": result.top1.map(JSON.number) ?? .null, "top1_float": result.top1Float.map(JSON.number) ?? .null,
      "top1_agreement": .number(result.top1Agreement), "logit_cosine": agreement(result.logitCosine),
      "embedding_cosine": agreement(result.embeddingCosine),
      "calibration_images": .integer(result.calibrationImages), "layer": .string(result.layer),
    ]
  }

  private func table(_ result: NetworkVerification) -> String {
    var table = TextTable([("MEASURE", .left), ("VALUE", .right)])
    table.append(["images compared", Quantities.count(result.images)])
    if result.failed > 0 {
      table.append(["images that could not be decoded", Quantities.count(result.failed)])
    }
    table.append(["images calibrated on", Quantities.count(result.calibrationImages)])
    if let top1 = result.top1Float { table.append(["top-1, float32", Quantities.percent(top1)]) }
    if let top1 = result.top1 { table.append(["top-1, int8", Quantities.percent(top1)]) }
    table.append(["same top-1 in both", Quantities.percent(result.top1Agreement)])
    for (name, cosine) in [("logits", result.logitCosine), (result.layer, result.embeddingCosine)] {
      table.append(["cosine of \(name), mean", Quantities.fixed(cosine.mean, 5)])
      table.append(["cosine of \(name), least", Quantities.fixed(cosine.min, 5)])
    }
    return table.text
  }
}
