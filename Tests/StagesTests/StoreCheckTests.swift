import FeatureStore
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Stages

@Suite struct `Checking a store` {
  /// What the check says after `damage` was done to a finished store with an open connection.
  private func problems(after damage: @Sendable (Database) throws -> Void) async throws -> [String] {
    let workshop = try Workshop(images: 12)
    try await workshop.run()
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
    let queue = try DatabaseQueue(path: workshop.storePath)
    try await queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
      try damage(db)
    }
    try queue.close()
    return try StoreCheck(workshop.storePath).problems.map(\.description)
  }

  @Test func `a store that a run left is whole, and says what was looked at`() async throws {
    let workshop = try Workshop(images: 12)
    try await workshop.run()
    let check = try StoreCheck(workshop.storePath)
    #expect(check.isWhole && !check.isOlder)
    #expect(check.vectors == 12 && check.doneItems == 12)
  }

  static let damages: [(sql: String, finding: String)] = [
    ("DELETE FROM feature WHERE content_id = 3", "count as done and have no vector: n"),
    ("DELETE FROM feature WHERE content_id = 3", "has 11 vectors and counts 12"),
    (
      "UPDATE feature SET vector = substr(vector, 3) WHERE content_id = 5",
      "1 of 12 vectors of the space embedding"
    ),
    ("UPDATE feature SET vector = zeroblob(16) WHERE content_id = 5", "are damaged: n"),
    ("UPDATE network SET plan = substr(plan, 1, 900)", "the network tiny (int8) can't be used"),
    ("UPDATE pipeline_stage SET components = '[{'", "what stage embedding was made of can't be read"),
    ("DELETE FROM stage_result WHERE kind = 'index'", "stage index stands for a result that is not there"),
    ("UPDATE item_state SET state = 'perhaps' WHERE item_id = 2", "1 items have a state that no run writes"),
    ("DELETE FROM taxonomy", "rows of synset belong to rows of taxonomy that are not there"),
    ("DELETE FROM corpus", "stage photos is done and its images are not there"),
    ("DROP TABLE prediction", "the table prediction is missing"),
    ("DROP INDEX image_by_content", "the index image_by_content is missing"),
    ("ALTER TABLE image DROP COLUMN modified", "the table image lacks modified"),
  ]

  @Test(arguments: damages)
  func `what is wrong is found and said`(damage: (sql: String, finding: String)) async throws {
    let found = try await problems { db in try db.execute(sql: damage.sql) }
    #expect(found.contains { $0.contains(damage.finding) }, "\(found)")
  }

  @Test(arguments: ["feature", "item_state", "image", "stage_failure"])
  func `a table that is missing ends a run with a sentence and a way out`(table: String) async throws {
    let workshop = try Workshop(images: 4)
    try await workshop.run()
    try workshop.addImage(4)
    let queue = try DatabaseQueue(path: workshop.storePath)
    try await queue.write { db in
      try db.execute(sql: "PRAGMA defer_foreign_keys = ON; DROP TABLE \(table)")
    }
    try queue.close()
    #expect(
      try StoreCheck(workshop.storePath).problems.map(\.description).contains {
        $0.contains("table \(table) is missing")
      })
    do {
      let report = try await workshop.run()
      #expect(report.exit == .unfinished)
      let reasons = report.stages.flatMap(\.report.reasons)
      #expect(
        reasons.contains { $0.contains("no such table: ") && $0.contains("synoptic check") }, "\(reasons)")
    } catch let error as DatabaseError {
      #expect(error.message?.contains("no such table: ") == true, "planning needs it already")
    }
  }

  @Test func `a number changed inside a vector is told by its norm`() async throws {
    let found = try await problems { db in
      let row = try #require(try Row.fetchOne(db, sql: "SELECT id, vector FROM feature LIMIT 1 OFFSET 4"))
      var vector: Data = row[1]
      vector[3] ^= 0x44
      try db.execute(sql: "UPDATE feature SET vector = ? WHERE id = ?", arguments: [vector, row[0] as Int64])
    }
    #expect(found.contains { $0.contains("1 of 12 vectors") }, "\(found)")
  }

  /// Every page of the file overwritten in turn: nothing is ever taken for whole that is not.
  @Test func `damage in the middle of the file is found wherever it is, with what can be saved`() async throws
  {
    let workshop = try Workshop(images: 40)
    try await workshop.run()
    let whole = try Data(contentsOf: URL(fileURLWithPath: workshop.storePath))
    let pages = whole.count / FeatureStoreSchema.pageSize
    let used = try workshop.read { db in
      try Set(Int.fetchAll(db, sql: "SELECT pageno FROM dbstat")).union([1])
    }
    var saved = 0
    for page in 1...pages where used.contains(page) {
      let path = workshop.folder.path("damaged-\(page).sqlite")
      var bytes = whole
      // The start of page 1 is the header, without which it is no SQLite file at all.
      let start = (page - 1) * FeatureStoreSchema.pageSize + (page == 1 ? 100 : 0)
      bytes.replaceSubrange(start..<start + 4096, with: Data(repeating: 0xa5, count: 4096))
      try bytes.write(to: URL(fileURLWithPath: path))
      let check = try StoreCheck(path)
      #expect(!check.isWhole, "page \(page)")
      let vectors = check.readable.first { $0.name == "feature" }
      if vectors?.isDamaged == false { saved += vectors?.rows ?? 0 }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes, "nothing was changed")
    }
    #expect(saved > 40, "the vectors can be read beside damage elsewhere")
  }
}
