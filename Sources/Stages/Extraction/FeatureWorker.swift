import Corpus
import Digest
import FeatureStore
import Foundation
import GRDB
import Imaging
import Pipeline

/// One thread of the `features` stage: reads, decodes and preprocesses image by image, runs the network on as
/// many as it likes best, and encodes.
public struct FeatureWorker: ItemWorker {
  private var embedder: ImageEmbeddingWorker
  private let encoding: VectorEncoding
  private let reader: ImageReader
  private let database: any DatabaseWriter
  private let steps: StepTimes

  init(
    _ embedder: ImageEmbeddingWorker, encoding: VectorEncoding, reader: ImageReader,
    database: any DatabaseWriter, steps: StepTimes
  ) {
    self.steps = steps
    self.embedder = embedder
    self.encoding = encoding
    self.reader = reader
    self.database = database
  }

  public mutating func process(_ items: [WorkItem]) async throws -> [ItemOutcome<FeatureRow>] {
    let files = try await files(of: items)
    var byContent: [Int64: Result<FeatureRow, ItemFailure>] = [:]
    var waiting: [Waiting] = []
    var outcomes = [ItemOutcome<FeatureRow>?](repeating: nil, count: items.count)
    for (index, item) in items.enumerated() {
      guard let file = files[item.id] else {
        outcomes[index] = .failed(
          item, errorClass: "missing", message: "it was taken out of the store meanwhile")
        continue
      }
      if byContent[file.contentID] != nil || waiting.contains(where: { $0.contentID == file.contentID }) {
        continue
      }
      switch try pixels(of: file) {
      case .success(let image): waiting.append(image)
      // A failure to read is this file's alone: a duplicate elsewhere may well be readable.
      case .failure(let failure): outcomes[index] = failure.outcome(of: item)
      }
      if waiting.count == embedder.preferredBatch { try embed(&waiting, into: &byContent) }
    }
    try embed(&waiting, into: &byContent)
    return zip(items, outcomes).compactMap { item, outcome in
      if let outcome { return outcome }
      switch files[item.id].flatMap({ byContent[$0.contentID] }) {
      case .success(let row): return .done(item, row)
      case .failure(let failure): return failure.outcome(of: item)
      case nil: return nil
      }
    }
  }

  /// Turns the images that wait into rows, all at once.
  private func embed(
    _ waiting: inout [Waiting],
    into rows: inout [Int64: Result<FeatureRow, ItemFailure>]
  ) throws {
    guard !waiting.isEmpty else { return }
    let start = ContinuousClock.now
    let embeddings = try embedder.embed(waiting.map(\.pixels))
    steps.add(.infer, start.duration(to: .now), count: waiting.count)
    for (image, embedding) in zip(waiting, embeddings) {
      rows[image.contentID] = row(of: image, embedding)
    }
    waiting.removeAll()
  }

  private func row(of image: Waiting, _ embedding: ImageEmbedding) -> Result<FeatureRow, ItemFailure> {
    do {
      return .success(
        FeatureRow(
          contentID: image.contentID, vector: try encoding.encode(embedding.vector),
          predictions: embedding.predictions, warning: image.warning))
    } catch {
      // A vector that its encoding can't hold: the network gave infinities for this image.
      return .failure(ItemFailure(errorClass: "value-out-of-range", message: "\(error)"))
    }
  }

  private struct File: Sendable {
    let contentID: Int64
    let location: ImageLocation
    let digest: SHA256Digest
    /// The part of the image that is wanted; nil for all of it.
    let region: PixelRegion?
  }

  /// An image on its way to the network.
  private struct Waiting {
    let contentID: Int64
    let pixels: PixelImage
    let warning: FeatureWarning?
  }

  private struct ItemFailure: Error {
    let errorClass: String
    let message: String

    func outcome(of item: WorkItem) -> ItemOutcome<FeatureRow> {
      .failed(item, errorClass: errorClass, message: message)
    }
  }

  private func files(of items: [WorkItem]) async throws -> [Int64: File] {
    let ids = items.map(\.id)
    return try await database.read { db in
      let query = try db.cachedStatement(
        sql: """
          SELECT content_id, digest FROM image JOIN content ON content.id = content_id
          WHERE image.id = ?
          """)
      var files: [Int64: File] = [:]
      for id in ids {
        let box = try BoxItem.box(of: id, in: db)
        let imageID = box?.imageID ?? id
        guard let row = try Row.fetchOne(query, arguments: [imageID]),
          let digest = SHA256Digest(rawBytes: row[1] as Data),
          let location = try ImageLocation.find(imageID: imageID, in: db)
        else { continue }
        files[id] = File(
          contentID: box?.contentID ?? row[0], location: location, digest: digest,
          region: box.map { PixelRegion($0.box) })
      }
      return files
    }
  }

  /// - Throws: what is no fault of the image.
  private mutating func pixels(of file: File) throws -> Result<Waiting, ItemFailure> {
    do {
      let bytes = try steps.measure(.read) { try reader.bytes(of: file.location) }
      guard SHA256.hash(bytes) == file.digest else {
        return .failure(
          ItemFailure(
            errorClass: CorpusError.changedWhileRead(path: file.location.path).errorClass,
            message: "\(file.location): its bytes are not those that were listed; run again"))
      }
      let start = ContinuousClock.now
      let pixels = try embedder.pixels(decoding: bytes, region: file.region)
      steps.add(.decode, embedder.decodingTime)
      steps.add(.resize, start.duration(to: .now) - embedder.decodingTime)
      let warning = embedder.acceptedDamage.map {
        FeatureWarning(warningClass: $0.errorClass, message: "\($0)")
      }
      return .success(Waiting(contentID: file.contentID, pixels: pixels, warning: warning))
    } catch let error as CorpusError {
      return .failure(ItemFailure(errorClass: error.errorClass, message: "\(error)"))
    } catch let error as ImagingError {
      return .failure(ItemFailure(errorClass: error.errorClass, message: "\(error)"))
    }
  }
}

extension PixelRegion {
  init(_ box: ImageBox) {
    self.init(left: box.left, top: box.top, right: box.right, bottom: box.bottom)
  }
}
