import Corpus
import FeatureStore
import GRDB
import Pipeline

/// Brings the boxes of images up to date: annotations are read that are new or have changed.
struct BoxUpdate {
  /// Whether any image has, or had, an annotation.
  private(set) var areKnown = false
  private var hasStored: Bool?
  private let verifies: Bool

  /// - Parameter verifies: whether annotations are read that have not changed by size and time.
  init(verifies: Bool) { self.verifies = verifies }

  /// - Parameter hasFailed: whether the image stands recorded as failed: its annotation may be why.
  /// - Returns: the failure to record where the annotation can't be read; the image then has no boxes.
  mutating func update(
    _ entry: CorpusEntry, image id: Int64, hasFailed: Bool, _ labels: inout ClassLabels, in db: Database
  ) throws -> StageFailure? {
    guard let annotation = entry.annotation else {
      // Without any annotation in the store, none can have gone.
      if try !hasAnnotations(in: db) { return nil }
      areKnown = true
      if try AnnotationStamp.find(imageID: id, in: db) != nil {
        try ImageRecord.setBoxes([], from: nil, image: id, in: db)
      }
      return nil
    }
    areKnown = true
    let stamp = AnnotationStamp(size: annotation.file.size, modified: annotation.file.modified)
    let known = try AnnotationStamp.find(imageID: id, in: db)
    if known == stamp, !verifies, !hasFailed {
      // Classes may be looked up in another hierarchy than before.
      let boxes = try BoxRecord.all(ofImage: id, in: db)
      let resolved = try boxes.map { try resolve($0.box, &labels, in: db) }
      if resolved != boxes.map(\.box) { try ImageRecord.setBoxes(resolved, from: stamp, image: id, in: db) }
      return nil
    }
    do {
      let boxes = try annotation.read().boxes.map { box in
        ImageBox(
          label: box.label, wnid: try labels.resolve(box.label, in: db).wnid, left: box.left, top: box.top,
          right: box.right, bottom: box.bottom, isTruncated: box.isTruncated, isDifficult: box.isDifficult)
      }
      try ImageRecord.setBoxes(boxes, from: stamp, image: id, in: db)
      return nil
    } catch let error as CorpusError {
      try ImageRecord.setBoxes([], from: stamp, image: id, in: db)
      return StageFailure(name: entry.path, errorClass: error.errorClass, message: "its boxes: \(error)")
    }
  }

  private func resolve(_ box: ImageBox, _ labels: inout ClassLabels, in db: Database) throws -> ImageBox {
    ImageBox(
      label: box.label, wnid: try labels.resolve(box.label, in: db).wnid, left: box.left, top: box.top,
      right: box.right, bottom: box.bottom, isTruncated: box.isTruncated, isDifficult: box.isDifficult)
  }

  private mutating func hasAnnotations(in db: Database) throws -> Bool {
    if let hasStored { return hasStored }
    let found = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM annotation)") ?? false
    hasStored = found
    return found
  }
}
