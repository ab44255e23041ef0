import FeatureStore
import GRDB
import Pipeline
import Stages

/// The failures that stages recorded of images, each with its image where the store has one.
struct ImageFailures {
  private var listed: [ListedImage] = []
  private var byImage: [Int64: RecordedFailure] = [:]

  init(_ db: Database) throws {
    let stages = Dictionary(try JobState.status(db).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    var corpora: [String: CorpusRecord] = [:]
    for stage in stages.values where stage.uses == ImagesStage.name {
      corpora[stage.name] = try CorpusRecord.find(identity: stage.fingerprint, in: db)
    }
    for failure in try JobState.failures(db) {
      let image: ImageRecord?
      switch stages[failure.stage]?.uses {
      case FeaturesStage.name: image = try failure.itemID.flatMap { try ImageRecord.find(id: $0, in: db) }
      // The same path may stand in two corpora: only the one of the stage that failed is meant.
      case ImagesStage.name:
        image = try corpora[failure.stage].flatMap {
          try ImageRecord.find(path: failure.name, corpusID: $0.id, in: db)
        }
      default: continue
      }
      if image?.isGone == true { continue }
      listed.append(ListedImage(failure, image: image))
      if let image, byImage[image.id] == nil { byImage[image.id] = failure }
    }
  }

  /// The first failure of an image, in the order of the stages.
  subscript(imageID id: Int64) -> RecordedFailure? { byImage[id] }

  /// - Parameter wnids: only images of these classes; what isn't in the store has none.
  func inPathOrder(ofClasses wnids: Set<String>?) -> [ListedImage] {
    listed.enumerated()
      .filter { _, image in wnids.map { classes in image.wnid.map(classes.contains) ?? false } ?? true }
      .sorted { ($0.element.path, $0.offset) < ($1.element.path, $1.offset) }
      .map(\.element)
  }
}
