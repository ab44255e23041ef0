import FeatureStore
import GRDB
import Pipeline

/// The images of an `images` stage as the items of a stage that works them one by one.
public enum ImageItems {
  /// Every image whose bytes are known. Duplicates share a batch, where they cost one look.
  public static func query(ofImagesStage images: UpstreamResult, in db: Database) throws -> ItemQuery {
    let corpus = try CorpusRecord.find(identity: images.fingerprint, in: db)
    return ItemQuery(
      """
      SELECT id AS item_id, content_id AS version, content_id AS grouping FROM image
      WHERE corpus_id = ? AND gone = 0 AND content_id IS NOT NULL
      """, [corpus?.id ?? -1])
  }

  /// Another text whenever an image was added, changed or went.
  public static func revision(ofImagesStage images: UpstreamResult, in db: Database) throws -> String? {
    try Row.fetchOne(
      db, sql: "SELECT id, revision FROM corpus WHERE identity = ?", arguments: [images.fingerprint]
    ).map { "corpus \($0[0] as Int64) revision \($0[1] as Int64)" }
  }
}
