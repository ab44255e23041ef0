import Digest
import FeatureStore
import GRDB
import Pipeline
import Stages

/// `generated-features`: a vector and five classes for every image, made up from its number.
///
/// All but the network is the `features` stage's: the items, the batches, the rows, the transactions.
enum GeneratedFeatures: StageKind {
  static let name = "generated-features"
  static let resultsVersion = 1
  static let summary = "Vectors made up from numbers."
  static let parameters: [ParameterDeclaration] = [
    .init(
      "images", .reference(kinds: [GeneratedImages.name]), isRequired: true, help: "the images to have some"),
    .init("dimension", .integer(1...10_000), default: .integer(1_280), help: "values of a vector"),
    .init("classes", .integer(1...60_000), default: .integer(1_000), help: "how many classes there are"),
    .init("failing", .integer(0...1_000_000), default: .integer(1_000), help: "one of so many images fails"),
  ]

  static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    GeneratedFeaturesStage(
      dimension: try parameters.integer("dimension"), classes: try parameters.integer("classes"),
      failing: try parameters.integer("failing"))
  }
}

struct GeneratedFeaturesStage: ItemStage {
  let dimension: Int
  let classes: Int
  let failing: Int
  var batchSize: Int { 16 }

  func prepare(_ context: StageContext) async throws -> SpaceRecord {
    let labels = (0..<classes).map(GeneratedImagesStage.wnid)
    return try await context.database.write { db in
      let network = try NetworkRecord.upsert(
        fingerprint: context.fingerprint, name: "generated", modelDigest: SHA256.hash("generated"),
        precision: "int8", plan: [], recipe: "{}", labels: labels, in: db)
      return try SpaceRecord.upsert(
        fingerprint: context.fingerprint, name: context.stageName, networkID: network.id, layer: "generated",
        dimension: dimension, encoding: .float16, in: db)
    }
  }

  func items(in db: Database, _ identity: StageIdentity) throws -> ItemQuery {
    try ImageItems.query(ofImagesStage: identity.reference("images"), in: db)
  }

  func itemsRevision(in db: Database, _ identity: StageIdentity) throws -> String? {
    try ImageItems.revision(ofImagesStage: identity.reference("images"), in: db)
  }

  func makeWorker(_ prepared: SpaceRecord, _ context: StageContext) throws -> GeneratedFeaturesWorker {
    GeneratedFeaturesWorker(dimension: dimension, classes: classes, failing: failing)
  }

  func commit(
    _ outcomes: [ItemOutcome<FeatureRow>], in db: Database, _ prepared: SpaceRecord, _ context: StageContext
  ) throws {
    let rows = outcomes.compactMap { outcome in
      if case .done(_, let row) = outcome { row } else { nil }
    }
    try FeatureRow.write(rows.sorted { $0.contentID < $1.contentID }, into: prepared, in: db)
  }

  func describe(itemIDs: [Int64], in db: Database) throws -> [Int64: String] {
    var paths: [Int64: String] = [:]
    for id in itemIDs { paths[id] = try ImageRecord.find(id: id, in: db)?.path }
    return paths
  }
}

struct GeneratedFeaturesWorker: ItemWorker {
  let dimension: Int
  let classes: Int
  let failing: Int

  mutating func process(_ items: [WorkItem]) async throws -> [ItemOutcome<FeatureRow>] {
    try items.map { item in
      if failing > 0, item.id % Int64(failing) == 0 {
        return .failed(item, errorClass: "truncated", message: "generated to fail")
      }
      return .done(item, try row(of: item))
    }
  }

  private func row(of item: WorkItem) throws -> FeatureRow {
    var state = UInt64(bitPattern: item.id)
    func random() -> Float {
      // SplitMix64 (Steele, Lea, Flood 2014).
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
      return Float(z >> 40) / Float(1 << 24)
    }
    let vector = (0..<dimension).map { _ in random() }
    let predictions = (0..<5).compactMap { rank in
      Prediction(
        classIndex: min(classes - 1, Int(random() * Float(classes))),
        probability: random() / Float(1 << (rank + 1)))
    }
    return FeatureRow(
      contentID: item.grouping ?? item.id, vector: try VectorEncoding.float16.encode(vector),
      predictions: predictions)
  }
}
