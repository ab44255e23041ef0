import FeatureStore
import GRDB
import Pipeline

/// A content of a corpus with a place it can be read from.
struct CorpusContents: Sendable, Hashable {
  /// An absolute path.
  let location: String

  /// Each content once, by its digest.
  static func byDigest(ofImagesStage images: UpstreamResult, in db: Database) throws -> [CorpusContents] {
    guard let corpus = try CorpusRecord.find(identity: images.fingerprint, in: db) else { return [] }
    return try Row.fetchAll(
      db,
      sql: """
        SELECT min(path) FROM image JOIN content ON content.id = content_id
        WHERE corpus_id = ? AND gone = 0 GROUP BY content_id ORDER BY digest
        """, arguments: [corpus.id]
    ).map { CorpusContents(location: corpus.location(of: $0[0])) }
  }
}

extension CorpusRecord {
  /// The absolute path of an image's file.
  func location(of path: String) -> String {
    path.hasPrefix("/") ? path : root == "/" ? "/" + path : root + "/" + path
  }
}
