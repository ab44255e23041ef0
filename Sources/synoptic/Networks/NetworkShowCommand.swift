import ArgumentParser
import Network
import Quantization
import Stages

struct NetworkShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "List a network's layers: name, kind, shape, work of one image, and whether they run in int8.",
    discussion: """
      A name can be used as a pipeline's `layer:` or with `network run --layer`; in int8, a convolution that only an \
      addition reads is one with it and has no name of its own. Batch normalizations and \
      activations are folded into what they follow; `embedding` is what enters the classifier. What has no int8 form \
      runs in float32 inside the int8 network; the last column says why.

      EXAMPLES
        synoptic network show efficientnet-lite0.onnx
        synoptic network show vgg16.onnx --json
      """)

  @Argument(help: "An ONNX file, or a quantised network.", completion: .file())
  var network: String

  @OptionGroup var openSize: OpenSizeOption
  @OptionGroup var json: JSONFlag

  func run() throws {
    try InputFile.check(network)
    let file = try NetworkFile.load(network, openSize: openSize.resolved)
    let rows = try LayerRows(file)
    if json.isOn { return try StandardOutput.write(line: listing(file, rows).line) }
    var table = TextTable([
      ("LAYER", .left), ("KIND", .left), ("SHAPE", .left), ("MACS", .right), ("PARAMETERS", .right),
      ("RUNS IN", .left),
    ])
    for layer in rows.layers {
      table.append([
        layer.name + (layer.name == rows.embedding ? " (embedding)" : ""), layer.kind,
        layer.shape.isEmpty ? "told by running" : layer.shape.map(String.init).joined(separator: " x "),
        layer.multiplyAccumulates == 0 ? "" : Quantities.magnitude(layer.multiplyAccumulates),
        layer.parameters == 0 ? "" : Quantities.magnitude(layer.parameters),
        layer.precision.map { $0.rawValue + (layer.reason.map { ": \($0)" } ?? "") } ?? "",
      ])
    }
    table.append([
      "total", "\(rows.layers.count) layers", "", Quantities.magnitude(rows.multiplyAccumulates),
      Quantities.magnitude(rows.parameters),
      rows.int8Share.map { "int8: \(Quantities.percent($0)) of the MACs" } ?? "",
    ])
    try StandardOutput.write(table.text)
  }

  private func listing(_ file: NetworkFile, _ rows: LayerRows) -> JSON {
    [
      "name": .string(file.name), "input": .array(file.inputShape.map { JSON.integer($0) }),
      "quantized": .boolean(file.isQuantized), "outputs": .strings(rows.outputs),
      "embedding": .text(rows.embedding),
      "layers": .array(
        rows.layers.map { layer in
          [
            "name": .string(layer.name), "kind": .string(layer.kind),
            "shape": .array(layer.shape.map { JSON.integer($0) }),
            "macs": .integer(layer.multiplyAccumulates), "parameters": .integer(layer.parameters),
            "precision": .text(layer.precision?.rawValue), "reason": .text(layer.reason),
          ]
        }),
      "macs": .integer(rows.multiplyAccumulates), "parameters": .integer(rows.parameters),
      "int8_macs": rows.int8Share.map(JSON.number) ?? .null,
    ]
  }
}

/// The layers of a network with what they run in.
private struct LayerRows {
  struct Row {
    var name: String
    var kind: String
    var shape: [Int]
    var multiplyAccumulates: Int
    var parameters: Int
    /// Nil for what is no computation in int8, or where that isn't known.
    var precision: QuantizedLayer.Precision?
    var reason: String?
  }

  let layers: [Row]
  let outputs: [String]
  let embedding: String?

  init(_ file: NetworkFile) throws {
    if let quantized = file.quantized {
      layers = quantized.listing.map { layer in
        Row(
          name: layer.name, kind: layer.kind, shape: layer.shape,
          multiplyAccumulates: layer.multiplyAccumulates, parameters: layer.parameters,
          precision: layer.precision, reason: layer.reason)
      }
      outputs = quantized.outputs
      embedding = try? quantized.layerName(of: "embedding")
      return
    }
    let graph = try file.neededGraph(for: "showing")
    // A network that has no int8 form at all is listed all the same.
    var trial: QuantizedNetwork?
    var isRefused = false
    do {
      trial = try QuantizedNetwork.trial(graph)
    } catch QuantizationError.unknownQuantization {
      isRefused = true
    } catch {}
    let listing = Dictionary((trial?.listing ?? []).map { ($0.name, $0) }) { first, _ in first }
    layers = try graph.layers().map { layer in
      let placed = trial?.layer(named: layer.name, among: listing)
      // A convolution that an addition is one with has no value of its own in int8.
      let isFused = trial != nil && placed == nil && layer.multiplyAccumulates > 0
      let isRefusedProduct = isRefused && layer.multiplyAccumulates > 0
      return Row(
        name: layer.name, kind: layer.kind, shape: layer.shape,
        multiplyAccumulates: layer.multiplyAccumulates, parameters: layer.parameters,
        precision: isFused ? .int8 : isRefused ? .float32 : placed?.precision,
        reason: isRefusedProduct ? "int8 can't follow the model's own quantising" : placed?.reason)
    }
    outputs = graph.outputs
    embedding = try? file.resolveLayer("embedding")
  }

  var multiplyAccumulates: Int { layers.reduce(0) { $0 &+ $1.multiplyAccumulates } }
  var parameters: Int { layers.reduce(0) { $0 &+ $1.parameters } }

  /// Of the multiply-accumulates.
  var int8Share: Double? {
    guard multiplyAccumulates > 0, layers.contains(where: { $0.precision != nil }) else { return nil }
    let int8 = layers.filter { $0.precision == .int8 }.reduce(0) { $0 &+ $1.multiplyAccumulates }
    return Double(int8) / Double(multiplyAccumulates)
  }
}
