/// How numbers become integers and back: real = scale * (q - zero point).
///
/// Source: ONNX QuantizeLinear and DequantizeLinear; inputs are x, scale and maybe a zero point of the scale's shape.
public struct LinearQuantization: Sendable, Equatable, Hashable, Codable {
  /// Along which a scale of more than one element runs.
  public var axis: Int
  /// Neighbours along the axis that share a scale; 0: a scale of one dimension has an element for each place.
  public var blockSize: Int
  /// The type of the result: of the integers, or of the numbers they become. nil: when quantising that of the zero
  /// point (uint8 without one), when dequantising that of the scale.
  public var element: Tensor.Element?
  /// For 8-bit floats: what is too large becomes the greatest number.
  public var saturates: Bool

  public init(axis: Int = 1, blockSize: Int = 0, element: Tensor.Element? = nil, saturates: Bool = true) {
    self.axis = axis
    self.blockSize = blockSize
    self.element = element
    self.saturates = saturates
  }
}
