import Digest
import FeatureStore
import GRDB
import Pipeline

/// `generated-images`: the rows of any number of images, of which no files exist.
///
/// They are written as the `images` stage writes them, thousands a transaction, with paths of the usual length, and
/// with digests as random as those of files.
enum GeneratedImages: StageKind {
  static let name = "generated-images"
  static let resultsVersion = 1
  static let summary = "Rows of images without files."
  static let parameters: [ParameterDeclaration] = [
    .init("count", .integer(1...100_000_000), isRequired: true, changesResult: false, help: "how many"),
    .init("classes", .integer(1...100_000), default: .integer(1_000), help: "how many classes they have"),
  ]

  static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    GeneratedImagesStage(
      count: try parameters.integer("count"), classes: try parameters.integer("classes"))
  }
}

struct GeneratedImagesStage: WholeStage {
  let count: Int
  let classes: Int

  /// As large as the `images` stage makes its own where reading is quick.
  private static let pieceSize = 16_000

  func run(_ context: StageContext) async throws -> ItemCounts {
    let corpus = try await context.database.write { db in
      try CorpusRecord.upsert(identity: context.fingerprint, root: "/generated", in: db)
    }
    try write(corpus, context)
    return ItemCounts(done: count)
  }

  private func write(_ corpus: CorpusRecord, _ context: StageContext) throws {
    var scan = CorpusScan(corpusID: corpus.id)
    for start in stride(from: 0, to: count, by: Self.pieceSize) {
      try context.checkForStop()
      let piece = start..<min(count, start + Self.pieceSize)
      try context.database.write { db in
        for index in piece {
          let image = try scan.record(scanned(index), in: db)
          guard image.needsContent else { continue }
          let content = try ContentRecord.identify(SHA256.hash("image \(index)"), size: 110_000, in: db)
          try ImageRecord.setContent(content, image: image.imageID, in: db)
        }
      }
      context.advance(done: piece.upperBound, total: count)
    }
    _ = try context.database.write { db in try scan.finish(in: db) }
  }

  /// "n01440764/n01440764_00123456.JPEG", class after class, as a walk through ImageNet's folders finds them; half of
  /// the images tell no class.
  private func scanned(_ index: Int) -> ScannedImage {
    let wnid = Self.wnid(index / 1_300 % classes)
    let digits = String(index)
    let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return ScannedImage(
      path: "\(wnid)/\(wnid)_\(number).JPEG", size: 110_000,
      modified: 1_700_000_000_000_000_000 + Int64(index), wnid: index % 2 == 0 ? wnid : nil)
  }

  static func wnid(_ number: Int) -> String {
    let digits = String(number + 1)
    return "n" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// A look at a source costs what the source costs: here nothing, so that what is measured is the rest.
  func check(in db: Database, _ identity: StageIdentity) throws -> [String] {
    let images = try Int.fetchOne(db, sql: "SELECT max(id) FROM image") ?? 0
    return images == count ? [] : ["\(count - images) images added"]
  }
}
