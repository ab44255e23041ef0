/// What the vectors of a space are of.
public enum SpaceCrop: String, Sendable, Hashable {
  /// Whole images.
  case none
  /// The boxes annotated in them, each a content of its own.
  case boxes
}

/// The SQL of what a space's contents show: images, or boxes in images.
struct SpaceContents {
  let crop: SpaceCrop

  /// After FROM; has the columns of `image`, too.
  var tables: String {
    switch crop {
    case .none: "image"
    case .boxes: "box CROSS JOIN image ON image.id = box.image_id"
    }
  }

  private var owner: String { crop == .boxes ? "box" : "image" }
  var contentID: String { owner + ".content_id" }
  /// The true class: a box's own, not its image's.
  var wnid: String { owner + ".wnid" }
  var boxID: String { crop == .boxes ? "box.id" : "NULL" }
  /// Reads the images in the order of an index rather than joining from the other side.
  var joined: String {
    switch crop {
    case .none: "JOIN image ON image.content_id = prediction.content_id"
    case .boxes:
      "JOIN box ON box.content_id = prediction.content_id JOIN image ON image.id = box.image_id"
    }
  }
}

extension SpaceRecord {
  var contents: SpaceContents { SpaceContents(crop: crop) }
}
