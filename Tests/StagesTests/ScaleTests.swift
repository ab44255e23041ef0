import FeatureStore
import GRDB
import Pipeline
import Testing

@testable import Stages

/// What is asked of a store of millions must not read all of it: SQLite says how it would look each thing up.
@Suite("Queries of large stores")
struct ScaleTests {
  private func steps(_ sql: String, _ arguments: StatementArguments, in db: Database) throws -> [String] {
    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] }
  }

  @Test("the items of a stage are counted and listed by an index alone")
  func items() async throws {
    let workshop = try Workshop(images: 4)
    try await workshop.run()
    let plan = try workshop.plan()
    let images = try #require(plan.stage(named: "embedding")?.identity.references["images"])
    try workshop.read { db in
      let query = try ImageItems.query(ofImagesStage: images, in: db)
      let steps = try steps("SELECT count(*) FROM (\(query.sql))", query.arguments, in: db)
      #expect(steps == ["SEARCH image USING COVERING INDEX image_present (corpus_id=? AND content_id>?)"])
      let one = try self.steps(
        "SELECT 1 FROM (\(query.sql)) WHERE item_id = 7", query.arguments, in: db)
      #expect(one == ["SEARCH image USING INTEGER PRIMARY KEY (rowid=?)"])
    }
  }

  @Test("the first of a class in path order are read, and no more")
  func classes() async throws {
    let workshop = try Workshop(images: 4)
    try await workshop.run()
    try workshop.read { db in
      let steps = try steps(
        "SELECT id, corpus_id, path FROM image WHERE wnid = 'n1' AND gone = 0 ORDER BY path, corpus_id LIMIT 5",
        [],
        in: db)
      #expect(steps == ["SEARCH image USING COVERING INDEX image_by_class (wnid=? AND gone=?)"])
    }
  }

  @Test("every change of an image is another revision of its corpus, and nothing else is")
  func revisions() async throws {
    let workshop = try Workshop(images: 4)
    try await workshop.run()
    let database = try StoreFile.open(workshop.storePath, mode: .readWrite)
    defer { try? StoreFile.close(database) }
    func revision() throws -> Int {
      try database.read { try Int.fetchOne($0, sql: "SELECT revision FROM corpus") ?? -1 }
    }
    func changes(_ sql: String) throws -> Bool {
      let before = try revision()
      try database.write { try $0.execute(sql: sql) }
      return try revision() != before
    }
    #expect(
      try changes("INSERT INTO image (corpus_id, path, size, modified) VALUES (1, 'new.png', 1, 1)"))
    #expect(try changes("UPDATE image SET content_id = 1 WHERE path = 'new.png'"))
    #expect(try changes("UPDATE image SET gone = 1 WHERE path = 'new.png'"))
    #expect(try !changes("UPDATE image SET wnid = 'n1', size = 2, modified = 3 WHERE path = 'new.png'"))
    #expect(try changes("DELETE FROM image WHERE path = 'new.png'"))
    #expect(try !changes("UPDATE item_state SET updated = updated + 1"))
    let present = try database.read { db in
      try Row.fetchOne(db, sql: "SELECT present, (SELECT count(*) FROM image WHERE gone = 0) FROM corpus")
    }
    #expect(present == ["present": 4, "(SELECT count(*) FROM image WHERE gone = 0)": 4])
  }
}
