import FeatureStore
import GRDB

/// Which images' rows may go, and which contents nobody has any more.
///
/// The greatest id of each table stays. SQLite gives the next row one more than the greatest, so an id that was
/// once in use never comes back with another meaning, and no item's state can be taken for another's.
struct GoneImages {
  /// Archives of which no member is left.
  let archives: [Int64]
  let images: [Int64]
  let contents: [Int64]

  /// - Parameter deadCorpora: whose images are as good as gone.
  init(_ db: Database, deadCorpora: [Int64] = []) throws {
    let dead = "corpus_id IN (\(deadCorpora.map(String.init).joined(separator: ",")))"
    archives = try Int64.fetchAll(
      db,
      sql: """
        SELECT DISTINCT archive_id FROM archive_member AS m JOIN image ON image.id = m.image_id AND image.gone = 1
        WHERE \(Self.isWhollyGone)
        """)
    // Those in an archive go only with all of it: the archive counts as listed with every member it has.
    let images = """
      SELECT id FROM image WHERE (gone = 1 OR \(dead)) AND id < (SELECT max(id) FROM image)
        AND (\(dead) OR NOT EXISTS (
          SELECT 1 FROM archive_member AS m WHERE m.image_id = image.id AND NOT \(Self.isWhollyGone)))
      """
    self.images = try Int64.fetchAll(db, sql: images)
    contents = try Int64.fetchAll(
      db,
      sql: """
        WITH going AS MATERIALIZED (\(images))
        SELECT c.id FROM content AS c WHERE c.id < (SELECT max(id) FROM content)
          AND NOT EXISTS (SELECT 1 FROM image AS i WHERE i.content_id = c.id AND i.id NOT IN going)
          AND NOT EXISTS (SELECT 1 FROM box AS b WHERE b.content_id = c.id AND b.image_id NOT IN going)
        """)
  }

  /// Of an archive `m.archive_id`.
  private static let isWhollyGone = """
    NOT EXISTS (SELECT 1 FROM archive_member AS o JOIN image AS p ON p.id = o.image_id
      WHERE o.archive_id = m.archive_id AND p.gone = 0)
    """
}
