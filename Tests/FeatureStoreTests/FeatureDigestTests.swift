import Digest
import GRDB
import Testing

@testable import FeatureStore

@Suite("The digest of all rows")
struct FeatureDigestTests {
  struct Image {
    var path: String
    var wnid: String?
    var vector: [Float]?
    var predictions: [(Int, Float)]
  }

  static let images = [
    Image(path: "dogs/1.jpg", wnid: "n02084071", vector: [1, 2, 3, 4], predictions: [(1, 0.5), (0, 0.25)]),
    Image(path: "cats/1.jpg", wnid: nil, vector: [4, 3, 2, 1], predictions: [(2, 0.75)]),
    Image(path: "broken.jpg", wnid: "n02084071", vector: nil, predictions: []),
  ]
  static let failures = [
    FailureRow(path: "broken.jpg", errorClass: "truncated"), FailureRow(path: "x", errorClass: "empty"),
  ]

  func digest(_ images: [Image] = images, _ failures: [FailureRow] = failures) throws -> String {
    let store = try StoreFixture()
    for image in images {
      try store.add(image.path, image.vector, wnid: image.wnid, predictions: image.predictions)
    }
    return try store.digest(failures)
  }

  @Test("does not depend on the order of insertion, on row ids or on times")
  func independent() throws {
    let expected = try digest()
    #expect(try digest(Self.images.reversed(), Self.failures.reversed()) == expected)

    let store = try StoreFixture()
    let gone = try store.add("was-here.jpg", [9, 9, 9, 9])
    for image in Self.images.shuffled() {
      try store.add(image.path, [0, 0, 0, 1], wnid: "other")
      try store.add(image.path, image.vector, wnid: image.wnid, predictions: image.predictions)
    }
    try store.markGone(gone)
    try store.queue.write { db in
      try db.execute(
        sql: "DELETE FROM feature WHERE content_id = (SELECT content_id FROM image WHERE path = 'broken.jpg')"
      )
      try db.execute(sql: "UPDATE image SET modified = 77")
      try db.execute(sql: "UPDATE corpus SET identity = 'elsewhere', root = '/elsewhere'")
    }
    #expect(try store.digest(Self.failures) == expected)
  }

  /// One change each to what the digest is of.
  static let changes: [(name: String, change: @Sendable (inout [Image], inout [FailureRow]) -> Void)] = [
    ("path", { images, _ in images[0].path = "dogs/2.jpg" }),
    ("class", { images, _ in images[0].wnid = "n02121808" }),
    ("class unknown", { images, _ in images[0].wnid = nil }),
    ("vector", { images, _ in images[1].vector = [4, 3, 2, 1.001] }),
    ("vector gone", { images, _ in images[1].vector = nil }),
    ("predicted class", { images, _ in images[1].predictions[0].0 = 0 }),
    ("predicted probability", { images, _ in images[0].predictions[1].1 = 0.250_000_1 }),
    ("prediction gone", { images, _ in images[0].predictions.removeLast() }),
    ("image more", { images, _ in images.append(Image(path: "z", wnid: nil, vector: nil, predictions: [])) }),
    ("image less", { images, _ in images.removeLast() }),
    ("failure's class", { _, failures in failures[0] = FailureRow(path: "broken.jpg", errorClass: "empty") }),
    ("failure less", { _, failures in failures.removeLast() }),
  ]

  @Test("changes with any one of path, class, vector, prediction, failure", arguments: changes.indices)
  func sensitive(index: Int) throws {
    var images = Self.images
    var failures = Self.failures
    Self.changes[index].change(&images, &failures)
    #expect(try digest(images, failures) != digest(), "\(Self.changes[index].name)")
  }

  @Test("changes with the space that a vector belongs to")
  func otherSpace() throws {
    let store = try StoreFixture()
    try store.add("a", [1, 2, 3, 4])
    let before = try store.digest()
    try store.queue.write { try $0.execute(sql: "UPDATE space SET fingerprint = 'another'") }
    #expect(try store.digest() != before)
  }

  @Test("the same path in two corpora counts twice, in whichever order they came")
  func twoCorpora() throws {
    let digests = try [["one", "two"], ["two", "one"]].map { order in
      let store = try StoreFixture()
      for identity in order {
        let corpus = try store.queue.write {
          try CorpusRecord.upsert(identity: identity, root: identity, in: $0)
        }
        try store.add("same", [1, 2, 3, identity == "one" ? 4 : 5], content: identity, corpus: corpus)
      }
      return try store.digest()
    }
    #expect(digests[0] == digests[1])
    let alone = try StoreFixture()
    try alone.add("same", [1, 2, 3, 4], content: "one")
    #expect(try alone.digest() != digests[0])
  }
}
