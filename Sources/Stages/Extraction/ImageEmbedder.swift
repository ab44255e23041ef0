import Corpus
import FeatureStore
import Foundation
import GRDB
import Imaging
import Network
import Quantization

/// What a network makes of one image.
public struct ImageEmbedding: Sendable, Hashable {
  /// The layer's values, flat.
  public let vector: [Float]
  /// Best first; empty where the network has no labels or none were asked for.
  public let predictions: [Prediction]
}

/// A stored network made ready to turn images into vectors: for the `features` stage and for searching by image, so
/// that both give the same vector for the same bytes.
public struct ImageEmbedder: Sendable {
  public let recipe: PreprocessingRecipe
  /// The value's own name, not an alias.
  public let layer: String
  /// Values of a vector.
  public let dimension: Int
  /// The wnid of each class, in the order of the network's outputs.
  public let labels: [String]?

  let engine: NetworkEngine
  let predictions: Int
  let scoresAreProbabilities: Bool

  /// For the vectors of a space, from the store alone.
  public init(
    space: SpaceRecord, predictions: Int = 0, instructionSet: InstructionSet = .best, in db: Database
  ) throws {
    guard let network = try NetworkRecord.find(id: space.networkID, in: db) else {
      throw StoreError.damagedRow(table: "space", reason: "its network \(space.networkID) is not there")
    }
    try self.init(
      network: network, plan: network.plan(in: db), layer: space.layer, predictions: predictions,
      instructionSet: instructionSet)
    guard dimension == space.dimension else {
      throw StoreError.dimensionMismatch(space: space.name, expected: space.dimension, found: dimension)
    }
  }

  /// - Parameters:
  ///   - plan: the network's bytes in the store.
  ///   - layer: a value's name, or `embedding`.
  ///   - predictions: how many of the most probable classes to tell; none where the network has no labels.
  public init(
    network: NetworkRecord, plan: [UInt8], layer: String, predictions: Int,
    instructionSet: InstructionSet = .best
  ) throws {
    let interface = try NetworkInterface(json: network.recipe)
    recipe = interface.recipe
    labels = network.labels
    scoresAreProbabilities = interface.scoresAreProbabilities
    self.predictions = network.labels == nil ? 0 : predictions
    // The layer and the scores come from one run.
    let scores = self.predictions > 0 ? [interface.scores] : []
    if network.precision == NetworkStage.Precision.float32.rawValue {
      let graph = try ModelBytes.graph(plan, recipe: interface.recipe)
      self.layer = try graph.resolveLayer(layer)
      engine = try NetworkEngine(graph, outputs: [self.layer] + scores, instructionSet: instructionSet)
    } else {
      let quantized = try QuantizedNetwork(serialized: plan)
      self.layer = layer == "embedding" ? interface.embedding ?? layer : layer
      engine = try NetworkEngine(quantized, outputs: [self.layer] + scores, instructionSet: instructionSet)
    }
    dimension = try engine.elementCounts().first ?? 0
  }

  /// For one thread.
  public func makeWorker(damage: DamagePolicy = .fail) throws -> ImageEmbeddingWorker {
    ImageEmbeddingWorker(self, damage: damage, runner: try engine.makeRunner(recipe))
  }

  /// - Throws: `CorpusError`, `ImagingError`.
  public func embed(file path: String) throws -> ImageEmbedding { try embed(bytes: FileContents.read(path)) }

  /// - Parameter bytes: of a JPEG or PNG file.
  /// - Throws: `ImagingError`.
  public func embed(bytes: [UInt8]) throws -> ImageEmbedding {
    var worker = try makeWorker()
    return try worker.embed(bytes: bytes)
  }
}

/// Turns one image after another into vectors, on one thread; owns the buffers.
public struct ImageEmbeddingWorker {
  private let embedder: ImageEmbedder
  private let runner: EngineRunner
  private var preprocessor: Preprocessor

  init(_ embedder: ImageEmbedder, damage: DamagePolicy, runner: EngineRunner) {
    self.embedder = embedder
    self.runner = runner
    preprocessor = Preprocessor(embedder.recipe, damage: damage)
  }

  /// What was wrong with the last image, where damage is accepted.
  var acceptedDamage: ImagingError? { preprocessor.acceptedDamage }
  /// What decompressing took of the last image's time.
  var decodingTime: Duration { preprocessor.decodingTime }

  /// How many images are best embedded at once.
  public var preferredBatch: Int { embedder.engine.preferredBatch }

  /// An image as the network wants it, before normalization.
  ///
  /// - Throws: `ImagingError` for bad bytes; anything else is no fault of the image.
  /// - Parameter region: the part of the image that is wanted; nil for all of it.
  public mutating func pixels(decoding bytes: [UInt8], region: PixelRegion? = nil) throws -> PixelImage {
    try preprocessor.pixels(decoding: bytes, region: region)
  }

  /// - Throws: `ImagingError` for bad bytes; anything else is no fault of the image.
  public mutating func embed(bytes: [UInt8]) throws -> ImageEmbedding {
    embedding(of: try runner.run(pixels(decoding: bytes)))
  }

  /// - Parameter images: as `pixels(decoding:)` gives them.
  public func embed(_ images: [PixelImage]) throws -> [ImageEmbedding] {
    try runner.run(images).map(embedding)
  }

  private func embedding(of outputs: [[Float]]) -> ImageEmbedding {
    guard let vector = outputs.first else { return ImageEmbedding(vector: [], predictions: []) }
    guard outputs.count > 1 else { return ImageEmbedding(vector: vector, predictions: []) }
    let scores = outputs[1]
    let probabilities = embedder.scoresAreProbabilities ? scores : ClassScores.probabilities(scores)
    return ImageEmbedding(
      vector: vector, predictions: Prediction.best(embedder.predictions, of: probabilities))
  }
}
