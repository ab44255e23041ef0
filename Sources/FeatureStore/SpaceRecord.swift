import GRDB

/// Where vectors can be compared: one network with its labels, one preprocessing, one layer, one encoding, one number
/// of predictions.
public struct SpaceRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  public let fingerprint: String
  /// The name of the stage that used it last.
  public let name: String
  public let networkID: Int64
  public let layer: String
  /// Values of a vector.
  public let dimension: Int
  public let encoding: VectorEncoding
  /// Counts the changes of its vectors: what was made of them knows by it whether it is stale.
  public let revision: Int64
  /// How many vectors it had when this record was read.
  public let vectorCount: Int
  public let crop: SpaceCrop

  static let columns =
    "id, fingerprint, name, network_id, layer, dimension, encoding, revision, vectors, crop"

  init(row: Row) throws {
    id = row[0]
    fingerprint = row[1]
    name = row[2]
    networkID = row[3]
    layer = row[4]
    let dimension: Int64 = row[5]
    let encoding: String = row[6]
    guard let encoding = VectorEncoding(rawValue: encoding), (1...Self.greatestDimension).contains(dimension)
    else {
      throw StoreError.damagedRow(table: "space", reason: "\(dimension) values of \(encoding)")
    }
    self.dimension = Int(dimension)
    self.encoding = encoding
    revision = row[7]
    vectorCount = row[8]
    crop = SpaceCrop(rawValue: row[9]) ?? .none
  }

  /// Far more than any layer has, and small enough that sizes in bytes never overflow.
  static let greatestDimension: Int64 = 1 << 28

  /// Makes the space of `fingerprint`, or takes the one that is there, and notes that it is the one used
  /// last.
  @discardableResult
  public static func upsert(
    fingerprint: String, name: String, networkID: Int64, layer: String, dimension: Int,
    encoding: VectorEncoding, crop: SpaceCrop = .none,
    in db: Database
  ) throws -> SpaceRecord {
    let row = try Row.fetchOne(
      db,
      sql: """
        INSERT INTO space(fingerprint, name, network_id, layer, dimension, encoding, crop, used)
        VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT ifnull(max(used), 0) + 1 FROM space))
        ON CONFLICT(fingerprint) DO UPDATE SET name = excluded.name, network_id = excluded.network_id,
          used = excluded.used
        RETURNING \(columns)
        """, arguments: [fingerprint, name, networkID, layer, dimension, encoding.rawValue, crop.rawValue])
    guard let row else { throw StoreError.damagedRow(table: "space", reason: "no id") }
    let space = try SpaceRecord(row: row)
    guard space.id <= Int64(Int32.max) else { throw StoreError.tooManyContents }
    try nameSpace(fingerprint: fingerprint, name, in: db)
    return space
  }

  /// Every space, the one used last first.
  public static func all(in db: Database) throws -> [SpaceRecord] {
    try Row.fetchAll(db, sql: "SELECT \(columns) FROM space ORDER BY used DESC").map(Self.init)
  }

  public static func find(fingerprint: String, in db: Database) throws -> SpaceRecord? {
    try Row.fetchOne(
      db, sql: "SELECT \(columns) FROM space WHERE fingerprint = ?", arguments: [fingerprint]
    ).map(Self.init)
  }

  public static func find(id: Int64, in db: Database) throws -> SpaceRecord? {
    try Row.fetchOne(db, sql: "SELECT \(columns) FROM space WHERE id = ?", arguments: [id]).map(Self.init)
  }

  /// The space that the stage `name` stands for now; several stages may share one.
  public static func find(name: String, in db: Database) throws -> SpaceRecord? {
    try Row.fetchOne(
      db,
      sql: "SELECT \(columns) FROM space WHERE id = (SELECT space_id FROM space_name WHERE name = ?)",
      arguments: [name]
    ).map(Self.init)
  }

  /// The names of stages, those of the space used last first.
  private static func names(in db: Database) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT space_name.name FROM space_name JOIN space ON space.id = space_id
        ORDER BY used DESC, space_name.name
        """)
  }

  /// The space that a person means: by stage name (the one used last of that name), or by at least eight
  /// digits of the fingerprint. Without a name, the only one that stages' names stand for.
  ///
  /// - Throws: `StoreError.noSpaces`, `.unknownSpace`, `.ambiguousSpace`.
  public static func resolve(_ name: String?, in db: Database) throws -> SpaceRecord {
    let spaces = try all(in: db)
    guard let last = spaces.first else { throw StoreError.noSpaces }
    let names = try names(in: db)
    guard let name else {
      let meant = try Int.fetchOne(db, sql: "SELECT count(DISTINCT space_id) FROM space_name") ?? 0
      guard meant <= 1 else { throw StoreError.ambiguousSpace(known: names) }
      return last
    }
    let found =
      try find(name: name, in: db)
      ?? (name.utf8.count >= 8 ? spaces.first { $0.fingerprint.hasPrefix(name) } : nil)
    guard let found else { throw StoreError.unknownSpace(name, known: names) }
    return found
  }

  /// Says that the stage `name` uses this space now, without changing its vectors.
  public static func markUsed(fingerprint: String, by name: String, in db: Database) throws {
    try db.execute(
      sql: """
        UPDATE space SET name = ?, used = (SELECT max(used) + 1 FROM space) WHERE fingerprint = ?
          AND NOT (name = ? AND used = (SELECT max(used) FROM space))
        """, arguments: [name, fingerprint, name])
    try nameSpace(fingerprint: fingerprint, name, in: db)
  }

  private static func nameSpace(fingerprint: String, _ name: String, in db: Database) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO space_name(name, space_id) SELECT ?, id FROM space WHERE fingerprint = ?",
      arguments: [name, fingerprint])
  }

  /// The keys of its features.
  var keys: ClosedRange<Int64> {
    FeatureKey.of(space: id, content: 0)...FeatureKey.of(space: id, content: 0xffff_ffff)
  }
}

/// The one integer that a feature's space and content make.
enum FeatureKey {
  static func of(space: Int64, content: Int64) -> Int64 { space << 32 | content }
  static func content(of key: Int64) -> Int64 { key & 0xffff_ffff }
}
