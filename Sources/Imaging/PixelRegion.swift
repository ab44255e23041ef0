/// A rectangle in an image: the columns `left..<right` and the rows `top..<bottom`, as Pillow's `crop` takes them.
public struct PixelRegion: Sendable, Hashable {
  public let left: Int
  public let top: Int
  public let right: Int
  public let bottom: Int

  public init(left: Int, top: Int, right: Int, bottom: Int) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// What of it lies in an image of this size.
  ///
  /// - Throws: `ImagingError.regionOutside` where nothing does.
  func clipped(width: Int, height: Int) throws(ImagingError) -> (columns: Range<Int>, rows: Range<Int>) {
    let (left, right) = (max(0, left), min(width, right))
    let (top, bottom) = (max(0, top), min(height, bottom))
    guard left < right, top < bottom else { throw .regionOutside(self, width: width, height: height) }
    return (left..<right, top..<bottom)
  }
}
