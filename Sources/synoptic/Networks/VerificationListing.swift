import Foundation
import Stages

/// A verification as tables, and as JSON.
struct VerificationListing {
  private let result: NetworkVerification

  init(_ result: NetworkVerification) { self.result = result }

  // MARK: JSON

  var json: JSON {
    let layers = result.layers.map { layer -> JSON in
      ["name": .string(layer.name), "kind": .string(layer.kind), "snr_db": .number(layer.decibels)]
    }
    var members = Self.members(result.compared)
    members += [
      .init(name: "held_out", value: result.heldOut.map { .object(Self.members($0)) } ?? .null),
      .init(name: "failed", value: .integer(result.failed)),
      .init(name: "calibration_images", value: .integer(result.calibrationImages)),
      .init(name: "int8", value: .string(result.origin)),
      .init(name: "layer", value: .string(result.layer)),
      .init(name: "without_classes", value: .text(result.withoutClasses)),
      .init(name: "layer_images", value: .integer(result.layerImages)),
      .init(name: "layers", value: .array(layers)),
    ]
    return .object(members)
  }

  private static func members(_ measures: VerificationMeasures) -> [JSON.Member] {
    func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
    return [
      .init(name: "images", value: .integer(measures.images)),
      .init(name: "top1", value: number(measures.top1)),
      .init(name: "top1_float", value: number(measures.top1Float)),
      .init(name: "top1_agreement", value: number(measures.top1Agreement)),
      .init(name: "top5_agreement", value: number(measures.top5Agreement)),
      .init(name: "logit_cosine", value: json(measures.logitCosine)),
      .init(name: "embedding_cosine", value: json(measures.embeddingCosine)),
    ]
  }

  private static func json(_ agreement: VerificationMeasures.Agreement) -> JSON {
    let bins = VerificationMeasures.Agreement.bins
    let histogram = agreement.histogram.enumerated().map { index, images -> JSON in
      [
        "from": .number(bins[index]), "to": .number(index + 1 < bins.count ? bins[index + 1] : 1),
        "images": .integer(images),
      ]
    }
    return [
      "mean": .number(agreement.mean), "min": .number(agreement.min), "histogram": .array(histogram),
    ]
  }

  // MARK: Tables

  var text: String {
    var text = "int8: \(TextTable.printable(result.origin))"
    if let count = result.calibrationImages { text += ", \(Quantities.count(count, "image"))" }
    text += "\n"
    if result.failed > 0 {
      text += "\(Quantities.count(result.failed, "image")) could not be decoded\n"
    }
    if let reason = result.withoutClasses {
      text += "classes are not compared: \(TextTable.printable(reason))\n"
    }
    text += "\n" + measures + "\n" + histogram
    if !result.layers.isEmpty { text += "\n" + layers }
    return text
  }

  private var measures: String {
    var columns: [(title: String, alignment: TextTable.Alignment)] = [("MEASURE", .left), ("ALL", .right)]
    var sets = [result.compared]
    if let heldOut = result.heldOut {
      columns.append(("HELD OUT", .right))
      sets.append(heldOut)
    }
    var table = TextTable(columns)
    func append(_ name: String, _ value: (VerificationMeasures) -> String?) {
      let cells = sets.map(value)
      if cells.contains(where: { $0 != nil }) { table.append([name] + cells.map { $0 ?? "" }) }
    }
    append("images compared") { Quantities.count($0.images) }
    append("top-1, float32") { $0.top1Float.map(Quantities.percent) }
    append("top-1, int8") { $0.top1.map(Quantities.percent) }
    append("same top-1 in both") { $0.top1Agreement.map(Quantities.percent) }
    append("shared of the top 5") { $0.top5Agreement.map(Quantities.percent) }
    for (name, path) in [
      ("logits", \VerificationMeasures.logitCosine), (result.layer, \VerificationMeasures.embeddingCosine),
    ] {
      append("cosine of \(name), mean") { Quantities.fixed($0[keyPath: path].mean, 5) }
      append("cosine of \(name), least") { Quantities.fixed($0[keyPath: path].min, 5) }
    }
    return table.text
  }

  private var histogram: String {
    let bins = VerificationMeasures.Agreement.bins
    let logits = result.compared.logitCosine.histogram
    let embeddings = result.compared.embeddingCosine.histogram
    var table = TextTable([
      ("COSINE FROM", .right), ("LOGITS", .right), (result.layer.uppercased(), .right), ("", .left),
    ])
    let most = max(1, logits.max() ?? 1)
    for index in bins.indices where logits[index] + embeddings[index] > 0 {
      table.append([
        Quantities.fixed(bins[index], 4), Quantities.count(logits[index]),
        Quantities.count(embeddings[index]),
        String(repeating: "#", count: (logits[index] * 40 + most - 1) / most),
      ])
    }
    return table.text
  }

  private var layers: String {
    var table = TextTable([("LAYER", .left), ("KIND", .left), ("SIGNAL TO NOISE", .right)])
    for layer in result.layers {
      table.append([
        layer.name, layer.kind,
        layer.decibels.isFinite ? Quantities.fixed(layer.decibels, 1) + " dB" : "exact",
      ])
    }
    return table.text
  }
}
