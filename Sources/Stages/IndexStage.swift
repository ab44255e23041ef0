import FeatureStore
import GRDB
import Pipeline

/// `index`: what makes searching the vectors of a `features` stage faster, made in one pass over them.
public struct IndexStage: StageKind, WholeStage {
  public static let name = "index"
  public static let resultsVersion = 1
  public static let summary = "Norms of the vectors, so that a search only multiplies."
  public static let parameters: [ParameterDeclaration] = [
    .init(
      "features", .reference(kinds: [FeaturesStage.name]), isRequired: true, help: "the vectors to index")
  ]

  public static func makeStage(_ parameters: StageParameters) throws -> any Stage { IndexStage() }

  public func run(_ context: StageContext) async throws -> ItemCounts {
    let features = try context.reference("features")
    try context.checkForStop()
    let rows = try await context.database.write { db in
      guard let space = try SpaceRecord.find(name: features.stageName, in: db) else { return 0 }
      if try !SearchIndex.isCurrent(for: space, in: db) { try SearchIndex.build(for: space, in: db) }
      return space.vectorCount
    }
    context.advance(done: rows, total: rows)
    return ItemCounts(done: rows)
  }

  public func check(in db: Database, _ identity: StageIdentity) throws -> [String] {
    let features = try identity.reference("features")
    if features.isPending { return ["stage \(features.stageName) would run first"] }
    guard let space = try SpaceRecord.find(name: features.stageName, in: db) else { return [] }
    return try SearchIndex.isCurrent(for: space, in: db) ? [] : ["the vectors have changed"]
  }
}
