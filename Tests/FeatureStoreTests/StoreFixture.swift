import Digest
import GRDB
import TestSupport

@testable import FeatureStore

/// A store in memory with a network, a space and one corpus, to be filled image by image.
struct StoreFixture {
  let queue: DatabaseQueue
  let corpus: CorpusRecord
  let space: SpaceRecord

  static let labels = ["n01440764", "n02084071", "n02121808"]

  init(dimension: Int = 4, encoding: VectorEncoding = .float16, labels: [String]? = Self.labels) throws {
    queue = try DatabaseQueue()
    var migrator = DatabaseMigrator()
    FeatureStoreSchema.register(in: &migrator)
    try migrator.migrate(queue)
    (corpus, space) = try queue.write { db in
      let corpus = try CorpusRecord.upsert(identity: "photos", root: "/photos", in: db)
      let network = try NetworkRecord.upsert(
        fingerprint: "network-1", name: "tiny", modelDigest: SHA256.hash("model"), precision: "int8",
        plan: [1, 2, 3], recipe: "{}", labels: labels, in: db)
      let space = try SpaceRecord.upsert(
        fingerprint: "space-fingerprint", name: "embedding", networkID: network.id, layer: "pool",
        dimension: dimension, encoding: encoding, in: db)
      return (corpus, space)
    }
  }

  /// Adds an image whose bytes are `content` (its path where that is nil), with a vector and predictions if
  /// given.
  @discardableResult
  func add(
    _ path: String, _ vector: [Float]?, wnid: String? = nil, content: String? = nil,
    predictions: [(Int, Float)] = [], corpus other: CorpusRecord? = nil
  ) throws -> Int64 {
    try queue.write { db in
      var scan = CorpusScan(corpusID: (other ?? corpus).id)
      let size = Int64(path.utf8.count)
      let image = try scan.record(ScannedImage(path: path, size: size, modified: 1, wnid: wnid), in: db)
      let contentID = try ContentRecord.identify(SHA256.hash(content ?? path), size: size, in: db)
      try ImageRecord.setContent(contentID, image: image.imageID, in: db)
      if let vector {
        let row = FeatureRow(
          contentID: contentID, vector: try space.encoding.encode(vector),
          predictions: predictions.compactMap { Prediction(classIndex: $0.0, probability: $0.1) })
        try FeatureRow.write([row], into: space, in: db)
      }
      return image.imageID
    }
  }

  func markGone(_ id: Int64) throws {
    try queue.write { try $0.execute(sql: "UPDATE image SET gone = 1 WHERE id = ?", arguments: [id]) }
  }

  func nearest(
    _ query: [Float], _ count: Int = 10, under wnids: Set<String>? = nil
  ) throws -> [SearchResult] {
    try queue.read { try NearestNeighbours(of: query, in: space, count: count, under: wnids).fetch($0) }
  }

  func digest(_ failures: [FailureRow] = []) throws -> String {
    try queue.read { try FeatureDigest.compute(failures: failures, in: $0).hex }
  }
}

/// Numbers that are the same in every run (SplitMix64; Steele, Lea and Flood, 2014).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func vector(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
  }
}
