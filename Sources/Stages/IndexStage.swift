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
    var rows = 0
    // One after another, each in its own transaction: a stop between them loses nothing.
    for space in try await context.database.read({ db in try Self.staleSpaces(of: features, in: db) }) {
      try context.checkForStop()
      rows += try await context.database.write { db in try SearchIndex.build(for: space, in: db) }
    }
    let total = try await context.database.read { db in
      try Self.spaces(of: features, in: db).reduce(0) { $0 + $1.vectorCount }
    }
    context.advance(done: rows, total: rows)
    return ItemCounts(done: total)
  }

  public func check(in db: Database, _ identity: StageIdentity) throws -> [String] {
    let features = try identity.reference("features")
    if features.isPending { return ["stage \(features.stageName) would run first"] }
    return try Self.staleSpaces(of: features, in: db).isEmpty ? [] : ["the vectors have changed"]
  }

  /// Every space that the stage's name ever stood for: after switching a parameter back, both have an index.
  private static func spaces(of features: UpstreamResult, in db: Database) throws -> [SpaceRecord] {
    try SpaceRecord.all(in: db).filter { $0.name == features.stageName }
  }

  private static func staleSpaces(of features: UpstreamResult, in db: Database) throws -> [SpaceRecord] {
    try spaces(of: features, in: db).filter { try !SearchIndex.isCurrent(for: $0, in: db) }
  }
}
