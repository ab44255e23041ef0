/// What PASCAL VOC's and ImageNet's annotation files say of an image
/// (<http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf>, section 9).
public struct BoxAnnotation: Sendable, Hashable {
  /// In the file's order.
  public var boxes: [AnnotatedBox] = []

  /// What its boxes show, where that is one thing only.
  public var label: String? {
    guard let first = boxes.first?.label, boxes.allSatisfy({ $0.label == first }) else { return nil }
    return first
  }
}

/// A thing in an image, and where.
public struct AnnotatedBox: Sendable, Hashable {
  /// A wnid, or a word.
  public let label: String
  /// Pixels, as annotated: the columns `left..<right` and the rows `top..<bottom`, as Pillow's `crop` takes them.
  public let left: Int
  public let top: Int
  public let right: Int
  public let bottom: Int
  public let isTruncated: Bool
  public let isDifficult: Bool

  public init(
    label: String, left: Int, top: Int, right: Int, bottom: Int, isTruncated: Bool = false,
    isDifficult: Bool = false
  ) {
    self.label = label
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
    self.isTruncated = isTruncated
    self.isDifficult = isDifficult
  }
}
