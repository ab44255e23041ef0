import GRDB

/// What a store holds, by counts that stay quick when it is large.
public struct StoreStatistics: Sendable, Hashable {
  public struct Space: Sendable, Hashable {
    public let record: SpaceRecord
    /// Bytes of its vectors alone.
    public let vectorBytes: Int
    public let hasCurrentIndex: Bool
  }

  /// Images that are not gone.
  public let images: Int
  public let goneImages: Int
  /// Images, not gone, whose true class is known.
  public let labelledImages: Int
  /// Different contents: the rest of the images are duplicates, or not read yet.
  public let contents: Int
  public let corpora: [CorpusRecord]
  public let taxonomies: [TaxonomyRecord]
  public let networks: [NetworkRecord]
  /// The one used last first.
  public let spaces: [Space]
  /// Bytes of the database, free pages with them.
  public let fileBytes: Int
  public let freeBytes: Int

  public init(_ db: Database) throws {
    func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
    goneImages = try count("SELECT count(*) FROM image WHERE gone = 1")
    images = try count("SELECT count(*) FROM image") - goneImages
    labelledImages =
      try count("SELECT count(*) FROM image WHERE wnid IS NOT NULL")
      - count("SELECT count(*) FROM image WHERE gone = 1 AND wnid IS NOT NULL")
    contents =
      try count("SELECT count(*) FROM content")
      - count("SELECT count(DISTINCT content_id) FROM box WHERE content_id IS NOT NULL")
    corpora = try CorpusRecord.all(in: db)
    taxonomies = try TaxonomyRecord.all(in: db)
    networks = try NetworkRecord.all(in: db)
    spaces = try SpaceRecord.all(in: db).map { space in
      Space(
        record: space,
        vectorBytes: space.vectorCount * space.dimension * space.encoding.bytesPerValue,
        hasCurrentIndex: try SearchIndex.isCurrent(for: space, in: db))
    }
    let pageSize = try count("PRAGMA page_size")
    fileBytes = try count("PRAGMA page_count") * pageSize
    freeBytes = try count("PRAGMA freelist_count") * pageSize
  }
}
