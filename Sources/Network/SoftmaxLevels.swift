import Foundation

/// A softmax from bytes to bytes, as ONNX Runtime does it in one operator, QLinearSoftmax: by a table of exponentials.
public struct SoftmaxLevels: Sendable, Equatable, Hashable, Codable {
  /// What its inputs are multiples of, apart from an addend; none is more than 255 of them from another.
  public var inputScale: Float
  /// What its results are multiplied by: they are to be rounded to integers.
  public var count: Float

  public init(inputScale: Float, count: Float) {
    self.inputScale = inputScale
    self.count = count
  }

  /// Exponentials of -255...0 input steps, times a number as large as lets so many of them be added: what is far
  /// from the largest keeps its bits.
  func exponentials(of size: Int) -> [Float] {
    let room = log(Double(Float.greatestFiniteMagnitude / Float(max(size, 1)))) - 5
    let scale = Double(inputScale)
    return (0...255).map { Float(exp((Double($0) - 255 + max(0, room) / scale) * scale)) }
  }
}
