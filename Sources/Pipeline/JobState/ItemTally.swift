import GRDB

/// The counts of an item stage's items, kept beside its result so that asking for them costs one row.
///
/// They are of one revision of the items and stand as long as nothing but the runner changes states: it brings them up
/// to date in the transactions of its batches, and triggers remove them when a person retries or forgives, or when
/// states are deleted. Where they are missing or of another revision, the items are counted.
enum ItemTally {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("pipeline: item counts") { db in try db.execute(sql: tables) }
  }

  private static let tables = """
    CREATE TABLE item_count (
      result_id INTEGER PRIMARY KEY,
      revision TEXT NOT NULL,          -- of the items, as their stage tells it
      max_attempts INTEGER NOT NULL,   -- by which it is decided what is pending
      done INTEGER NOT NULL,
      failed INTEGER NOT NULL,
      forgiven INTEGER NOT NULL,
      pending INTEGER NOT NULL
    );
    CREATE TRIGGER item_state_reset AFTER UPDATE OF state ON item_state WHEN new.state NOT IN ('done', 'failed')
    BEGIN DELETE FROM item_count WHERE result_id = new.result_id; END;
    CREATE TRIGGER item_state_removed AFTER DELETE ON item_state
    BEGIN DELETE FROM item_count WHERE result_id = old.result_id; END;
    """

  /// Nil where the items have to be counted.
  static func find(
    _ db: Database, resultID: Int64, revision: String, maxAttempts: Int
  ) throws -> ItemCounts? {
    guard try db.tableExists("item_count") else { return nil }
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT done, failed, forgiven, pending FROM item_count
        WHERE result_id = ? AND revision = ? AND max_attempts = ?
        """, arguments: [resultID, revision, maxAttempts])
    return row.map(counts)
  }

  /// Of a result in the making, whatever has come to its items since.
  static func last(_ db: Database, resultID: Int64) throws -> ItemCounts? {
    guard try db.tableExists("item_count") else { return nil }
    return try Row.fetchOne(
      db, sql: "SELECT done, failed, forgiven, pending FROM item_count WHERE result_id = ?",
      arguments: [resultID]
    ).map(counts)
  }

  static func save(
    _ db: Database, _ counts: ItemCounts, resultID: Int64, revision: String, maxAttempts: Int
  ) throws {
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO item_count (result_id, revision, max_attempts, done, failed, forgiven, pending)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        resultID, revision, maxAttempts, counts.done, counts.failed, counts.forgiven, counts.pending ?? 0,
      ])
  }

  /// A batch of pending items has been worked; belongs in its transaction.
  static func advance(_ db: Database, resultID: Int64, done: Int, failed: Int) throws {
    if failed > 0 {
      // Whether a failure is final depends on its attempts, where there may be several: then they are counted anew.
      try db.cachedStatement(sql: "DELETE FROM item_count WHERE result_id = ? AND max_attempts > 1")
        .execute(arguments: [resultID])
    }
    let statement = try db.cachedStatement(
      sql:
        "UPDATE item_count SET done = done + ?, failed = failed + ?, pending = pending - ? WHERE result_id = ?"
    )
    try statement.execute(arguments: [done, failed, done + failed, resultID])
  }

  private static func counts(_ row: Row) -> ItemCounts {
    ItemCounts(done: row["done"], failed: row["failed"], forgiven: row["forgiven"], pending: row["pending"])
  }
}
