import FeatureStore
import GRDB
import Pipeline

/// The items of a features stage that crops boxes: one a box.
///
/// Their ids lie above those of images, so that no box's state is ever taken for an image's. Boxes of images with the
/// same bytes share a batch; the version is the box's content, which names the image's bytes and the rectangle.
enum BoxItem {
  static let firstID: Int64 = 1 << 40

  static func query(ofImagesStage images: UpstreamResult, in db: Database) throws -> ItemQuery {
    let corpus = try CorpusRecord.find(identity: images.fingerprint, in: db)
    return ItemQuery(
      """
      SELECT \(firstID) + box.id AS item_id, box.content_id AS version, image.content_id AS grouping
      FROM box JOIN image ON image.id = box.image_id
      WHERE corpus_id = ? AND gone = 0 AND image.content_id IS NOT NULL AND box.content_id IS NOT NULL
      """, [corpus?.id ?? -1])
  }

  /// The box of an item; nil where the item is an image.
  static func box(of itemID: Int64, in db: Database) throws -> BoxRecord? {
    itemID > firstID ? try BoxRecord.find(id: itemID - firstID, in: db) : nil
  }

  /// "n01440764/n01440764_18.JPEG, box 0"; nil where the item is an image.
  static func name(of itemID: Int64, in db: Database) throws -> String? {
    guard let box = try box(of: itemID, in: db), let image = try ImageRecord.find(id: box.imageID, in: db)
    else {
      return nil
    }
    return "\(image.path), box \(box.ordinal)"
  }
}
