import Corpus
import Digest
import FeatureStore
import Foundation
import GRDB
import Imaging
import Pipeline

/// One thread of the `features` stage: reads, decodes, preprocesses, runs the network and encodes, image by image.
public struct FeatureWorker: ItemWorker {
  private var embedder: ImageEmbeddingWorker
  private let encoding: VectorEncoding
  private let corpus: CorpusRecord
  private let database: any DatabaseWriter

  init(
    _ embedder: ImageEmbeddingWorker, encoding: VectorEncoding, corpus: CorpusRecord,
    database: any DatabaseWriter
  ) {
    self.embedder = embedder
    self.encoding = encoding
    self.corpus = corpus
    self.database = database
  }

  public mutating func process(_ items: [WorkItem]) async throws -> [ItemOutcome<FeatureRow>] {
    let files = try await files(of: items)
    var byContent: [Int64: FeatureRow] = [:]
    var outcomes: [ItemOutcome<FeatureRow>] = []
    outcomes.reserveCapacity(items.count)
    for item in items {
      guard let file = files[item.id] else {
        outcomes.append(
          .failed(item, errorClass: "missing", message: "it was taken out of the store meanwhile"))
        continue
      }
      // A failure to read is this file's alone: a duplicate elsewhere may well be readable.
      if let row = byContent[file.contentID] {
        outcomes.append(.done(item, row))
        continue
      }
      switch try row(of: file) {
      case .success(let row):
        byContent[file.contentID] = row
        outcomes.append(.done(item, row))
      case .failure(let failure):
        outcomes.append(.failed(item, errorClass: failure.errorClass, message: failure.message))
      }
    }
    return outcomes
  }

  private struct File: Sendable {
    let contentID: Int64
    let location: String
    let digest: SHA256Digest
  }

  private struct ItemFailure: Error {
    let errorClass: String
    let message: String
  }

  private func files(of items: [WorkItem]) async throws -> [Int64: File] {
    let ids = items.map(\.id)
    return try await database.read { [corpus] db in
      let query = try db.cachedStatement(
        sql: """
          SELECT image.id, content_id, path, digest FROM image JOIN content ON content.id = content_id
          WHERE image.id = ?
          """)
      var files: [Int64: File] = [:]
      for id in ids {
        guard let row = try Row.fetchOne(query, arguments: [id]),
          let digest = SHA256Digest(rawBytes: row[3] as Data)
        else { continue }
        files[id] = File(contentID: row[1], location: corpus.location(of: row[2]), digest: digest)
      }
      return files
    }
  }

  /// - Throws: what is no fault of the image.
  private mutating func row(of file: File) throws -> Result<FeatureRow, ItemFailure> {
    do {
      let bytes = try FileContents.read(file.location)
      guard SHA256.hash(bytes) == file.digest else {
        return .failure(
          ItemFailure(
            errorClass: CorpusError.changedWhileRead(path: file.location).errorClass,
            message: "\(file.location): its bytes are not those that were listed; run again"))
      }
      let embedding = try embedder.embed(bytes: bytes)
      return .success(
        FeatureRow(
          contentID: file.contentID, vector: try encoding.encode(embedding.vector),
          predictions: embedding.predictions))
    } catch let error as CorpusError {
      return .failure(ItemFailure(errorClass: error.errorClass, message: "\(error)"))
    } catch let error as ImagingError {
      return .failure(ItemFailure(errorClass: error.errorClass, message: "\(error)"))
    } catch let error as StoreError {
      // A vector that its encoding can't hold: the network gave infinities for this image.
      return .failure(ItemFailure(errorClass: "value-out-of-range", message: "\(error)"))
    }
  }
}
