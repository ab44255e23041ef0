import Digest
import GRDB
import Testing

@testable import FeatureStore

@Suite("Bringing a corpus up to date")
struct CorpusScanTests {
  func scan(_ store: StoreFixture, _ images: [ScannedImage]) throws -> CorpusScan.Summary {
    try store.queue.write { db in
      var scan = CorpusScan(corpusID: store.corpus.id)
      for image in images {
        let (id, _, needsContent) = try scan.record(image, in: db)
        guard needsContent else { continue }
        let digest = SHA256.hash("\(image.path) \(image.modified)")
        try ImageRecord.setContent(ContentRecord.identify(digest, size: 1, in: db), image: id, in: db)
      }
      return try scan.finish(in: db)
    }
  }

  static let images = ["a", "b", "c", "d"].map { ScannedImage(path: $0, size: 1, modified: 1, wnid: "n1") }

  @Test("a second look at the same source changes nothing")
  func unchanged() throws {
    let store = try StoreFixture()
    #expect(try scan(store, Self.images).added == 4)
    let before = try store.queue.read { try ImageListing().fetch($0) }
    let again = try scan(store, Self.images)
    #expect(again.unchanged == 4 && again.added == 0 && again.gone == 0)
    #expect(try store.queue.read { try ImageListing().fetch($0) } == before)
  }

  @Test("what was added, changed, given another class or taken away is told apart")
  func changes() throws {
    let store = try StoreFixture()
    _ = try scan(store, Self.images)
    let before = try store.queue.read { try ImageListing().fetch($0) }
    var next = Self.images
    next[0].modified = 2
    next[1].wnid = nil
    next.remove(at: 2)
    next.append(ScannedImage(path: "e", size: 1, modified: 1, wnid: nil))
    let summary = try scan(store, next)
    #expect(summary.added == 1 && summary.changed == 1 && summary.relabelled == 1)
    #expect(summary.gone == 1 && summary.unchanged == 1)
    let after = try store.queue.read { try ImageListing().fetch($0) }
    #expect(after.map(\.path) == ["a", "b", "d", "e"])
    #expect(after[0].id == before[0].id && after[0].contentID != before[0].contentID)
    #expect(after[1].contentID == before[1].contentID && after[1].wnid == nil)
  }

  @Test("an image that comes back keeps its id and is read again")
  func comesBack() throws {
    let store = try StoreFixture()
    _ = try scan(store, Self.images)
    let id = try store.queue.read { try ImageRecord.find(path: "a", corpusID: store.corpus.id, in: $0)?.id }
    #expect(try scan(store, Array(Self.images.dropFirst())).gone == 1)
    #expect(try scan(store, Self.images).changed == 1)
    let back = try store.queue.read { try ImageRecord.find(path: "a", corpusID: store.corpus.id, in: $0) }
    #expect(back?.id == id && back?.isGone == false)
  }

  @Test("a path that a source names twice is refused")
  func twice() throws {
    let store = try StoreFixture()
    #expect(throws: StoreError.duplicateName(table: "image", name: "a")) {
      try scan(store, [Self.images[0], Self.images[0]])
    }
  }

  @Test("another corpus with the same paths is left alone")
  func otherCorpus() throws {
    let store = try StoreFixture()
    let other = try store.queue.write { try CorpusRecord.upsert(identity: "other", root: "/", in: $0) }
    try store.add("a", nil, corpus: other)
    _ = try scan(store, Self.images)
    #expect(try scan(store, []).gone == 4)
    #expect(try store.queue.read { try ImageListing().fetch($0) }.map(\.corpusID) == [other.id])
  }

  @Test("contents whose digests begin alike are different contents")
  func digestPrefix() throws {
    let store = try StoreFixture()
    let digests = [UInt8(0), 1].map { SHA256Digest(rawBytes: [UInt8](repeating: 7, count: 31) + [$0]) }
    try store.queue.write { db in
      let ids = try digests.compactMap { try $0.map { try ContentRecord.identify($0, size: 3, in: db) } }
      let again = try digests.compactMap { try $0.map { try ContentRecord.identify($0, size: 3, in: db) } }
      #expect(Set(ids).count == 2 && ids == again)
      #expect(try ContentRecord.find(id: ids[1], in: db)?.digest == digests[1])
    }
  }
}
