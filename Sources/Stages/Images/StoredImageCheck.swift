import Corpus
import Digest
import FeatureStore
import Foundation
import GRDB

/// Reads every image of a store and compares it with the hash that was taken of it.
public struct StoredImageCheck: Sendable {
  public struct Problem: Sendable, Hashable {
    public let path: String
    public let errorClass: String
    public let message: String
  }

  public struct Progress: Sendable, Hashable {
    public var checked = 0
    public var failed = 0
    /// Bytes read.
    public var bytes: Int64 = 0
  }

  private static let pageSize = 2_000

  private struct Stored: Sendable {
    let id: Int64
    let path: String
    let location: ImageLocation
    let digest: SHA256Digest
  }

  private let database: any DatabaseReader
  private let threads: Int
  private let reader = ImageReader()

  public init(_ database: any DatabaseReader, threads: Int) {
    self.database = database
    self.threads = threads
  }

  /// Images that are gone, or whose bytes have never been read, are left out.
  ///
  /// - Parameters:
  ///   - report: called with each problem, in the order of the images.
  ///   - advance: called now and then.
  public func run(
    report: (Problem) throws -> Void, advance: (Progress) throws -> Void = { _ in }
  ) throws -> Progress {
    var progress = Progress()
    var last: Int64 = 0
    while true {
      let page = try database.read { [last] db in try Self.page(after: last, in: db) }
      guard let end = page.last else { return progress }
      last = end.id
      let results = try ParallelWork.map(count: page.count, threads: threads) { [reader] index in
        Self.check(page[index], reader)
      }
      for result in results {
        progress.checked += 1
        switch result {
        case .success(let size): progress.bytes += size
        case .failure(let problem):
          progress.failed += 1
          try report(problem)
        }
      }
      try advance(progress)
    }
  }

  private static func page(after last: Int64, in db: Database) throws -> [Stored] {
    try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT image.id, path, digest FROM image JOIN content ON content.id = content_id
          WHERE gone = 0 AND image.id > ? ORDER BY image.id LIMIT \(pageSize)
          """), arguments: [last]
    ).compactMap { row in
      guard let digest = SHA256Digest(rawBytes: row[2] as Data),
        let location = try ImageLocation.find(imageID: row[0], in: db)
      else { throw StoreError.damagedRow(table: "content", reason: "the digest of \(row[1] as String)") }
      return Stored(id: row[0], path: row[1], location: location, digest: digest)
    }
  }

  private static func check(_ image: Stored, _ reader: ImageReader) -> Result<Int64, Problem> {
    do throws(CorpusError) {
      let found = try reader.digest(of: image.location)
      if found.digest == image.digest { return .success(found.size) }
      return .failure(
        Problem(
          path: image.path, errorClass: "other-bytes",
          message:
            "\(image.location): its bytes are not those that were listed; `synoptic run --verify` lists it as it is"
        ))
    } catch {
      return .failure(Problem(path: image.path, errorClass: error.errorClass, message: "\(error)"))
    }
  }
}

extension StoredImageCheck.Problem: Error {}
