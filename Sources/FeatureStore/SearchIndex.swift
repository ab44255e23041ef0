import Foundation
import GRDB

/// What searching a space can take from an earlier pass over its vectors: their norms. Not a copy of them.
///
/// It is made by one pass, and knows by the space's revision whether it is stale. Without it a search is as
/// exact, and computes the norms anew. An approximate index would be kept beside it.
public struct SearchIndex: Sendable {
  /// The space's revision when this was made.
  public let revision: Int64
  /// 1 / norm of each vector, in the order of `feature.id`; 0 for a vector of zeros.
  public let inverseNorms: [Float]

  static func inverseNorm(_ squaredNorm: Float) -> Float {
    squaredNorm > 0 ? 1 / squaredNorm.squareRoot() : 0
  }

  /// Makes the index of a space anew, in the caller's transaction.
  ///
  /// - Returns: how many vectors it covers.
  @discardableResult
  public static func build(for space: SpaceRecord, in db: Database) throws -> Int {
    try db.execute(sql: "DELETE FROM search_index WHERE space_id = ?", arguments: [space.id])
    guard let current = try SpaceRecord.find(id: space.id, in: db) else {
      throw StoreError.unknownSpace(space.name, known: try SpaceRecord.all(in: db).map(\.name))
    }
    let cursor = try Row.fetchCursor(
      db, sql: "SELECT id, vector FROM feature WHERE id BETWEEN ? AND ? ORDER BY id",
      arguments: [space.keys.lowerBound, space.keys.upperBound])
    let zeros = [Float](repeating: 0, count: space.dimension)
    var norms: [Float] = []
    while let row = try cursor.next() {
      let sums = try row.withUnsafeData(atIndex: 1) { data in
        zeros.withUnsafeBufferPointer { zeros in
          data.flatMap { $0.withUnsafeBytes { VectorKernels.best.dotAndNorm(zeros, $0, space.encoding) } }
        }
      }
      guard let sums else {
        throw StoreError.damagedVector(
          space: space.name, contentID: FeatureKey.content(of: row[0]), bytes: (row[1] as Data?)?.count ?? 0,
          expected: space.dimension * space.encoding.bytesPerValue)
      }
      norms.append(inverseNorm(sums.squaredNorm))
    }
    let bytes = norms.withUnsafeBytes { Data($0) }
    try db.execute(
      sql: "INSERT INTO search_index(space_id, revision, rows, inverse_norms) VALUES (?, ?, ?, ?)",
      arguments: [space.id, current.revision, norms.count, bytes])
    return norms.count
  }

  /// Whether there is an index of the space, and nothing has changed since it was made.
  public static func isCurrent(for space: SpaceRecord, in db: Database) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT 1 FROM search_index
        JOIN space ON space.id = space_id AND space.revision = search_index.revision
        WHERE space_id = ?
        """, arguments: [space.id]) ?? false
  }

  /// The index of a space; nil where there is none or it is stale.
  public static func current(for space: SpaceRecord, in db: Database) throws -> SearchIndex? {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT space.revision, rows, inverse_norms
        FROM search_index JOIN space ON space.id = space_id AND space.revision = search_index.revision
        WHERE space_id = ?
        """, arguments: [space.id])
    guard let row else { return nil }
    let rows: Int = row[1]
    let norms = try row.withUnsafeData(atIndex: 2) { data in
      data.map { data in
        [Float](unsafeUninitializedCapacity: data.count / 4) { floats, count in
          count = data.copyBytes(to: floats) / 4
        }
      }
    }
    guard let norms, norms.count == rows else {
      throw StoreError.damagedRow(table: "search_index", reason: "its norms are not as many as its rows")
    }
    return SearchIndex(revision: row[0], inverseNorms: norms)
  }
}
