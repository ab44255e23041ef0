import ArgumentParser
import Network
import Quantization
import Stages

struct NetworkBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how many images a second a network takes: the median after a warm-up.",
    discussion: """
      The images are random and already in memory: this is the network alone.

      EXAMPLES
        synoptic network bench lite0.onnx --threads 2 --batch 16
        synoptic network bench lite0.onnx --float --json
        synoptic network bench lite0.onnx --isa avx2

      Without --json, a table says for each layer its products in millions (MMAC), its time for one image on one
      thread, and its share of the limit: as many products as the processor's instructions can do, measured first.
      A Winograd layer does with fewer products and may pass 100 %; in a mosaic, four images of the batch are one map
      to it. Large dense layers take up to eight images at once.
      """)

  @Argument(help: "An ONNX file, or a quantised network.", completion: .file())
  var network: String

  @Flag(help: "Measure float32 instead of int8.")
  var float = false

  @OptionGroup var threads: ThreadsOption

  @Option(
    help:
      "Images in a batch, shared among the threads; in int8, threads share an image where there are fewer.")
  var batch = 16

  @Option(help: "About how long to measure, in seconds.")
  var seconds = 3.0

  @OptionGroup var openSize: OpenSizeOption
  @OptionGroup var instructionSet: InstructionSetOption
  @OptionGroup var json: JSONFlag

  func validate() throws {
    if !(1...65_536).contains(batch) {
      throw ValidationError("--batch is \(batch), and must be from 1 to 65536")
    }
    if !(0.1...3600).contains(seconds) {
      throw ValidationError("--seconds is \(seconds), and must be from 0.1 to 3600")
    }
  }

  func run() throws {
    try InputFile.check(network)
    let result = try NetworkBenchmark.run(
      NetworkFile.load(network, openSize: openSize.resolved), threads: threads.resolved, batch: batch,
      isFloat: float,
      instructionSet: instructionSet.resolved, seconds: seconds, profilesLayers: !json.isOn)
    if json.isOn { return try StandardOutput.write(line: listing(result).line) }
    var table = TextTable([("MEASURE", .left), ("VALUE", .right)])
    table.append(["images a second", Quantities.fixed(result.imagesPerSecond, 1)])
    table.append(["milliseconds a batch", Quantities.fixed(1000 * result.secondsPerBatch, 2)])
    table.append(["batch", Quantities.count(result.batch)])
    table.append(["threads", Quantities.count(result.threads)])
    table.append(["precision", result.precision])
    table.append(["instruction set", result.instructionSet])
    if let profile = result.profile { try StandardOutput.write(layerTable(profile).text + "\n") }
    try StandardOutput.write(table.text)
  }

  private func layerTable(_ profile: PlanProfile) -> TextTable {
    let limit = MultiplicationLimit.measure(instructionSet.resolved)
    var table = TextTable([
      ("LAYER", .left), ("KERNEL", .left), ("WINDOW", .left), ("INPUT", .left), ("OUTPUT", .left),
      ("MMAC", .right),
      ("MS", .right), ("LIMIT", .right),
    ])
    func dimensions(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
    for layer in profile.layers {
      let share = Double(layer.multiplications) / layer.seconds / limit
      table.append([
        layer.name, layer.kernel, dimensions(layer.window), dimensions(layer.input), dimensions(layer.output),
        layer.multiplications > 0 ? Quantities.fixed(Double(layer.multiplications) / 1e6, 2) : "",
        Quantities.fixed(1000 * layer.seconds, 3),
        layer.multiplications > 0 ? "\(Int((100 * share).rounded())) %" : "",
      ])
    }
    return table
  }

  private func listing(_ result: NetworkBenchmark) -> JSON {
    [
      "images_per_second": .number(result.imagesPerSecond),
      "seconds_per_batch": .number(result.secondsPerBatch),
      "rounds": .integer(result.rounds), "threads": .integer(result.threads), "batch": .integer(result.batch),
      "precision": .string(result.precision), "instruction_set": .string(result.instructionSet),
    ]
  }
}
