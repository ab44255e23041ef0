/// Several annotations in an archive have an image's name, in folders that are none of the image's.
public struct AmbiguousAnnotation: Error, Sendable, Hashable, CustomStringConvertible {
  public let image: String
  public let archive: String

  public var description: String {
    "\(image): \(archive) has several annotations of that name, in folders that are none of the image's; none is taken"
  }
}
