import GRDB

/// A search for the images of a set of classes, such as a synset's subtree.
///
/// An image counts by its true class with score 1. Where that is unknown, it counts by the class that the
/// network finds most probable in `space`, with that probability as the score.
public struct ClassSearch: Sendable {
  public var wnids: Set<String>
  /// Whose predictions stand in for unknown classes; nil for true classes only.
  public var space: SpaceRecord?
  public var count: Int

  public init(_ wnids: Set<String>, in space: SpaceRecord?, count: Int) {
    self.wnids = wnids
    self.space = space
    self.count = count
  }

  /// Best first: true classes in path order, then predicted ones by probability.
  ///
  /// - Throws: `StoreError.invalidCount`.
  /// - Complexity: an index gives the best of each class in order, whatever the size of the store.
  public func fetch(_ db: Database) throws -> [SearchResult] {
    guard count > 0 else { throw StoreError.invalidCount(count) }
    var best = BestResults(count)
    for wnid in wnids { try offerLabelled(wnid, &best, in: db) }
    // No prediction comes before a true class.
    if best.isFull, best.worst >= 1 { return best.sorted() }
    guard let space, let labels = try space.labels(in: db) else { return best.sorted() }
    for (classIndex, wnid) in labels.enumerated() where wnids.contains(wnid) {
      try offerPredicted(classIndex, wnid, space, &best, in: db)
    }
    return best.sorted()
  }

  /// Takes the first of a class in path order: an index has them so, and no more are read.
  private func offerLabelled(_ wnid: String, _ best: inout BestResults, in db: Database) throws {
    let shown = SpaceContents(crop: space?.crop ?? .none)
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT image.id, corpus_id, path, \(shown.boxID) FROM \(shown.tables)
          WHERE \(shown.wnid) = ? AND gone = 0 ORDER BY path, corpus_id LIMIT ?
          """), arguments: [wnid, count])
    while let row = try rows.next() {
      best.offer(
        SearchResult(
          id: row[0], corpusID: row[1], path: row[2], wnid: wnid, isPredicted: false, score: 1,
          box: try (row[3] as Int64?).flatMap { try BoxRecord.find(id: $0, in: db) }))
    }
  }

  /// Takes a class's images most probable first, until they are worse than what is there.
  private func offerPredicted(
    _ classIndex: Int, _ wnid: String, _ space: SpaceRecord, _ best: inout BestResults, in db: Database
  ) throws {
    let shown = space.contents
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT image.id, corpus_id, path, millionths, \(shown.boxID)
          FROM prediction INDEXED BY prediction_by_class \(shown.joined)
          WHERE space_id = ? AND class_index = ? AND \(shown.wnid) IS NULL AND gone = 0
          ORDER BY millionths DESC
          """), arguments: [space.id, classIndex])
    while let row = try rows.next() {
      let score = Double(row[3] as Int) / 1_000_000
      guard best.admits(score) else { return }
      best.offer(
        SearchResult(
          id: row[0], corpusID: row[1], path: row[2], wnid: wnid, isPredicted: true, score: score,
          box: try (row[4] as Int64?).flatMap { try BoxRecord.find(id: $0, in: db) }))
    }
  }
}
