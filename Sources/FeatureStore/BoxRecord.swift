import Digest
import Foundation
import GRDB

/// A thing annotated in an image, and where.
public struct BoxRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  public let imageID: Int64
  /// Its place in the annotation, from 0.
  public let ordinal: Int
  public let box: ImageBox
  /// What is within, as a content of its own: nil until the image's bytes have been read.
  public let contentID: Int64?

  static let columns = """
    box.id, image_id, ordinal, label, box.wnid, left, top, right, bottom, is_truncated, is_difficult, \
    box.content_id
    """

  init(row: Row) {
    id = row[0]
    imageID = row[1]
    ordinal = row[2]
    box = ImageBox(
      label: row[3], wnid: row[4], left: row[5], top: row[6], right: row[7], bottom: row[8],
      isTruncated: row[9], isDifficult: row[10])
    contentID = row[11]
  }

  /// In the annotation's order.
  public static func all(ofImage id: Int64, in db: Database) throws -> [BoxRecord] {
    try Row.fetchAll(
      db.cachedStatement(sql: "SELECT \(columns) FROM box WHERE image_id = ? ORDER BY ordinal"),
      arguments: [id]
    ).map(Self.init)
  }

  public static func find(id: Int64, in db: Database) throws -> BoxRecord? {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(columns) FROM box WHERE id = ?"), arguments: [id]
    ).map(Self.init)
  }
}

/// A rectangle in an image, with what it shows.
public struct ImageBox: Sendable, Hashable {
  /// As annotated.
  public let label: String
  /// Nil where the label names no synset.
  public let wnid: String?
  /// The columns `left..<right` and the rows `top..<bottom`, in pixels as annotated: they may lie outside the image.
  public let left: Int
  public let top: Int
  public let right: Int
  public let bottom: Int
  public let isTruncated: Bool
  public let isDifficult: Bool

  public init(
    label: String, wnid: String?, left: Int, top: Int, right: Int, bottom: Int, isTruncated: Bool = false,
    isDifficult: Bool = false
  ) {
    self.label = label
    self.wnid = wnid
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
    self.isTruncated = isTruncated
    self.isDifficult = isDifficult
  }

  /// What names the pixels within: the image's content and the rectangle. The same rectangle of the same bytes is the
  /// same content, so boxes that coincide share a vector.
  func contentDigest(in image: SHA256Digest) -> SHA256Digest {
    var hash = SHA256()
    hash.update("synoptic crop 1")
    hash.update(image.bytes)
    for side in [left, top, right, bottom] { hash.update(UInt64(bitPattern: Int64(side))) }
    return hash.finalize()
  }
}

/// The annotation that an image's boxes were read from, to see by size and time whether it has changed.
public struct AnnotationStamp: Sendable, Hashable {
  /// Bytes.
  public let size: Int64
  /// Nanoseconds since 1970.
  public let modified: Int64

  public init(size: Int64, modified: Int64) {
    self.size = size
    self.modified = modified
  }

  /// Nil where the image has no annotation.
  public static func find(imageID: Int64, in db: Database) throws -> AnnotationStamp? {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT size, modified FROM annotation WHERE image_id = ?"),
      arguments: [imageID]
    ).map { AnnotationStamp(size: $0[0], modified: $0[1]) }
  }
}

extension ImageRecord {
  /// Writes an image's boxes in place of those it had; a box keeps its id by its place.
  ///
  /// - Parameter stamp: of the annotation; nil where there is none any more.
  public static func setBoxes(
    _ boxes: [ImageBox], from stamp: AnnotationStamp?, image id: Int64, in db: Database
  ) throws {
    guard let stamp else {
      try db.cachedStatement(sql: "DELETE FROM annotation WHERE image_id = ?").execute(arguments: [id])
      try db.cachedStatement(sql: "DELETE FROM box WHERE image_id = ?").execute(arguments: [id])
      return
    }
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO annotation(image_id, size, modified) VALUES (?, ?, ?)"
    ).execute(arguments: [id, stamp.size, stamp.modified])
    let write = try db.cachedStatement(
      sql: """
        INSERT INTO box(image_id, ordinal, label, wnid, left, top, right, bottom, is_truncated, is_difficult)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(image_id, ordinal) DO UPDATE SET label = excluded.label, wnid = excluded.wnid,
          left = excluded.left, top = excluded.top, right = excluded.right, bottom = excluded.bottom,
          is_truncated = excluded.is_truncated, is_difficult = excluded.is_difficult
        """)
    for (ordinal, box) in boxes.enumerated() {
      try write.execute(arguments: [
        id, ordinal, box.label, box.wnid, box.left, box.top, box.right, box.bottom, box.isTruncated,
        box.isDifficult,
      ])
    }
    try db.cachedStatement(sql: "DELETE FROM box WHERE image_id = ? AND ordinal >= ?")
      .execute(arguments: [id, boxes.count])
    try setBoxContents(image: id, in: db)
  }

  /// Gives each box of an image the content it is, where the image's own is known.
  public static func setBoxContents(image id: Int64, in db: Database) throws {
    let boxes = try BoxRecord.all(ofImage: id, in: db)
    guard !boxes.isEmpty,
      let row = try Row.fetchOne(
        db.cachedStatement(
          sql:
            "SELECT digest, content.size FROM image JOIN content ON content.id = content_id WHERE image.id = ?"
        ),
        arguments: [id]), let digest = SHA256Digest(rawBytes: row[0] as Data)
    else { return }
    for box in boxes {
      let content = try ContentRecord.identify(box.box.contentDigest(in: digest), size: row[1], in: db)
      try db.cachedStatement(sql: "UPDATE box SET content_id = ? WHERE id = ?").execute(arguments: [
        content, box.id,
      ])
    }
  }
}
