import ArgumentParser
import Network
import Stages

struct NetworkShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "List a network's layers: name, kind, shape, multiply-accumulates and parameters of one image.",
    discussion: """
      A name can be used as a pipeline's `layer:` or with `network run --layer`; in int8, a convolution that only an \
      addition reads is one with it and has no name of its own. Batch normalizations and \
      activations are folded into what they follow; `embedding` is what enters the classifier.

      EXAMPLES
        synoptic network show efficientnet-lite0.onnx
        synoptic network show vgg16.onnx --json
      """)

  @Argument(help: "An ONNX file, or a quantised network.", completion: .file())
  var network: String

  @OptionGroup var json: JSONFlag

  func run() throws {
    try InputFile.check(network)
    let file = try NetworkFile.load(network)
    guard let graph = file.graph else { return try printQuantized(file) }
    let layers = try graph.layers()
    let embedding = try? file.resolveLayer("embedding")
    if json.isOn { return try StandardOutput.write(line: listing(file, layers, embedding).line) }
    var table = TextTable([
      ("LAYER", .left), ("KIND", .left), ("SHAPE", .left), ("MACS", .right), ("PARAMETERS", .right),
    ])
    for layer in layers {
      table.append([
        layer.name + (layer.name == embedding ? " (embedding)" : ""), layer.kind,
        layer.shape.map(String.init).joined(separator: " x "),
        layer.multiplyAccumulates == 0 ? "" : Quantities.magnitude(layer.multiplyAccumulates),
        layer.parameters == 0 ? "" : Quantities.magnitude(layer.parameters),
      ])
    }
    let totals = Totals(layers)
    table.append([
      "total", "\(layers.count) layers", "", Quantities.magnitude(totals.multiplyAccumulates),
      Quantities.magnitude(totals.parameters),
    ])
    try StandardOutput.write(table.text)
  }

  private struct Totals {
    let multiplyAccumulates: Int
    let parameters: Int

    init(_ layers: [Layer]) {
      multiplyAccumulates = layers.reduce(0) { $0 &+ $1.multiplyAccumulates }
      parameters = layers.reduce(0) { $0 &+ $1.parameters }
    }
  }

  private func listing(_ file: NetworkFile, _ layers: [Layer], _ embedding: String?) -> JSON {
    let totals = Totals(layers)
    return [
      "name": .string(file.name), "input": .array(file.inputShape.map { JSON.integer($0) }),
      "outputs": .strings(file.graph?.outputs ?? []), "embedding": .text(embedding),
      "layers": .array(
        layers.map { layer in
          [
            "name": .string(layer.name), "kind": .string(layer.kind),
            "shape": .array(layer.shape.map { JSON.integer($0) }),
            "macs": .integer(layer.multiplyAccumulates), "parameters": .integer(layer.parameters),
          ]
        }),
      "macs": .integer(totals.multiplyAccumulates), "parameters": .integer(totals.parameters),
    ]
  }

  /// A quantised file keeps what is needed to run it: names and sizes.
  private func printQuantized(_ file: NetworkFile) throws {
    guard let quantized = file.quantized else { return }
    let layers = try quantized.layers.map { (name: $0, elements: try quantized.elementCount(of: $0)) }
    if json.isOn {
      let rows = layers.map { ["name": .string($0.name), "elements": .integer($0.elements)] as JSON }
      let listing: JSON = [
        "name": .string(file.name), "precision": "int8",
        "input": .array(file.inputShape.map { JSON.integer($0) }), "outputs": .strings(quantized.outputs),
        "layers": .array(rows),
      ]
      return try StandardOutput.write(line: listing.line)
    }
    var table = TextTable([("LAYER", .left), ("ELEMENTS", .right)])
    for layer in layers { table.append([layer.name, Quantities.count(layer.elements)]) }
    try StandardOutput.write(table.text)
  }
}
