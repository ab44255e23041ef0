import Foundation
import GRDB

/// Where an image's bytes lie in an archive.
public struct MemberRecord: Sendable, Hashable {
  /// A run of its bytes: where they are in the archive, and where in the image.
  public struct Extent: Sendable, Hashable {
    public let offset: Int64
    public let start: Int64
    public let count: Int64

    public init(offset: Int64, start: Int64, count: Int64) {
      self.offset = offset
      self.start = start
      self.count = count
    }
  }

  public let archive: ArchiveRecord
  /// Bytes.
  public let size: Int64
  /// In order; what none covers is zeros.
  public let extents: [Extent]

  public init(archive: ArchiveRecord, size: Int64, extents: [Extent]) {
    self.archive = archive
    self.size = size
    self.extents = extents
  }

  init(archive: ArchiveRecord, size: Int64, offset: Int64, extents data: Data?) throws {
    self.archive = archive
    self.size = size
    guard let data else {
      extents = size > 0 ? [Extent(offset: offset, start: 0, count: size)] : []
      return
    }
    let bytes = [UInt8](data)
    func integer(_ start: Int) -> Int64 {
      (0..<8).reduce(Int64(0)) { $0 | Int64(bytes[start + $1]) << Int64(8 * $1) }
    }
    guard bytes.count.isMultiple(of: 24) else {
      throw StoreError.damagedRow(table: "archive_member", reason: "\(bytes.count) bytes of extents")
    }
    extents = stride(from: 0, to: bytes.count, by: 24).map {
      Extent(offset: integer($0), start: integer($0 + 8), count: integer($0 + 16))
    }
    let isSound = extents.allSatisfy {
      $0.offset >= 0 && $0.start >= 0 && $0.count >= 0 && $0.start <= size && $0.count <= size - $0.start
    }
    guard isSound else {
      throw StoreError.damagedRow(table: "archive_member", reason: "extents beyond its size")
    }
  }

  /// One extent is its offset alone; several, with holes between them, are three integers each.
  var packedExtents: Data? {
    let isPlain = extents.count == 1 && extents[0].start == 0 && extents[0].count == size
    if isPlain || (extents.isEmpty && size == 0) { return nil }
    var data = Data(capacity: extents.count * 24)
    for extent in extents {
      for number in [extent.offset, extent.start, extent.count] {
        withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    return data
  }

  /// Writes where an image lies; nil for a file of its own.
  static func write(
    _ member: MemberRecord?, label: String?, image id: Int64, in db: Database
  ) throws {
    guard let member else {
      return try db.cachedStatement(sql: "DELETE FROM archive_member WHERE image_id = ?").execute(arguments: [
        id
      ])
    }
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO archive_member(image_id, archive_id, offset, extents, label)
        VALUES (?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [id, member.archive.id, member.extents.first?.offset ?? 0, member.packedExtents, label])
  }
}

/// Where an image's bytes are: all that is needed to read it.
public struct ImagePlace: Sendable, Hashable {
  public let corpusID: Int64
  public let path: String
  /// Nil for a file of its own.
  public let member: MemberRecord?

  /// Nil where there is no such image.
  public static func find(imageID: Int64, in db: Database) throws -> ImagePlace? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT corpus_id, image.path, image.size, offset, extents, archive_id FROM image
        LEFT JOIN archive_member ON image_id = image.id WHERE image.id = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [imageID]) else { return nil }
    guard let archiveID: Int64 = row[5] else {
      return ImagePlace(corpusID: row[0], path: row[1], member: nil)
    }
    let archive = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(ArchiveRecord.columns) FROM archive WHERE id = ?"),
      arguments: [archiveID]
    ).map { ArchiveRecord(row: $0) }
    guard let archive else {
      throw StoreError.damagedRow(table: "archive_member", reason: "its archive is not there")
    }
    return ImagePlace(
      corpusID: row[0], path: row[1],
      member: try MemberRecord(archive: archive, size: row[2], offset: row[3], extents: row[4]))
  }
}
