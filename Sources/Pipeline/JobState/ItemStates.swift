import Foundation
import GRDB

/// The states of one item stage's items, joined to the items there are now: a state whose item has gone
/// counts for nothing.
struct ItemStates {
  let query: ItemQuery
  /// Nil while the result has no row: every item is pending then.
  let resultID: Int64?
  /// A failed item that was tried less often is pending.
  var maxAttempts = 1
  /// Tells the rows of `query` from those of another time; nil where nothing does.
  var revision: String?

  private var isPending: String {
    """
    (s.item_id IS NULL OR s.state = 'pending' OR s.version <> i.version
      OR (s.state = 'failed' AND s.attempts < \(maxAttempts)))
    """
  }

  /// The stage's items as `i`, their states as `s`.
  private var joined: String {
    """
    (SELECT item_id, coalesce(CAST(version AS TEXT), '') AS version, grouping FROM (\(query.sql))) AS i
    LEFT JOIN item_state AS s ON s.result_id = ? AND s.item_id = i.item_id
    """
  }

  private var arguments: StatementArguments { query.arguments + [resultID ?? -1] }

  /// - Complexity: O(1) where the counts were kept and the items are as they were; otherwise O(*n*) in the items.
  func counts(_ db: Database) throws -> ItemCounts {
    guard let resultID else { return ItemCounts(pending: try total(db)) }
    if let revision,
      let kept = try ItemTally.find(db, resultID: resultID, revision: revision, maxAttempts: maxAttempts)
    {
      return kept
    }
    return try counted(db)
  }

  /// The counts, kept for who asks next.
  func keptCounts(_ db: Database) throws -> ItemCounts {
    let counts = try counts(db)
    if let resultID, let revision {
      try ItemTally.save(db, counts, resultID: resultID, revision: revision, maxAttempts: maxAttempts)
    }
    return counts
  }

  private func total(_ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(query.sql))", arguments: query.arguments) ?? 0
  }

  private func counted(_ db: Database) throws -> ItemCounts {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT count(*) AS total, coalesce(sum(\(isPending)), 0) AS pending,
          coalesce(sum(s.state = 'failed' AND s.version = i.version AND s.attempts >= \(maxAttempts)), 0) AS failed,
          coalesce(sum(s.state = 'forgiven' AND s.version = i.version), 0) AS forgiven
        FROM \(joined)
        """,
      arguments: arguments)
    guard let row else { return ItemCounts(pending: 0) }
    let total: Int = row["total"]
    let pending: Int = row["pending"]
    let failed: Int = row["failed"]
    let forgiven: Int = row["forgiven"]
    return ItemCounts(
      done: total - pending - failed - forgiven, failed: failed, forgiven: forgiven, pending: pending)
  }

  /// Forgets what failed of items that are no more, so that no listing shows them.
  ///
  /// - Complexity: O(*f* log *n*) in the failures and the items.
  func forgetGone(_ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM item_state WHERE result_id = ? AND state <> 'done' AND NOT EXISTS (
          SELECT 1 FROM (\(query.sql)) AS i WHERE i.item_id = item_state.item_id)
        """, arguments: [resultID] + query.arguments)
  }

  /// Lists the pending items in a temporary table of this connection, in the order they will be worked, keeps the
  /// counts, and gives the number of those pending.
  ///
  /// A table because a sorted page of a query over a million items costs as much as all of them: sorting once
  /// keeps a run linear, and the list on disk keeps its memory flat.
  func listPending(_ db: Database) throws -> Int {
    try Self.dropPending(db)
    try db.execute(
      sql: """
        CREATE TEMP TABLE pipeline_pending (
          ordinal INTEGER PRIMARY KEY, item_id INTEGER NOT NULL, version TEXT NOT NULL, grouping INTEGER)
        """)
    try db.execute(
      sql: """
        INSERT INTO pipeline_pending (item_id, version, grouping)
        SELECT i.item_id, i.version, i.grouping FROM \(joined) WHERE \(isPending)
        ORDER BY coalesce(i.grouping, i.item_id), i.grouping, i.item_id
        """,
      arguments: arguments)
    return try keptCounts(db).pending ?? 0
  }

  static func dropPending(_ db: Database) throws {
    try db.execute(sql: "DROP TABLE IF EXISTS temp.pipeline_pending")
  }

  /// The pending items after the given place in the list, and the place of the last.
  static func pendingPage(_ db: Database, after ordinal: Int64, limit: Int) throws
    -> (items: [WorkItem], last: Int64)
  {
    var last = ordinal
    var items: [WorkItem] = []
    let statement = try db.cachedStatement(
      sql: """
        SELECT ordinal, item_id, version, grouping FROM pipeline_pending WHERE ordinal > ?
        ORDER BY ordinal LIMIT ?
        """)
    let rows = try Row.fetchCursor(statement, arguments: [ordinal, limit])
    while let row = try rows.next() {
      last = row[0]
      items.append(WorkItem(id: row[1], version: row[2], grouping: row[3]))
    }
    return (items, last)
  }

  /// Records a batch's states; belongs in the transaction of its domain rows.
  ///
  /// - Parameter names: of the failed items.
  static func record<Output>(
    _ db: Database, _ outcomes: [ItemOutcome<Output>], names: [Int64: String], resultID: Int64
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO item_state
          (result_id, item_id, version, state, attempts, updated, name, error_class, message)
        VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)
        ON CONFLICT (result_id, item_id) DO UPDATE SET
          attempts = CASE WHEN version = excluded.version THEN attempts + 1 ELSE 1 END,
          version = excluded.version, state = excluded.state, updated = excluded.updated,
          name = excluded.name, error_class = excluded.error_class, message = excluded.message
        """)
    let now = Int64(Date().timeIntervalSince1970)
    var failed = 0
    for outcome in outcomes {
      let item = outcome.item
      switch outcome {
      case .done:
        try statement.execute(
          arguments: [resultID, item.id, item.version, "done", now, nil, nil, nil])
      case .failed(_, let errorClass, let message):
        failed += 1
        try statement.execute(
          arguments: [
            resultID, item.id, item.version, "failed", now, names[item.id] ?? "item \(item.id)", errorClass,
            message,
          ])
      }
    }
    try ItemTally.advance(db, resultID: resultID, done: outcomes.count - failed, failed: failed)
  }
}
