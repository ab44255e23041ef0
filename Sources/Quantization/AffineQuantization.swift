/// real = scale * (q - zeroPoint), q an unsigned byte.
///
/// Source: Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
/// Integer-Arithmetic-Only Inference", section 2.1.
public struct AffineQuantization: Sendable, Hashable, Codable {
  public let scale: Float
  /// 0...255.
  public let zeroPoint: Int32

  public init(scale: Float, zeroPoint: Int32) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Covers `lower...upper`, widened to hold zero: padding and ReLU need an exact zero.
  public init(lower: Float, upper: Float) {
    let lower = min(lower, 0)
    let upper = max(upper, 0)
    let span = upper - lower
    guard span.isFinite, span > 1e-20 else {
      self.init(scale: 1, zeroPoint: 0)
      return
    }
    let scale = span / 255
    self.init(scale: scale, zeroPoint: Int32(max(0, min(255, (-lower / scale).rounded()))))
  }

  /// The nearest byte, ties to even, saturating.
  public func quantize(_ real: Float) -> UInt8 {
    let q = (real / scale).rounded(.toNearestOrEven) + Float(zeroPoint)
    return q.isNaN ? UInt8(zeroPoint) : UInt8(max(0, min(255, q)))
  }

  public func dequantize(_ q: UInt8) -> Float { scale * Float(Int32(q) - zeroPoint) }

  /// The bytes a value with these bounds may take.
  func byteBounds(_ bounds: (lower: Float?, upper: Float?)?) -> (lower: UInt8, upper: UInt8) {
    (bounds?.lower.map(quantize) ?? 0, bounds?.upper.map(quantize) ?? 255)
  }
}
