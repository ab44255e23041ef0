import ArgumentParser
import Network
import Quantization
import Stages

struct NetworkCompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Write a network's int8 form with its weights packed for this machine.",
    discussion: """
      A compiled file starts fast: it is mapped, and nothing is packed. It holds the portable weights too, so every \
      machine can use it; one with other kernels packs them when it starts, as it does with a file of `synoptic \
      network quantize`. The results are the same, bit for bit.

      EXAMPLES
        synoptic network compile vgg16.int8 --output vgg16.plan
        synoptic network compile lite0.onnx --calibrate photos --output lite0.plan
      """)

  @Argument(help: "A quantised network, or an ONNX file.", completion: .file())
  var network: String

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
  var output: String

  @OptionGroup var openSize: OpenSizeOption
  @OptionGroup var instructionSet: InstructionSetOption
  @OptionGroup var calibration: CalibrationOptions
  @OptionGroup var threads: ThreadsOption

  func run() throws {
    let recipe = try calibration.recipe?.stated
    let output = try OutputFile.place(for: output)
    try InputFile.check(network)
    let file = try NetworkFile.load(network, openSize: openSize.resolved(for: recipe))
    let images =
      try file.quantized == nil ? calibration.images(for: file, recipe, threads: threads.resolved) : nil
    let quantized = try file.quantized(calibratedWith: images, recipe: recipe)
    let plan = try CompiledPlan(quantized, instructionSet: instructionSet.resolved)
    var count = 0
    try OutputFile.write(to: output) { sink in
      try plan.serialize { bytes in
        count += bytes.count
        try sink(bytes)
      }
    }
    StandardError.say("wrote \(Quantities.magnitude(count)) bytes to \(output)")
  }
}
