import Corpus
import FeatureStore
import GRDB
import Pipeline

/// A content of a corpus with a place it can be read from.
struct CorpusContents: Sendable, Hashable {
  let location: ImageLocation

  /// Each content once, by its digest.
  static func byDigest(ofImagesStage images: UpstreamResult, in db: Database) throws -> [CorpusContents] {
    guard let corpus = try CorpusRecord.find(identity: images.fingerprint, in: db) else { return [] }
    // SQLite takes the other columns from the row that has the minimum.
    let ids = try Row.fetchAll(
      db,
      sql: """
        SELECT min(path), image.id FROM image JOIN content ON content.id = content_id
        WHERE corpus_id = ? AND gone = 0 GROUP BY content_id ORDER BY digest
        """, arguments: [corpus.id]
    ).map { $0[1] as Int64 }
    return try ids.compactMap { try ImageLocation.find(imageID: $0, in: db).map(CorpusContents.init) }
  }
}
