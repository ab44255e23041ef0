import Foundation
import GRDB

/// Reads the vectors of a space where they lie in the database's pages and gives their cosines with a query.
///
/// Later ways to search (approximate, over several threads) stand beside this one.
struct VectorScan {
  let space: SpaceRecord
  let rows: Int
  /// 1 / norm of each vector in the order of the scan, if there is an index that isn't stale.
  private let inverseNorms: [Float]?
  private let all: Statement
  private let one: Statement
  private let kernels = VectorKernels.best

  init(space: SpaceRecord, in db: Database) throws {
    self.space = space
    let index = try SearchIndex.current(for: space, in: db)
    inverseNorms = index?.inverseNorms
    rows = try Int.fetchOne(db, sql: "SELECT vectors FROM space WHERE id = ?", arguments: [space.id]) ?? 0
    all = try db.makeStatement(sql: "SELECT id, vector FROM feature WHERE id BETWEEN ? AND ? ORDER BY id")
    one = try db.makeStatement(sql: "SELECT id, vector FROM feature WHERE id = ?")
  }

  /// Calls `visit` with every content and its cosine with `query` (length 1), smallest content id first.
  func cosines(_ query: [Float], _ visit: (_ content: Int64, _ score: Double) throws -> Void) throws {
    let cursor = try Row.fetchCursor(all, arguments: [space.keys.lowerBound, space.keys.upperBound])
    let encoding = space.encoding
    let kernels = kernels
    try query.withUnsafeBufferPointer { query in
      if let inverseNorms {
        var position = 0
        while let row = try cursor.next() {
          guard position < inverseNorms.count else {
            throw StoreError.damagedRow(table: "search_index", reason: "fewer norms than vectors")
          }
          let dot = try row.withUnsafeData(atIndex: 1) { data in
            data.flatMap { $0.withUnsafeBytes { kernels.dot(query, $0, encoding) } }
          }
          guard let dot else { throw damaged(row) }
          try visit(FeatureKey.content(of: row[0]), Double(dot * inverseNorms[position]))
          position += 1
        }
      } else {
        while let row = try cursor.next() {
          try visit(FeatureKey.content(of: row[0]), try cosine(query, row))
        }
      }
    }
  }

  /// The cosine of one content's vector with `query` (length 1); nil where it has none.
  func cosine(_ query: [Float], content: Int64) throws -> Double? {
    let row = try Row.fetchOne(one, arguments: [FeatureKey.of(space: space.id, content: content)])
    return try row.map { row in try query.withUnsafeBufferPointer { try cosine($0, row) } }
  }

  /// A vector of zeros has no direction: its cosine counts as 0. An int8 vector's scale cancels out.
  private func cosine(_ query: UnsafeBufferPointer<Float>, _ row: Row) throws -> Double {
    let sums = try row.withUnsafeData(atIndex: 1) { data in
      data.flatMap { $0.withUnsafeBytes { kernels.dotAndNorm(query, $0, space.encoding) } }
    }
    guard let sums else { throw damaged(row) }
    return Double(sums.dot * SearchIndex.inverseNorm(sums.squaredNorm))
  }

  private func damaged(_ row: Row) -> StoreError {
    let bytes: Data? = row[1]
    return .damagedVector(
      space: space.name, contentID: FeatureKey.content(of: row[0]), bytes: bytes?.count ?? 0,
      expected: space.dimension * space.encoding.bytesPerValue)
  }
}
