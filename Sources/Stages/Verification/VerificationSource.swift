import Corpus
import Digest
import FeatureStore
import GRDB
import Imaging
import Quantization

/// An image to verify on.
struct VerificationImage: Sendable, Hashable {
  let location: ImageLocation
  /// Its true class, as the folder or the store has it.
  let label: String?
}

/// Where the images of a verification come from: a folder, a manifest or a store.
struct VerificationSource {
  let images: [VerificationImage]
  private let store: (path: String, database: any DatabaseReader)?

  /// - Throws: `CorpusError`, `NetworkFileError`, `StoreFileError`, `NetworkVerificationError.noImages`.
  init(_ path: String) throws {
    guard StoreFile.isSQLite(path) else {
      images = try FolderImages(path).entries.map {
        VerificationImage(location: $0.location, label: $0.label)
      }
      store = nil
      return
    }
    let database = try StoreFile.openReadOnly(path)
    images = try database.read { db in try Self.contents(db) }
    store = (path, database)
    guard !images.isEmpty else { throw NetworkVerificationError.noImages(source: path) }
  }

  /// Each content once, by its digest.
  private static func contents(_ db: Database) throws -> [VerificationImage] {
    // SQLite takes the other columns from the row that has the minimum.
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT image.id, min(path), wnid FROM image JOIN content ON content.id = content_id
        WHERE gone = 0 GROUP BY content_id ORDER BY digest
        """)
    return try rows.compactMap { row in
      try ImageLocation.find(imageID: row[0], in: db).map { VerificationImage(location: $0, label: row[2]) }
    }
  }

  /// A network that the store keeps.
  struct StoredNetwork {
    let subject: VerificationSubject
    let recipe: PreprocessingRecipe
    let labels: [String]?
  }

  /// The newest int8 network that the store has made of a model's file; nil for a source that has no network at all.
  ///
  /// - Throws: `NetworkVerificationError` where the store has only networks of other models, or this one in float32.
  func network(madeOf model: String) throws -> StoredNetwork? {
    guard let store else { return nil }
    let digest = try SHA256.hash(fileAt: model)
    return try store.database.read { db in
      let all = try NetworkRecord.all(in: db)
      guard !all.isEmpty else { return nil }
      let own = all.filter { $0.modelDigest == digest }
      guard !own.isEmpty else {
        throw NetworkVerificationError.otherNetworks(
          store: store.path, names: Set(all.map(\.name)).sorted(), model: model)
      }
      guard let record = own.last(where: { $0.precision == NetworkStage.Precision.int8.rawValue }) else {
        throw NetworkVerificationError.storedAsFloat(store: store.path, model: model)
      }
      return StoredNetwork(
        subject: VerificationSubject(
          try QuantizedNetwork(serialized: record.plan(in: db)), origin: "as \(store.path) keeps it"),
        recipe: try NetworkInterface(json: record.recipe).recipe, labels: record.labels)
    }
  }
}
