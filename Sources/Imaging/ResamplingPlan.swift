/// A resize and crop along both axes.
struct ResamplingPlan: Hashable, Sendable {
  var horizontal: ResamplingAxis
  var vertical: ResamplingAxis
  /// Each pass rounds to bytes, so their order shows.
  var isVerticalFirst: Bool

  /// Pillow goes along rows first, except, from version 13 on (python-pillow/Pillow#9549), where the height shrinks by
  /// more than twice what the width does.
  init(horizontal: ResamplingAxis, vertical: ResamplingAxis) {
    self.horizontal = horizontal
    self.vertical = vertical
    let shrunkHeight = vertical.sourceSize - vertical.outputSize
    let shrunkWidth = horizontal.sourceSize - horizontal.outputSize
    isVerticalFirst = shrunkHeight > 0 && shrunkHeight > 2 * shrunkWidth
  }

  /// The plan for an upright image of this size, made one for the image as it is stored.
  ///
  /// Every output is the same sum of the same samples: turning costs nothing but, where sides are swapped, the outputs'
  /// own.
  ///
  /// - Parameters:
  ///   - width: of the upright image.
  ///   - height: of the upright image.
  func turned(_ orientation: ImageOrientation, width: Int, height: Int) -> ResamplingPlan {
    var plan = self
    let isSwapped = orientation.swapsSides
    if isSwapped {
      (plan.horizontal, plan.vertical) = (vertical, horizontal)
      plan.isVerticalFirst.toggle()
    }
    if orientation.reversesColumns {
      plan.horizontal = plan.horizontal.reversed(in: isSwapped ? height : width)
    }
    if orientation.reversesRows { plan.vertical = plan.vertical.reversed(in: isSwapped ? width : height) }
    return plan
  }

  /// The least size in eighths, of those that JPEG decoding scales well to, that has a sample for every output.
  var leastEighths: Int {
    [1, 2, 4].first { eighths in
      [horizontal, vertical].allSatisfy { $0.sourceSize * eighths >= 8 * $0.outputSize }
    } ?? 8
  }

  /// - Parameters:
  ///   - width: of the image in full size.
  ///   - height: of the image in full size.
  func scaled(eighths: Int, width: Int, height: Int) -> ResamplingPlan {
    var plan = self
    plan.horizontal = horizontal.scaled(eighths: eighths, length: width)
    plan.vertical = vertical.scaled(eighths: eighths, length: height)
    return plan
  }
}
