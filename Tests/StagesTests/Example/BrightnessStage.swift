import Corpus
import FeatureStore
import GRDB
import Imaging
import Pipeline
import Stages

/// `brightness`: the mean of every image's samples, from 0 to 255.
struct BrightnessStage: StageKind, ItemStage {
  static let name = "brightness"
  static let resultsVersion = 1
  static let summary = "How bright every image is."
  static let parameters: [ParameterDeclaration] = [
    .init("images", .reference(kinds: ["images"]), isRequired: true, help: "the images to look at")
  ]
  let batchSize = 16

  static func makeStage(_ parameters: StageParameters) throws -> any Stage { BrightnessStage() }
  func prepare(_ context: StageContext) {}

  /// One row an image; it is worked again when its content is another.
  func items(in db: Database, _ identity: StageIdentity) throws -> ItemQuery {
    ItemQuery(
      """
      SELECT image.id AS item_id, content_id AS version, content_id AS grouping FROM image
      JOIN corpus ON corpus.id = corpus_id WHERE identity = ? AND gone = 0 AND content_id IS NOT NULL
      """, [try identity.reference("images").fingerprint])
  }

  struct Worker: ItemWorker {
    let database: any DatabaseReader
    let reader = ImageReader()

    mutating func process(_ items: [WorkItem]) async throws -> [ItemOutcome<Double>] {
      try items.map { item in
        do {
          let place = try database.read { db in try ImageLocation.find(imageID: item.id, in: db) }
          guard let place else { return .failed(item, errorClass: "missing", message: "its row is gone") }
          let pixels = try ImageDecoder.decode(try reader.bytes(of: place)).pixels
          return .done(item, Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count))
        } catch let error as ImagingError {
          return .failed(item, errorClass: error.errorClass, message: "\(error)")
        }
      }
    }
  }

  func makeWorker(_: Void, _ context: StageContext) -> Worker { Worker(database: context.database) }
  func commit(_ outcomes: [ItemOutcome<Double>], in db: Database, _: Void, _ context: StageContext) throws {
    for case .done(let item, let mean) in outcomes {
      let row: StatementArguments = [context.fingerprint, item.id, mean]
      try db.execute(sql: "INSERT OR REPLACE INTO brightness VALUES (?, ?, ?)", arguments: row)
    }
  }

  func describe(itemIDs: [Int64], in db: Database) throws -> [Int64: String] {
    try itemIDs.reduce(into: [:]) { try $0[$1] = ImageRecord.find(id: $1, in: db)?.path }
  }
}
