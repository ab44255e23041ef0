import Foundation
import GRDB

/// Looks at every vector of a space: whether it is as long as it should be, a number everywhere, and as long in
/// the geometric sense as the index once found it, which tells bytes that changed behind SQLite's back.
public struct VectorCheck: Sendable, Hashable {
  public let space: SpaceRecord
  public private(set) var vectors = 0
  /// Contents whose vector can't be what was written.
  public private(set) var damaged: [Int64] = []
  /// Whether the space says of itself how many it has.
  public var isCountRight: Bool { vectors == space.vectorCount }

  /// Kernels of several instruction sets sum in different orders.
  private static let tolerance: Float = 1e-4

  /// - Throws: `DatabaseError` where the rows can't be read.
  public init(_ space: SpaceRecord, in db: Database) throws {
    self.space = space
    let norms = (try? SearchIndex.current(for: space, in: db))?.inverseNorms
    let cursor = try Row.fetchCursor(
      db, sql: "SELECT id, vector, scale FROM feature WHERE id BETWEEN ? AND ? ORDER BY id",
      arguments: [space.keys.lowerBound, space.keys.upperBound])
    let zeros = [Float](repeating: 0, count: space.dimension)
    while let row = try cursor.next() {
      let scale: Float? = row[2]
      let squaredNorm: Float? = try row.withUnsafeData(atIndex: 1) { data in
        zeros.withUnsafeBufferPointer { zeros in
          data.flatMap { data in
            data.withUnsafeBytes { VectorKernels.best.dotAndNorm(zeros, $0, space.encoding)?.squaredNorm }
          }
        }
      }
      let isWhole =
        (squaredNorm?.isFinite ?? false) && (scale == nil) == (space.encoding == .float16)
        && (scale?.isFinite ?? true)
        && isAsBefore(SearchIndex.inverseNorm(squaredNorm ?? 0), norms, vectors)
      if !isWhole { damaged.append(FeatureKey.content(of: row[0])) }
      vectors += 1
    }
  }

  private func isAsBefore(_ inverseNorm: Float, _ norms: [Float]?, _ position: Int) -> Bool {
    // An index of another length is told by the count.
    guard let norms, norms.count == space.vectorCount, position < norms.count else { return true }
    return abs(inverseNorm - norms[position]) <= Self.tolerance * max(inverseNorm, norms[position])
  }
}
