import GRDB

/// An image of a corpus, as the last scan saw it.
public struct ImageRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  public let corpusID: Int64
  /// Below the corpus' root, parts separated by "/".
  public let path: String
  /// Nil until its bytes have been read.
  public let contentID: Int64?
  /// Bytes.
  public let size: Int64
  /// Nanoseconds since 1970.
  public let modified: Int64
  /// The true class; nil where unknown.
  public let wnid: String?
  /// Whether the last scan did not find it any more.
  public let isGone: Bool

  static let columns = "image.id, corpus_id, path, content_id, image.size, modified, wnid, gone"

  init(row: Row) {
    id = row[0]
    corpusID = row[1]
    path = row[2]
    contentID = row[3]
    size = row[4]
    modified = row[5]
    wnid = row[6]
    isGone = row[7]
  }

  public static func find(id: Int64, in db: Database) throws -> ImageRecord? {
    try Row.fetchOne(db, sql: "SELECT \(columns) FROM image WHERE id = ?", arguments: [id]).map(Self.init)
  }

  public static func find(path: String, corpusID: Int64, in db: Database) throws -> ImageRecord? {
    try Row.fetchOne(
      db, sql: "SELECT \(columns) FROM image WHERE corpus_id = ? AND path = ?", arguments: [corpusID, path]
    ).map(Self.init)
  }

  /// Which bytes an image has; nil where they have not been read.
  public static func contentID(id: Int64, in db: Database) throws -> Int64? {
    try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT content_id FROM image WHERE id = ?"), arguments: [id])
  }

  /// Says which bytes an image has, once they have been read; nil where they cannot be any more.
  public static func setContent(_ contentID: Int64?, image id: Int64, in db: Database) throws {
    try db.cachedStatement(sql: "UPDATE image SET content_id = ? WHERE id = ?")
      .execute(arguments: [contentID, id])
  }
}
