import Digest
import Foundation
import GRDB

/// The bytes of an image, by their SHA-256: images with the same bytes share one content, and so one vector.
public struct ContentRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  public let digest: SHA256Digest
  /// Bytes.
  public let size: Int64

  /// A feature's key has 32 bits for its content.
  static let greatestID: Int64 = 0xffff_ffff

  /// The content with this digest, made if it is new.
  ///
  /// - Returns: the content's id.
  /// - Throws: `StoreError.tooManyContents`, `DatabaseError`.
  public static func identify(_ digest: SHA256Digest, size: Int64, in db: Database) throws -> Int64 {
    let bytes = Data(digest.bytes)
    let known = try db.cachedStatement(
      sql: "SELECT id FROM content WHERE substr(digest, 1, 8) = ? AND digest = ?")
    if let id = try Int64.fetchOne(known, arguments: [bytes.prefix(8), bytes]) { return id }
    let insert = try db.cachedStatement(sql: "INSERT INTO content(digest, size) VALUES (?, ?)")
    try insert.execute(arguments: [bytes, size])
    guard db.lastInsertedRowID <= greatestID else { throw StoreError.tooManyContents }
    return db.lastInsertedRowID
  }

  public static func find(id: Int64, in db: Database) throws -> ContentRecord? {
    try Row.fetchOne(db, sql: "SELECT id, digest, size FROM content WHERE id = ?", arguments: [id])
      .flatMap { row in
        let bytes: Data = row[1]
        return SHA256Digest(rawBytes: bytes).map { ContentRecord(id: row[0], digest: $0, size: row[2]) }
      }
  }
}
