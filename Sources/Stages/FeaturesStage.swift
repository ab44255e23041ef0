import Corpus
import Digest
import FeatureStore
import GRDB
import Imaging
import Network
import Pipeline
import Quantization

/// `features`: runs the network on every image and keeps a layer's values as a vector, and the most probable classes.
public struct FeaturesStage: StageKind, ItemStage {
  public static let name = "features"
  public static let resultsVersion = 2
  public static let summary = "A vector for every image, from a layer of the network, and its likely classes."
  public static let parameters: [ParameterDeclaration] = [
    .init("network", .reference(kinds: [NetworkStage.name]), isRequired: true, help: "the network to run"),
    .init("images", .reference(kinds: [ImagesStage.name]), isRequired: true, help: "the images to run it on"),
    .init(
      "layer", .text, default: .text("embedding"),
      help: "whose values to keep: a name of `synoptic network show`, or embedding, what the classifier reads"
    ),
    .init(
      "encoding", .choice(VectorEncoding.allCases.map(\.rawValue)),
      default: .text(VectorEncoding.float16.rawValue), help: "how to keep them; int8 takes half the room"),
    .init(
      "predictions", .integer(0...100), default: .integer(5),
      help: "how many of the most probable classes to keep, where the network has labels"),
    .init(
      "damaged", .choice(DamagePolicy.allCases.map(\.rawValue)), default: .text(DamagePolicy.fail.rawValue),
      help: "fail, or accept what can be recovered of a damaged image, and record a warning"),
    .init(
      "crop", .choice([SpaceCrop.boxes.rawValue]),
      help: "boxes: a vector for every annotated box instead of every image"),
    .init(
      "batch", .integer(1...4_096), default: .integer(16), changesResult: false,
      help: "images that a thread takes at a time"),
  ]

  let layer: String
  let encoding: VectorEncoding
  let predictions: Int
  let damage: DamagePolicy
  let crop: SpaceCrop
  public let batchSize: Int

  public static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    FeaturesStage(
      layer: try parameters.text("layer"),
      encoding: VectorEncoding(rawValue: try parameters.text("encoding")) ?? .float16,
      predictions: try parameters.integer("predictions"),
      damage: DamagePolicy(rawValue: try parameters.text("damaged")) ?? .fail,
      crop: parameters.text(ifPresent: "crop").flatMap(SpaceCrop.init) ?? .none,
      batchSize: try parameters.integer("batch"))
  }

  /// What all workers share.
  public struct Prepared: Sendable {
    let embedder: ImageEmbedder
    let space: SpaceRecord
    /// One for all workers: a compressed archive is not unpacked by each.
    let reader: ImageReader
  }

  public func prepare(_ context: StageContext) async throws -> Prepared {
    let networkResult = try context.reference("network")
    let images = try context.reference("images")
    // Reading and compiling the network take long: only the space's row is written under the store's lock.
    let (network, plan, embedder) = try await context.database.read { [self] db in
      guard let network = try NetworkRecord.find(fingerprint: networkResult.fingerprint, in: db) else {
        throw FeaturesError.missingUpstream(stage: networkResult.stageName, what: "network")
      }
      guard try CorpusRecord.find(identity: images.fingerprint, in: db) != nil else {
        throw FeaturesError.missingUpstream(stage: images.stageName, what: "images")
      }
      let plan = try network.plan(in: db)
      let embedder = try ImageEmbedder(
        network: network, plan: plan, layer: layer, predictions: predictions)
      return (network, plan, embedder)
    }
    let fingerprint = spaceFingerprint(plan: plan, embedder)
    let space = try await context.database.write { [encoding, crop] db in
      try SpaceRecord.upsert(
        fingerprint: fingerprint, name: context.stageName, networkID: network.id, layer: embedder.layer,
        dimension: embedder.dimension, encoding: encoding, crop: crop, in: db)
    }
    return Prepared(embedder: embedder, space: space, reader: ImageReader())
  }

  /// A search that names no space takes the one that was used last.
  public func adopt(_ identity: StageIdentity, in db: Database) throws {
    let result = try identity.reference("network")
    guard let network = try NetworkRecord.find(fingerprint: result.fingerprint, in: db) else { return }
    let plan = try network.plan(in: db)
    let embedder = try ImageEmbedder(network: network, plan: plan, layer: layer, predictions: predictions)
    try SpaceRecord.markUsed(
      fingerprint: spaceFingerprint(plan: plan, embedder), by: identity.stageName, in: db)
  }

  /// Rows with the same fingerprint are the same rows; the names of stages and aliases of layers don't count.
  ///
  /// The predictions lie beside the vectors and mean something only with the labels, so both count: results that
  /// differ in them never overwrite each other, and switching back finds the earlier ones as they were.
  private func spaceFingerprint(plan: [UInt8], _ embedder: ImageEmbedder) -> String {
    var parts: [String] = [
      damage == .accept ? "space 2, damaged accepted" : "space 2", SHA256.hash(plan).hex,
      embedder.recipe.canonicalDescription, embedder.layer, encoding.rawValue, "\(embedder.predictions)",
    ]
    // A space of whole images has the fingerprint it had before there were boxes.
    if crop == .boxes { parts.append("crop boxes 1") }
    // After the parts there are labels or none: an empty list of them is not possible.
    parts += embedder.labels ?? []
    var hash = SHA256()
    for part in parts {
      hash.update(UInt64(part.utf8.count))
      hash.update(part)
    }
    return hash.finalize().hex
  }

  public func items(in db: Database, _ identity: StageIdentity) throws -> ItemQuery {
    let images = try identity.reference("images")
    if crop == .boxes { return try BoxItem.query(ofImagesStage: images, in: db) }
    return try ImageItems.query(ofImagesStage: images, in: db)
  }

  public func itemsRevision(in db: Database, _ identity: StageIdentity) throws -> String? {
    try ImageItems.revision(ofImagesStage: identity.reference("images"), in: db)
  }

  public func makeWorker(_ prepared: Prepared, _ context: StageContext) throws -> FeatureWorker {
    FeatureWorker(
      try prepared.embedder.makeWorker(damage: damage), encoding: encoding, reader: prepared.reader,
      database: context.database, steps: context.steps)
  }

  public func commit(
    _ outcomes: [ItemOutcome<FeatureRow>], in db: Database, _ prepared: Prepared, _ context: StageContext
  ) throws {
    var rows: [Int64: FeatureRow] = [:]
    for case .done(_, let row) in outcomes { rows[row.contentID] = row }
    // In key order: a B-tree takes rows in order faster.
    let inOrder = rows.values.sorted { $0.contentID < $1.contentID }
    try FeatureRow.write(inOrder, into: prepared.space, in: db)
  }

  public func describe(itemIDs: [Int64], in db: Database) throws -> [Int64: String] {
    var paths: [Int64: String] = [:]
    for id in itemIDs {
      paths[id] = try BoxItem.name(of: id, in: db) ?? ImageRecord.find(id: id, in: db)?.path
    }
    return paths
  }
}

enum FeaturesError: Error, Sendable, Hashable, CustomStringConvertible {
  case missingUpstream(stage: String, what: String)

  var description: String {
    switch self {
    case .missingUpstream(let stage, let what):
      "The store has no \(what) of stage \(stage): was it made by another version? Run with a new store."
    }
  }
}
