/// A resize and crop along both axes.
struct ResamplingPlan: Hashable, Sendable {
  var horizontal: ResamplingAxis
  var vertical: ResamplingAxis

  /// Each pass rounds to bytes, so their order shows. Pillow goes along rows first, except, from version 13
  /// on (python-pillow/Pillow#9549), where the height shrinks by more than twice what the width does.
  var isVerticalFirst: Bool {
    let shrunkHeight = vertical.sourceSize - vertical.outputSize
    let shrunkWidth = horizontal.sourceSize - horizontal.outputSize
    return shrunkHeight > 0 && shrunkHeight > 2 * shrunkWidth
  }
}
