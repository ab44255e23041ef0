/// What each value of a pixel's channel is to a network: normalisation and input quantisation as one table.
public struct PixelTables: Sendable {
  /// Tensor channels.
  public var channels: Int { normalization.count }
  /// Channels of the image the pixels come from.
  public let imageChannels: Int

  private let normalization: [[Float]]
  private let order: [Int]
  private let bytes: [UInt8]

  /// - Parameters:
  ///   - normalization: for each tensor channel, what the values 0...255 become.
  ///   - order: for each tensor channel, the image channel that feeds it.
  public init(_ network: QuantizedNetwork, normalization: [[Float]], order: [Int], imageChannels: Int = 3)
    throws(QuantizationError)
  {
    guard normalization.count == network.input.shape.channels, normalization.count == order.count,
      normalization.allSatisfy({ $0.count == 256 }), order.allSatisfy((0..<imageChannels).contains),
      imageChannels <= 4, normalization.count <= imageChannels, let quantization = network.input.quantization
    else {
      throw .invalidInput(
        reason: "the network takes \(network.input.shape.channels) channels; the preprocessing makes "
          + "\(normalization.count)")
    }
    self.normalization = normalization
    self.order = order
    self.imageChannels = imageChannels
    bytes = normalization.flatMap { $0.map(quantization.quantize) }
  }

  /// The range that normalised pixels can have.
  public static func range(of normalization: [[Float]]) -> (lower: Float, upper: Float)? {
    let values = normalization.joined()
    guard let lower = values.min(), let upper = values.max() else { return nil }
    return (lower, upper)
  }

  func tensor(_ pixels: [UInt8]) -> [Float] {
    let count = pixels.count / imageChannels
    return order.indices.flatMap { channel in
      (0..<count).map { normalization[channel][Int(pixels[$0 * imageChannels + order[channel]])] }
    }
  }

  /// Lends the tables and the order of channels as the kernel takes them.
  func withKernelTables(_ body: (_ order: UnsafePointer<UInt32>?, _ tables: UnsafePointer<UInt8>?) -> Void) {
    let order = self.order.map(UInt32.init)
    order.withUnsafeBufferPointer { order in
      bytes.withUnsafeBufferPointer { bytes in body(order.baseAddress, bytes.baseAddress) }
    }
  }
}
