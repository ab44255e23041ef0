import GRDB

/// How many images a class has itself, without those of the synsets below it. Gone images don't count.
public enum ClassCounts {
  /// By true class; images without one are in no class.
  public static func labelled(corpusID: Int64? = nil, in db: Database) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT wnid, count(*) FROM image
        WHERE wnid IS NOT NULL AND gone = 0 AND ifnull(corpus_id = ?, 1) GROUP BY wnid
        """, arguments: [corpusID])
    while let row = try rows.next() { counts[row[0]] = row[1] }
    return counts
  }

  /// By the most probable class in a space, of the images whose true class is unknown.
  ///
  /// - Throws: `StoreError.noLabels`.
  public static func predicted(
    space: SpaceRecord, corpusID: Int64? = nil, in db: Database
  ) throws -> [String: Int] {
    guard let labels = try space.labels(in: db) else { throw StoreError.noLabels(space: space.name) }
    let shown = space.contents
    var counts: [String: Int] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT class_index, count(*) FROM \(shown.tables)
        CROSS JOIN prediction ON prediction.content_id = \(shown.contentID)
        WHERE space_id = ? AND \(shown.wnid) IS NULL AND gone = 0 AND ifnull(corpus_id = ?, 1) GROUP BY class_index
        """, arguments: [space.id, corpusID])
    while let row = try rows.next() {
      let index: Int = row[0]
      if labels.indices.contains(index) { counts[labels[index], default: 0] += row[1] }
    }
    return counts
  }
}
