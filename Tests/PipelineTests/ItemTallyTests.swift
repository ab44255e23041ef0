import Foundation
import GRDB
import Testing

@testable import Pipeline

@Suite struct `Counts that are kept` {
  /// Items 1 to 100 of a table, with a revision that triggers count.
  private struct Store {
    let workshop: Workshop
    let database: DatabasePool
    let resultID: Int64 = 1
    var maxAttempts = 1

    init() throws {
      workshop = try Workshop()
      database = workshop.database
      try database.write { db in
        try db.execute(
          sql: """
            CREATE TABLE thing (id INTEGER PRIMARY KEY, version INTEGER);
            INSERT INTO thing SELECT value, 1 FROM (
              WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100)
              SELECT value FROM n);
            INSERT INTO stage_result (id, kind, fingerprint, components, state) VALUES (1, 'k', 'f', '[]', 'running');
            INSERT INTO pipeline_stage VALUES ('s', 'k', 1, '[]', 0);
            """)
      }
    }

    func states(revision: String?) -> ItemStates {
      ItemStates(
        query: ItemQuery("SELECT id AS item_id, version, NULL AS grouping FROM thing"), resultID: resultID,
        maxAttempts: maxAttempts, revision: revision)
    }

    /// Works items as the runner does: those that `failing` holds fail.
    func work(_ ids: ClosedRange<Int64>, failing: Set<Int64> = [], version: String = "1") throws {
      let outcomes = ids.map { id -> ItemOutcome<Int> in
        let item = WorkItem(id: id, version: version)
        return failing.contains(id) ? .failed(item, errorClass: "bad", message: "bad") : .done(item, 0)
      }
      try database.write { db in
        try ItemStates.record(db, outcomes, names: [:], resultID: resultID)
      }
    }

    func kept(_ revision: String = "r1") throws -> ItemCounts? {
      try database.read { db in
        try ItemTally.find(db, resultID: resultID, revision: revision, maxAttempts: maxAttempts)
      }
    }

    /// What counting all items gives.
    func counted() throws -> ItemCounts { try database.read { try states(revision: nil).counts($0) } }
  }

  @Test func `follow the batches in their transactions`() throws {
    let store = try Store()
    let total = try store.database.write { try store.states(revision: "r1").listPending($0) }
    #expect(total == 100)
    #expect(try store.kept() == ItemCounts(pending: 100))
    try store.work(1...30, failing: [7, 8])
    #expect(try store.kept() == ItemCounts(done: 28, failed: 2, pending: 70))
    try store.work(31...100, failing: [50])
    #expect(try store.kept() == ItemCounts(done: 97, failed: 3, pending: 0))
    #expect(try store.kept() == store.counted())
  }

  @Test func `are of one revision of the items`() throws {
    let store = try Store()
    _ = try store.database.write { try store.states(revision: "r1").listPending($0) }
    try store.work(1...100)
    try store.database.write { try $0.execute(sql: "INSERT INTO thing VALUES (101, 1)") }
    let counts = try store.database.read { try store.states(revision: "r2").counts($0) }
    #expect(counts == ItemCounts(done: 100, pending: 1))
  }

  @Test func `go when a person retries, forgives or deletes, and come back with the next count`() throws {
    for change in [
      { db in _ = try JobState.retry(db) },
      { db in _ = try JobState.forgive(db, FailureSelection(item: "item 7")) },
      { db in try db.execute(sql: "DELETE FROM item_state WHERE item_id = 9") },
    ] as [@Sendable (Database) throws -> Void] {
      let store = try Store()
      _ = try store.database.write { try store.states(revision: "r1").listPending($0) }
      try store.work(1...100, failing: [7, 8])
      try store.database.write(change)
      #expect(try store.kept() == nil)
      let counts = try store.database.write { try store.states(revision: "r1").keptCounts($0) }
      #expect(try counts == store.counted())
      #expect(try store.kept() == counts)
    }
  }

  @Test func `with several attempts a failure isn't final, so they are counted anew`() throws {
    var store = try Store()
    store.maxAttempts = 2
    _ = try store.database.write { [store] in try store.states(revision: "r1").listPending($0) }
    try store.work(1...10)
    #expect(try store.kept() == ItemCounts(done: 10, pending: 90))
    try store.work(11...20, failing: [11])
    #expect(try store.kept() == nil)
    #expect(try store.counted() == ItemCounts(done: 19, pending: 81), "tried once of twice")
  }

  @Test func `status tells those of a result in the making`() throws {
    let store = try Store()
    _ = try store.database.write { try store.states(revision: "r1").listPending($0) }
    try store.work(1...30, failing: [7])
    let status = try store.database.read { try JobState.status($0) }
    #expect(status.map(\.items) == [ItemCounts(done: 29, failed: 1)])
  }

  private static let failedItems =
    "result_id = 1 AND \(FailureSelection(standing: .failed).itemStanding)"

  @Test(arguments: [
    "SELECT name FROM \(FailureSelection.unfinishedItems) WHERE \(failedItems) ORDER BY item_id LIMIT 9",
    "UPDATE \(FailureSelection.unfinishedItems) SET state = 'pending' WHERE \(failedItems)",
  ])
  func `failures are found without reading what is done`(_ sql: String) throws {
    let store = try Store()
    let steps = try store.database.read { db in
      try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
    }
    let step = try #require(steps.first)
    #expect(steps.count == 1)
    #expect(step.hasSuffix("INDEX item_state_unfinished (result_id=? AND state=?)"), "\(step)")
  }
}
