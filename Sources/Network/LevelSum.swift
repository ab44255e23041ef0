/// A sum of what two tensors of bytes stand for, in steps of the result's scale: first * scale + (second * scale + addend),
/// each of the two sums rounded once.
public struct LevelSum: Sendable, Equatable, Hashable, Codable {
  /// By those of the result.
  public var firstScale: Float
  public var secondScale: Float
  /// What the three zero points come to.
  public var addend: Float

  public init(firstScale: Float, secondScale: Float, addend: Float) {
    self.firstScale = firstScale
    self.secondScale = secondScale
    self.addend = addend
  }

  /// Products of bytes are exact in double precision, so that only the sums are rounded.
  func callAsFunction(_ first: Float, _ second: Float) -> Float {
    let inner = Float(Double(second) * Double(secondScale) + Double(addend))
    return Float(Double(first) * Double(firstScale) + Double(inner))
  }
}
