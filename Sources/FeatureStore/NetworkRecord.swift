import Digest
import Foundation
import GRDB

/// A compiled network in the store, by the fingerprint of the stage that made it.
public struct NetworkRecord: Sendable, Hashable, Identifiable {
  public let id: Int64
  public let fingerprint: String
  public let name: String
  /// SHA-256 of the model's file.
  public let modelDigest: SHA256Digest
  /// Such as "int8" or "float32".
  public let precision: String
  /// JSON: how an image becomes the network's input.
  public let recipe: String
  /// The wnid of each output class, in the order of the outputs; nil where unknown.
  public let labels: [String]?

  static let columns = "id, fingerprint, name, model_digest, precision, recipe, labels"

  init(row: Row) throws {
    id = row[0]
    fingerprint = row[1]
    name = row[2]
    let digest: Data = row[3]
    guard let modelDigest = SHA256Digest(rawBytes: digest) else {
      throw StoreError.damagedRow(table: "network", reason: "a digest of \(digest.count) bytes")
    }
    self.modelDigest = modelDigest
    precision = row[4]
    recipe = row[5]
    labels = try Self.labels(row[6])
  }

  static func labels(_ text: String?) throws -> [String]? {
    guard let text else { return nil }
    guard let labels = JSONStrings.decode(text) else {
      throw StoreError.damagedRow(table: "network", reason: "its labels are not a JSON array")
    }
    return labels
  }

  /// Makes or replaces the network of `fingerprint`; its id stays if it had one.
  @discardableResult
  public static func upsert(
    fingerprint: String, name: String, modelDigest: SHA256Digest, precision: String, plan: [UInt8],
    recipe: String, labels: [String]?, in db: Database
  ) throws -> NetworkRecord {
    let row = try Row.fetchOne(
      db,
      sql: """
        INSERT INTO network(fingerprint, name, model_digest, precision, recipe, labels, plan)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(fingerprint) DO UPDATE SET name = excluded.name, model_digest = excluded.model_digest,
          precision = excluded.precision, recipe = excluded.recipe,
          labels = excluded.labels, plan = excluded.plan
        RETURNING \(columns)
        """,
      arguments: [
        fingerprint, name, Data(modelDigest.bytes), precision, recipe, labels.map(JSONStrings.encode),
        Data(plan),
      ])
    guard let row else { throw StoreError.damagedRow(table: "network", reason: "no id") }
    return try NetworkRecord(row: row)
  }

  /// Every network, oldest first.
  public static func all(in db: Database) throws -> [NetworkRecord] {
    try Row.fetchAll(db, sql: "SELECT \(columns) FROM network ORDER BY id").map(Self.init)
  }

  public static func find(id: Int64, in db: Database) throws -> NetworkRecord? {
    try Row.fetchOne(db, sql: "SELECT \(columns) FROM network WHERE id = ?", arguments: [id]).map(Self.init)
  }

  public static func find(fingerprint: String, in db: Database) throws -> NetworkRecord? {
    try Row.fetchOne(
      db, sql: "SELECT \(columns) FROM network WHERE fingerprint = ?", arguments: [fingerprint]
    ).map(Self.init)
  }

  /// The serialized network; apart from the record because it is many megabytes.
  public func plan(in db: Database) throws -> [UInt8] {
    let row = try Row.fetchOne(db, sql: "SELECT plan FROM network WHERE id = ?", arguments: [id])
    return try row?.withUnsafeData(atIndex: 0) { $0.map { Array($0) } } ?? []
  }
}
