import GRDB

/// A hierarchy of synsets in the store, by the fingerprint of the stage that read it.
public struct TaxonomyRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  public let fingerprint: String
  /// Where it was read from, for people.
  public let source: String

  init(row: Row) throws {
    id = row[0]
    fingerprint = row[1]
    source = row[2]
  }

  /// Every taxonomy, oldest first.
  public static func all(in db: Database) throws -> [TaxonomyRecord] {
    try Row.fetchAll(db, sql: "SELECT id, fingerprint, source FROM taxonomy ORDER BY id").map(Self.init)
  }

  public static func find(fingerprint: String, in db: Database) throws -> TaxonomyRecord? {
    try Row.fetchOne(
      db, sql: "SELECT id, fingerprint, source FROM taxonomy WHERE fingerprint = ?", arguments: [fingerprint]
    ).map(Self.init)
  }

  public static func find(id: Int64, in db: Database) throws -> TaxonomyRecord? {
    try Row.fetchOne(
      db, sql: "SELECT id, fingerprint, source FROM taxonomy WHERE id = ?", arguments: [id]
    ).map(Self.init)
  }
}
