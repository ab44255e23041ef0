import Corpus
import Digest
import FeatureStore
import Foundation
import GRDB
import Imaging
import Network
import Pipeline
import Quantization

/// `network`: reads an ONNX model and keeps it in the store, in int8 after calibration, or as it is.
///
/// The calibration images are those of the images stage when the network is first made: the ones of the smallest
/// SHA-256, which is as good as chance and the same everywhere. Images added later don't calibrate it again.
public struct NetworkStage: StageKind, WholeStage {
  public static let name = "network"
  public static let resultsVersion = 2
  public static let summary = "A convolutional network from an ONNX file, calibrated and quantized to int8."
  public static let parameters: [ParameterDeclaration] =
    [
      .init("model", .path(.file), isRequired: true, help: "an ONNX file"),
      .init(
        "labels", .nameOrPath(NetworkLabels.names, .file),
        help: "the classes the outputs stand for: ilsvrc2012, or a file with a wnid a line"),
      .init(
        "precision", .choice(Precision.allCases.map(\.rawValue)), default: .text(Precision.int8.rawValue),
        help: "int8, several times faster, or float32"),
      .init(
        "calibrate",
        .group([
          .init(
            "images", .reference(kinds: [ImagesStage.name]), isRequired: true,
            help: "the images to calibrate on: of the kind the network will see"),
          .init("count", .integer(1...100_000), default: .integer(300), help: "how many of them"),
        ]),
        help:
          "what int8 ranges are chosen by; needed for precision int8, unless the model is quantized already"
      ),
    ] + PreprocessingParameters.declarations

  public enum Precision: String, Sendable, CaseIterable {
    case int8
    case float32
  }

  let model: String
  /// A name or a path; nil for a network without labels.
  let labels: String?
  let stated: StatedRecipe
  let precision: Precision
  let calibrationCount: Int

  public static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    let precision = Precision(rawValue: try parameters.text("precision")) ?? .int8
    let model = try parameters.path("model")
    if precision == .int8 && !parameters.has("calibrate") && !isQuantized(model) {
      throw StageParameterError(
        parameter: "precision",
        message: "stage '\(parameters.stageName)' is int8 and has nothing to calibrate on; expected "
          + "calibrate: { images: NAME OF AN IMAGES STAGE }, or precision: float32")
    }
    return NetworkStage(
      model: model,
      labels: parameters.text(ifPresent: "labels") ?? parameters.path(ifPresent: "labels"),
      stated: try StatedRecipe(parameters), precision: precision,
      calibrationCount: parameters.integer(ifPresent: "calibrate.count") ?? 300)
  }

  /// Whether a model has its own scales. What can't be read is told when the stage runs.
  private static func isQuantized(_ model: String) -> Bool {
    guard let file = try? NetworkFile.load(model) else { return false }
    return file.isQuantized
  }

  public func inputs() throws -> [StageInput] {
    var inputs = [
      StageInput.file(name: "model", path: model),
      .value(name: "preprocessing", text: stated.recipe.canonicalDescription),
    ]
    if let labels, !NetworkLabels.names.contains(labels) {
      inputs.append(.file(name: "labels", path: labels))
    }
    return inputs
  }

  public func run(_ context: StageContext) async throws -> ItemCounts {
    let digest = try SHA256.hash(fileAt: model)
    let graph = try Graph.load(onnx: model).settingOpenInputSize(stated.recipe.openInputSize).simplified()
    let recipe = try stated.fitted(to: NetworkInput.size(of: graph))
    let interface = try NetworkInterface(graph, recipe: recipe)
    let labels = try self.labels.map { try NetworkLabels.load($0) }
    if let labels {
      let shape = try graph.shapes(batch: 1)[interface.scores] ?? []
      try NetworkLabels.check(labels, outputs: shape.reduce(1, *))
    }
    let (plan, images): ([UInt8], Int) =
      switch precision {
      case .int8: try quantize(graph, recipe, context)
      case .float32: (try FileContents.read(model, limit: 1 << 31), 0)
      }
    try context.checkForStop()
    let json = try interface.json
    let fileName = URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent
    _ = try await context.database.write { [precision] db in
      try NetworkRecord.upsert(
        fingerprint: context.fingerprint, name: fileName, modelDigest: digest,
        precision: precision.rawValue, plan: plan, recipe: json, labels: labels, in: db)
    }
    return ItemCounts(done: max(1, images))
  }

  private func quantize(
    _ graph: Graph, _ recipe: PreprocessingRecipe, _ context: StageContext
  ) throws -> (plan: [UInt8], images: Int) {
    if let network = try QuantizedNetwork.asGiven(graph) { return (try network.serialized, 0) }
    let images = try context.reference("calibrate.images")
    let candidates = try context.database.read { db in
      try CorpusContents.byDigest(ofImagesStage: images, in: db)
    }
    let count = calibrationCount
    let reader = ImageReader()
    let (calibration, seen, _) = try context.steps.measure(Step("calibrate")) {
      try CalibrationRun.run(
        graph, recipe: recipe, candidates: candidates, count: count, threads: context.threads,
        bytes: { try? reader.bytes(of: $0.location) },
        advance: { done in
          try context.checkForStop()
          context.advance(done: done, total: min(count, candidates.count))
        })
    }
    guard seen > 0 else {
      throw CalibrationError.noImages(source: "stage \(images.stageName)", found: candidates.count)
    }
    let network = try context.steps.measure(Step("quantize")) {
      try QuantizedNetwork.quantize(
        graph, calibration: calibration, inputRange: PixelTables.range(of: recipe.normalizationTable()))
    }
    return (try network.serialized, seen)
  }
}

public enum CalibrationError: Error, Sendable, Hashable, CustomStringConvertible {
  case noImages(source: String, found: Int)

  public var description: String {
    switch self {
    case .noImages(let source, let found):
      found == 0
        ? "There is nothing to calibrate the network on: \(source) has no images."
        : "There is nothing to calibrate the network on: none of the \(found) images of \(source) can be decoded."
    }
  }
}
