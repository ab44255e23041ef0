import GRDB

/// An archive that images of a corpus are members of, as it was when they were listed.
public struct ArchiveRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  /// Absolute.
  public let path: String
  /// Bytes.
  public let size: Int64
  /// Nanoseconds since 1970.
  public let modified: Int64
  /// `none` or `gzip`.
  public let compression: String

  static let columns = "archive.id, archive.path, archive.size, archive.modified, compression"

  init(row: Row, from first: Int = 0) {
    id = row[first]
    path = row[first + 1]
    size = row[first + 2]
    modified = row[first + 3]
    compression = row[first + 4]
  }

  /// The archive as it is now; whether its members are all known is forgotten until `markListed`.
  public static func upsert(
    corpusID: Int64, path: String, size: Int64, modified: Int64, compression: String, in db: Database
  ) throws -> ArchiveRecord {
    let row = try Row.fetchOne(
      db,
      sql: """
        INSERT INTO archive(corpus_id, path, size, modified, compression) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT(corpus_id, path) DO UPDATE SET size = excluded.size, modified = excluded.modified,
          compression = excluded.compression, listed = 0
        RETURNING \(columns)
        """, arguments: [corpusID, path, size, modified, compression])
    guard let row else { throw StoreError.damagedRow(table: "archive", reason: "no id") }
    return ArchiveRecord(row: row)
  }

  /// Every member is in the store, and nothing was amiss: the archive need not be read as long as it does not change.
  public func markListed(in db: Database) throws {
    try db.execute(sql: "UPDATE archive SET listed = 1 WHERE id = ?", arguments: [id])
  }

  /// An archive all of whose members are in the store, if it is still of this size and time.
  public static func findListed(
    corpusID: Int64, path: String, size: Int64, modified: Int64, in db: Database
  ) throws -> ArchiveRecord? {
    try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT \(columns) FROM archive
          WHERE corpus_id = ? AND path = ? AND size = ? AND modified = ? AND listed = 1
          """), arguments: [corpusID, path, size, modified]
    ).map { ArchiveRecord(row: $0) }
  }

  /// A member with the image it is.
  public struct Member: Sendable, Hashable {
    public let imageID: Int64
    public let path: String
    /// The class as the archive gives it.
    public let label: String?
    public let place: MemberRecord
  }

  /// Its members that are not gone, in the order they lie in it, some at a time.
  ///
  /// - Parameter last: of the members before.
  public func members(after last: Member?, limit: Int, in db: Database) throws -> [Member] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT image.id, image.path, label, image.size, offset, extents FROM archive_member
        JOIN image ON image.id = image_id
        WHERE archive_id = ? AND gone = 0 AND (offset, image_id) > (?, ?)
        ORDER BY offset, image_id LIMIT ?
        """)
    return try Row.fetchAll(
      statement,
      arguments: [
        id, last?.place.extents.first?.offset ?? (last == nil ? -1 : 0), last?.imageID ?? -1, limit,
      ]
    ).map { row in
      Member(
        imageID: row[0], path: row[1], label: row[2],
        place: try MemberRecord(archive: self, size: row[3], offset: row[4], extents: row[5]))
    }
  }
}
