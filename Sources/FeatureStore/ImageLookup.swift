import GRDB

/// The image that a person means by a path, the end of a path, or an id.
public enum ImageLookup {
  private static let shownCandidates = 5

  /// In this order: the exact path, the id, a path that ends in "/" and the text, a path that ends in the
  /// text. The first of these that fits anything decides; it must fit one image only. Gone images are not
  /// found.
  ///
  /// - Throws: `StoreError.unknownImage`, `.ambiguousImage`.
  public static func find(_ text: String, in db: Database) throws -> ImageRecord {
    let tail = "substr(path, -length(?1)) = ?1"
    let ways = [
      "path = ?1", Int64(text) == nil ? nil : "id = CAST(?1 AS INTEGER)",
      "\(tail) AND substr(path, -length(?1) - 1, 1) = '/'", tail,
    ]
    for condition in ways.compactMap(\.self) where !text.isEmpty {
      let found = try Row.fetchAll(
        db,
        sql: """
          SELECT \(ImageRecord.columns) FROM image WHERE gone = 0 AND \(condition)
          ORDER BY path, corpus_id LIMIT \(shownCandidates + 1)
          """, arguments: [text]
      ).map(ImageRecord.init)
      if found.count == 1 { return found[0] }
      guard found.isEmpty else {
        let count = try Int.fetchOne(
          db, sql: "SELECT count(*) FROM image WHERE gone = 0 AND \(condition)", arguments: [text])
        throw StoreError.ambiguousImage(
          text, candidates: found.prefix(shownCandidates).map { "\($0.path) (id \($0.id))" },
          count: count ?? found.count)
      }
    }
    let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM image WHERE gone = 0") ?? 0
    throw StoreError.unknownImage(text, imageCount: count)
  }
}
