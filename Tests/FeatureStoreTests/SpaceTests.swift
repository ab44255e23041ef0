import Digest
import GRDB
import Testing

@testable import FeatureStore

@Suite("Spaces, networks and what a store holds")
struct SpaceTests {
  func addSpace(_ store: StoreFixture, _ fingerprint: String, _ name: String) throws -> SpaceRecord {
    try store.queue.write { db in
      try SpaceRecord.upsert(
        fingerprint: fingerprint, name: name, networkID: store.space.networkID, layer: "fc", dimension: 2,
        encoding: .int8, in: db)
    }
  }

  func resolve(_ name: String?, _ store: StoreFixture) throws -> String {
    try store.queue.read { try SpaceRecord.resolve(name, in: $0).fingerprint }
  }

  @Test("a space is meant by its stage's name, the one used last; or by its fingerprint's beginning")
  func resolution() throws {
    let store = try StoreFixture()
    #expect(try resolve(nil, store) == "space-fingerprint")
    _ = try addSpace(store, "newer-fingerprint", "embedding")
    #expect(try resolve(nil, store) == "newer-fingerprint")
    #expect(try resolve("space-fi", store) == "space-fingerprint")
    try store.queue.write {
      try SpaceRecord.markUsed(fingerprint: "space-fingerprint", by: "embedding", in: $0)
    }
    #expect(try resolve("embedding", store) == "space-fingerprint")
    _ = try addSpace(store, "other", "codes")
    #expect(throws: StoreError.ambiguousSpace(known: ["codes", "embedding"])) { try resolve(nil, store) }
    let unknown = #expect(throws: StoreError.self) { try resolve("emb", store) }
    #expect(
      unknown?.description
        == "There is no feature space “emb” in the store; there is codes, embedding.")
  }

  @Test("stages that share a space each keep their name for it, and a name moves on with its stage")
  func sharedSpace() throws {
    let store = try StoreFixture()
    let shared = try addSpace(store, "space-fingerprint", "twin")
    #expect(shared.id == store.space.id)
    #expect(try resolve("embedding", store) == "space-fingerprint")
    #expect(try resolve("twin", store) == "space-fingerprint")
    #expect(try resolve(nil, store) == "space-fingerprint")
    _ = try addSpace(store, "other", "twin")
    #expect(try resolve("embedding", store) == "space-fingerprint")
    #expect(try resolve("twin", store) == "other")
    #expect(throws: StoreError.ambiguousSpace(known: ["twin", "embedding"])) { try resolve(nil, store) }
    try store.queue.write { db in
      try SpaceRecord.markUsed(fingerprint: "other", by: "embedding", in: db)
    }
    #expect(try resolve("embedding", store) == "other")
  }

  @Test("a store without features says what to run")
  func noSpaces() throws {
    let store = try StoreFixture()
    try store.queue.write { try store.space.delete(in: $0) }
    #expect(throws: StoreError.noSpaces) { try resolve(nil, store) }
  }

  @Test("vectors of one space never meet those of another; deleting one leaves the other")
  func separate() throws {
    let store = try StoreFixture()
    try store.add("a", [1, 0, 0, 0], predictions: [(1, 0.5)])
    let other = try addSpace(store, "other", "codes")
    try store.queue.write { db in
      let row = FeatureRow(contentID: 1, vector: try VectorEncoding.int8.encode([1, 2]))
      try FeatureRow.write([row], into: other, in: db)
      #expect(throws: StoreError.dimensionMismatch(space: "embedding", expected: 4, found: 1)) {
        try FeatureRow.write([row], into: store.space, in: db)
      }
    }
    #expect(try store.nearest([1, 0, 0, 0]).count == 1)
    try store.queue.write { try store.space.delete(in: $0) }
    try store.queue.read { db throws in
      #expect(try Int.fetchAll(db, sql: "SELECT space_id FROM feature") == [Int(other.id)])
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM prediction") == 0)
      #expect(try FeatureRow.vector(content: 1, space: other, in: db)?.count == 2)
    }
  }

  @Test("a network comes back as it was written, its plan apart")
  func network() throws {
    let store = try StoreFixture()
    try store.queue.write { db in
      let known = try #require(try NetworkRecord.find(fingerprint: "network-1", in: db))
      #expect(known.labels == StoreFixture.labels && known.modelDigest == SHA256.hash("model"))
      #expect(try known.plan(in: db) == [1, 2, 3])
      let again = try NetworkRecord.upsert(
        fingerprint: "network-1", name: "tiny", modelDigest: SHA256.hash("model"), precision: "int8",
        plan: [], recipe: "{}", labels: nil, in: db)
      #expect(again.id == known.id && again.labels == nil)
      #expect(try again.plan(in: db) == [])
    }
  }

  @Test("statistics count what is there")
  func statistics() throws {
    let store = try ClassSearchTests.store()
    let statistics = try store.queue.read { try StoreStatistics($0) }
    #expect(statistics.images == 5 && statistics.goneImages == 1 && statistics.labelledImages == 2)
    #expect(statistics.contents == 6 && statistics.corpora.count == 1)
    #expect(statistics.spaces.map(\.record.vectorCount) == [5])
    #expect(statistics.spaces.map(\.vectorBytes) == [40])
    #expect(statistics.fileBytes > 0)
  }

  @Test("a damaged record is an error, not a crash")
  func damaged() throws {
    let store = try StoreFixture()
    try store.queue.write { try $0.execute(sql: "UPDATE space SET dimension = -1") }
    #expect(throws: StoreError.damagedRow(table: "space", reason: "-1 values of float16")) {
      try resolve(nil, store)
    }
    try store.queue.write { try $0.execute(sql: "UPDATE network SET labels = '[1'") }
    #expect(throws: StoreError.damagedRow(table: "network", reason: "its labels are not a JSON array")) {
      try store.queue.read { _ = try NetworkRecord.all(in: $0) }
    }
  }
}
