import Digest
import Foundation
import GRDB

/// An item that failed, as the digest of a store takes it; which items those are, the caller knows.
public struct FailureRow: Sendable, Hashable {
  public let path: String
  public let errorClass: String

  public init(path: String, errorClass: String) {
    self.path = path
    self.errorClass = errorClass
  }
}

/// One number for all results in a store: two stores have the same if and only if they hold the same rows.
///
/// It is made of each image's path and class, and for each space its fingerprint, the vector and the
/// predictions; then of the failures' paths and classes. Row ids, the order of insertion, times, and the
/// corpora's places on the disk do not go in; gone images neither.
public enum FeatureDigest {
  public static func compute(failures: [FailureRow], in db: Database) throws -> SHA256Digest {
    let spaces = try SpaceRecord.all(in: db).sorted {
      $0.fingerprint.utf8.lexicographicallyPrecedes($1.fingerprint.utf8)
    }
    var hash = SHA256()
    hash.update("synoptic features 1")
    try hashImages(spaces, into: &hash, in: db)
    try hashBoxes(spaces.filter { $0.crop == .boxes }, into: &hash, in: db)
    hash.update(UInt64(failures.count))
    for failure in failures.sorted(by: precedes) {
      append(failure.path, to: &hash)
      append(failure.errorClass, to: &hash)
    }
    return hash.finalize()
  }

  /// In path order as bytes. A path that stands in several corpora gives several rows: those go by their own
  /// digests.
  private static func hashImages(_ spaces: [SpaceRecord], into hash: inout SHA256, in db: Database) throws {
    let feature = try db.makeStatement(sql: "SELECT scale, vector FROM feature WHERE id = ?")
    let prediction = try db.makeStatement(
      sql: "SELECT classes FROM prediction WHERE space_id = ? AND content_id = ?")
    let images = try Row.fetchCursor(
      db, sql: "SELECT path, wnid, content_id FROM image WHERE gone = 0 ORDER BY path")
    var samePath: (path: String, rows: [SHA256Digest])?
    while let row = try images.next() {
      let path: String = row[0]
      var one = SHA256()
      append(path, to: &one)
      append(row[1] as String?, to: &one)
      if let content: Int64 = row[2] {
        for space in spaces {
          guard
            let vector = try Row.fetchOne(
              feature, arguments: [FeatureKey.of(space: space.id, content: content)])
          else { continue }
          append(space.fingerprint, to: &one)
          append((vector[0] as Float?).map { "\($0.bitPattern)" }, to: &one)
          try append(vector, column: 1, to: &one)
          let classes = try Row.fetchOne(prediction, arguments: [space.id, content])
          if let classes { try append(classes, column: 0, to: &one) } else { one.update(0) }
        }
      }
      if samePath?.path != path {
        flush(samePath?.rows, into: &hash)
        samePath = (path, [])
      }
      samePath?.rows.append(one.finalize())
    }
    flush(samePath?.rows, into: &hash)
  }

  /// Each box by its image's path, its place, rectangle and class. A store without boxes has the digest it always had.
  private static func hashBoxes(_ spaces: [SpaceRecord], into hash: inout SHA256, in db: Database) throws {
    let feature = try db.makeStatement(sql: "SELECT scale, vector FROM feature WHERE id = ?")
    let prediction = try db.makeStatement(
      sql: "SELECT classes FROM prediction WHERE space_id = ? AND content_id = ?")
    var rows: [SHA256Digest] = []
    let boxes = try Row.fetchCursor(
      db, sql: "SELECT \(BoxRecord.columns), path FROM box JOIN image ON image.id = image_id WHERE gone = 0")
    while let row = try boxes.next() {
      let box = BoxRecord(row: row)
      var one = SHA256()
      append(row["path"] as String, to: &one)
      append(box.box.label, to: &one)
      append(box.box.wnid, to: &one)
      for number in [box.ordinal, box.box.left, box.box.top, box.box.right, box.box.bottom] {
        one.update(UInt64(bitPattern: Int64(number)))
      }
      for space in spaces {
        guard let content = box.contentID,
          let vector = try Row.fetchOne(
            feature, arguments: [FeatureKey.of(space: space.id, content: content)])
        else { continue }
        append(space.fingerprint, to: &one)
        append((vector[0] as Float?).map { "\($0.bitPattern)" }, to: &one)
        try append(vector, column: 1, to: &one)
        let classes = try Row.fetchOne(prediction, arguments: [space.id, content])
        if let classes { try append(classes, column: 0, to: &one) } else { one.update(0) }
      }
      rows.append(one.finalize())
    }
    for row in rows.sorted() { hash.update(row.bytes) }
  }

  private static func flush(_ rows: [SHA256Digest]?, into hash: inout SHA256) {
    for row in (rows ?? []).sorted() { hash.update(row.bytes) }
  }

  private static func append(_ row: Row, column: Int, to hash: inout SHA256) throws {
    try row.withUnsafeData(atIndex: column) { data in
      hash.update(UInt64(data?.count ?? 0))
      data?.withUnsafeBytes { hash.update($0) }
    }
  }

  /// The length first, so that no two different rows give the same bytes; nil is not the empty text.
  private static func append(_ text: String?, to hash: inout SHA256) {
    guard let text else { return hash.update(UInt64.max) }
    hash.update(UInt64(text.utf8.count))
    hash.update(text)
  }

  private static func precedes(_ left: FailureRow, _ right: FailureRow) -> Bool {
    left.path == right.path
      ? left.errorClass.utf8.lexicographicallyPrecedes(right.errorClass.utf8)
      : left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
  }
}
