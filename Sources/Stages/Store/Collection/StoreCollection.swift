import FeatureStore
import GRDB
import Pipeline

/// Removes what no stage's name stands for, in transactions of bounded size, and gives the room back.
///
/// The caller holds the `StoreLock`. What says that something was done goes before what was done, so that a kill
/// between two transactions leaves work to do again, and never a claim without its rows.
public struct StoreCollection: Sendable {
  /// Rows of a transaction.
  private static let piece = 2_000
  /// Pages given back in a transaction: 16 MiB.
  private static let pages = 256

  private let database: any DatabaseWriter
  private let control: RunControl

  public init(_ database: any DatabaseWriter, control: RunControl = RunControl()) {
    self.database = database
    self.control = control
  }

  /// - Returns: what was removed.
  /// - Throws: `RunStopped` between two transactions when a stop was asked for; `DatabaseError`.
  @discardableResult
  public func run(forgetting names: [String] = []) async throws -> Garbage {
    let garbage = try await database.write { db in
      for name in names {
        try JobState.forgetStage(db, named: name)
        try db.execute(sql: "DELETE FROM space_name WHERE name = ?", arguments: [name])
      }
      return try Garbage(db)
    }
    for id in garbage.live.deadResultIDs { try await removeResult(id) }
    for space in garbage.spaces { try await removeSpace(space) }
    for network in garbage.networks { try await delete("network", "id = ?", [network.id]) }
    for corpus in garbage.corpora { try await removeCorpus(corpus) }
    for taxonomy in garbage.taxonomies { try await removeTaxonomy(taxonomy) }
    try await removeGone()
    try await giveBack()
    return garbage
  }

  private func removeResult(_ id: Int64) async throws {
    try await deleteInPieces("item_state", key: "result_id, item_id", "result_id = ?", [id])
    try await deleteInPieces("stage_failure", key: "result_id, name", "result_id = ?", [id])
    try await delete("item_count", "result_id = ?", [id])
    try await delete("stage_result", "id = ? AND id NOT IN (SELECT result_id FROM pipeline_stage)", [id])
  }

  private func removeSpace(_ space: SpaceRecord) async throws {
    try await deleteInPieces("prediction", key: "space_id, content_id", "space_id = ?", [space.id])
    try await deleteInPieces(
      "feature", key: "id", "id BETWEEN ? AND ?", [space.id << 32, space.id << 32 | 0xffff_ffff])
    try await delete("space", "id = ?", [space.id])
  }

  private func removeCorpus(_ corpus: CorpusRecord) async throws {
    try await deleteInPieces("image", key: "id", "corpus_id = ?", [corpus.id])
    try await delete("corpus", "id = ?", [corpus.id])
  }

  private func removeTaxonomy(_ taxonomy: TaxonomyRecord) async throws {
    for (table, key) in [
      ("sense", "taxonomy_id, lemma, rank"), ("hypernym", "taxonomy_id, child, parent"),
      ("synset", "taxonomy_id, wnid"),
    ] { try await deleteInPieces(table, key: key, "taxonomy_id = ?", [taxonomy.id]) }
    try await delete("taxonomy", "id = ?", [taxonomy.id])
  }

  // MARK: Gone images

  private func removeGone() async throws {
    let (gone, spaces, indexed) = try await database.read { db in
      let spaces = try SpaceRecord.all(in: db)
      let indexed = try spaces.filter { try SearchIndex.isCurrent(for: $0, in: db) }
      return (try GoneImages(db), spaces, Set(indexed.map(\.id)))
    }
    for id in gone.archives { try await delete("archive", "id = ?", [id]) }
    // The states of their items first.
    try await inPieces(gone.images) { db, id in
      try db.cachedStatement(
        sql: """
          DELETE FROM item_state WHERE item_id = ? AND result_id IN (SELECT id FROM stage_result WHERE kind = ?)
          """
      ).execute(arguments: [id, FeaturesStage.name])
    }
    for space in spaces {
      try await removeVectors(of: space, gone.contents)
      guard indexed.contains(space.id) else { continue }
      try await change { db in
        if try !SearchIndex.isCurrent(for: space, in: db) { try SearchIndex.build(for: space, in: db) }
      }
    }
    try await inPieces(gone.images) { db, id in
      try db.cachedStatement(sql: "DELETE FROM image WHERE id = ?").execute(arguments: [id])
    }
    try await inPieces(gone.contents) { db, id in
      try db.cachedStatement(sql: "DELETE FROM content WHERE id = ?").execute(arguments: [id])
    }
  }

  /// Keeps the space's count true in the same transactions.
  private func removeVectors(of space: SpaceRecord, _ contents: [Int64]) async throws {
    try await inPieces(contents) { db, id in
      try db.cachedStatement(sql: "DELETE FROM prediction WHERE space_id = ? AND content_id = ?")
        .execute(arguments: [space.id, id])
      try db.cachedStatement(sql: "DELETE FROM feature WHERE id = ?").execute(arguments: [space.id << 32 | id]
      )
      guard db.changesCount > 0 else { return }
      try db.cachedStatement(
        sql: "UPDATE space SET vectors = vectors - 1, revision = revision + 1 WHERE id = ?"
      )
      .execute(arguments: [space.id])
    }
  }

  // MARK: Room

  /// In pieces, where the store was made for it. An older one is written anew as a whole, once.
  private func giveBack() async throws {
    try await database.writeWithoutTransaction { db in
      let isIncremental = try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 2
      let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
      guard !isIncremental, free > 0 else { return }
      try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
      try db.execute(sql: "VACUUM")
    }
    var free = try await freePages()
    while free > 0 {
      _ = try await change { db in try Row.fetchAll(db, sql: "PRAGMA incremental_vacuum(\(Self.pages))").count
      }
      let now = try await freePages()
      guard now < free else { break }
      free = now
    }
    try await database.writeWithoutTransaction { db in _ = try? db.checkpoint(.truncate) }
  }

  private func freePages() async throws -> Int {
    try await database.read { db in try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0 }
  }

  // MARK: Transactions

  private func delete(
    _ table: String, _ condition: String, _ arguments: [any DatabaseValueConvertible & Sendable]
  )
    async throws
  {
    try await change { db in
      try db.execute(sql: "DELETE FROM \(table) WHERE \(condition)", arguments: StatementArguments(arguments))
    }
  }

  private func deleteInPieces(
    _ table: String, key: String, _ condition: String, _ arguments: [any DatabaseValueConvertible & Sendable]
  ) async throws {
    var removed = 0
    repeat {
      removed = try await change { db in
        try db.execute(
          sql: """
            DELETE FROM \(table) WHERE (\(key)) IN (
              SELECT \(key) FROM \(table) WHERE \(condition) LIMIT \(Self.piece))
            """, arguments: StatementArguments(arguments))
        return db.changesCount
      }
    } while removed == Self.piece
  }

  private func inPieces(_ ids: [Int64], _ body: @escaping @Sendable (Database, Int64) throws -> Void)
    async throws
  {
    for start in stride(from: 0, to: ids.count, by: Self.piece) {
      let piece = ids[start..<min(ids.count, start + Self.piece)]
      try await change { db in
        for id in piece { try body(db, id) }
      }
    }
  }

  private func change<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws
    -> Value
  {
    if control.isStopRequested || Task.isCancelled { throw RunStopped() }
    return try await database.write(body)
  }
}
