/// How an image of any shape becomes a square one.
public enum PreprocessingGeometry: Sendable, Hashable, Codable {
  /// The whole image stretched to the square.
  case stretch
  /// The shorter side resized to `size`, then the center cut out.
  ///
  /// torchvision's `Resize(size)` and `CenterCrop`: the longer side is `Int(size * long / short)`, the
  /// offsets are halves rounded to even. An image that stays smaller than the crop cannot be: `size` is at
  /// least the crop's.
  case shorterSide(size: Int)
  /// A centered square of the shorter side times n / (n + padding), n the crop's own side, then resized.
  ///
  /// `_decode_and_center_crop` of TensorFlow's EfficientNet preprocessing, with padding 32.
  case paddedCenterCrop(padding: Int)
  /// The middle of each side, this fraction of it, then stretched to the square: `tf.image.central_crop`.
  case centralFraction(Double)

  /// What is resized to what for an image of this size. All sizes are at least 1.
  func plan(width: Int, height: Int, inputSize: Int, filter: ResamplingFilter) -> ResamplingPlan {
    func axis(_ offset: Int, _ size: Int, _ output: Int, from first: Int = 0) -> ResamplingAxis {
      ResamplingAxis(
        sourceOffset: offset, sourceSize: size, outputSize: output, outputs: first..<first + inputSize,
        filter: filter)
    }
    switch self {
    case .stretch:
      return ResamplingPlan(
        horizontal: axis(0, width, inputSize), vertical: axis(0, height, inputSize))
    case .shorterSide(let size):
      let shorter = max(size, inputSize)
      func side(_ length: Int) -> Int { shorter * length / min(width, height) }
      func offset(_ side: Int) -> Int { Int((Double(side - inputSize) / 2).rounded(.toNearestOrEven)) }
      return ResamplingPlan(
        horizontal: axis(0, width, side(width), from: offset(side(width))),
        vertical: axis(0, height, side(height), from: offset(side(height))))
    case .paddedCenterCrop(let padding):
      let fraction = Float(Double(inputSize) / Double(inputSize + padding))
      let size = max(1, Int(fraction * Float(min(width, height))))
      return ResamplingPlan(
        horizontal: axis((width - size + 1) / 2, size, inputSize),
        vertical: axis((height - size + 1) / 2, size, inputSize))
    case .centralFraction(let fraction):
      func offset(_ side: Int) -> Int {
        min(max(0, Int((Double(side) - Double(side) * fraction) / 2)), (side - 1) / 2)
      }
      return ResamplingPlan(
        horizontal: axis(offset(width), width - 2 * offset(width), inputSize),
        vertical: axis(offset(height), height - 2 * offset(height), inputSize))
    }
  }

  /// Why no image can be cut out so; nil for a sound geometry.
  var flaw: String? {
    switch self {
    case .stretch: nil
    case .shorterSide(let size):
      (1...65536).contains(size) ? nil : "the recipe's shorter side is \(size), not in 1...65536"
    case .paddedCenterCrop(let padding):
      (0...65536).contains(padding) ? nil : "the recipe's padding is \(padding), not in 0...65536"
    case .centralFraction(let fraction):
      fraction > 0 && fraction <= 1 ? nil : "the recipe's fraction is \(fraction), not above 0 and at most 1"
    }
  }

  var canonicalDescription: String {
    switch self {
    case .stretch: "stretch"
    case .shorterSide(let size): "shorter-side \(size)"
    case .paddedCenterCrop(let padding): "padded-center-crop \(padding)"
    case .centralFraction(let fraction): "central-fraction \(fraction)"
    }
  }
}
