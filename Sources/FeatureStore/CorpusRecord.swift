import GRDB

/// A collection of images; paths are unique within it.
public struct CorpusRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  /// What makes it the same collection the next time, such as the source's resolved path and parameters.
  public let identity: String
  /// The folder, or file, that its images' paths are relative to.
  public let root: String
  /// The hierarchy its classes are of, if any.
  public let taxonomyID: Int64?
  /// How its source is laid out, in a few words; nil where that was not noted.
  public let layout: String?

  init(row: Row) {
    id = row[0]
    identity = row[1]
    root = row[2]
    taxonomyID = row[3]
    layout = row[4]
  }

  private static let columns = "id, identity, root, taxonomy_id, layout"

  /// Makes the corpus of `identity`, or brings the one that is there up to date; its id stays.
  @discardableResult
  public static func upsert(
    identity: String, root: String, taxonomyID: Int64? = nil, layout: String? = nil, in db: Database
  ) throws -> CorpusRecord {
    let row = try Row.fetchOne(
      db,
      sql: """
        INSERT INTO corpus(identity, root, taxonomy_id, layout) VALUES (?, ?, ?, ?)
        ON CONFLICT(identity) DO UPDATE SET root = excluded.root, taxonomy_id = excluded.taxonomy_id,
          layout = excluded.layout
        RETURNING \(columns)
        """, arguments: [identity, root, taxonomyID, layout])
    guard let row else { throw StoreError.damagedRow(table: "corpus", reason: "no id") }
    return CorpusRecord(row: row)
  }

  /// Every corpus, oldest first.
  public static func all(in db: Database) throws -> [CorpusRecord] {
    try Row.fetchAll(db, sql: "SELECT \(columns) FROM corpus ORDER BY id").map(Self.init)
  }

  public static func find(identity: String, in db: Database) throws -> CorpusRecord? {
    try Row.fetchOne(
      db, sql: "SELECT \(columns) FROM corpus WHERE identity = ?", arguments: [identity]
    ).map(Self.init)
  }

  public static func find(id: Int64, in db: Database) throws -> CorpusRecord? {
    try Row.fetchOne(db, sql: "SELECT \(columns) FROM corpus WHERE id = ?", arguments: [id]).map(Self.init)
  }
}
