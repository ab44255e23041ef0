import Network

/// The mean of each channel of a value, over many images.
///
/// Sums are integers (multiples of 2^-24), so that they do not depend on the order of images or on threads.
struct ChannelMeans: Sendable, Equatable {
  private var sums: [Int64] = []
  private var images: Int64 = 0

  /// Beyond this a mean is not added: sums of a million images still fit.
  private static let largest: Float = 0x1p18

  /// - Parameter tensor: float32 [1, C, ...].
  mutating func add(_ tensor: Tensor) {
    guard tensor.shape.count >= 2, tensor.shape[0] == 1, tensor.shape[1] > 0 else { return }
    let channels = tensor.shape[1]
    let area = tensor.count / channels
    guard area > 0, sums.isEmpty || sums.count == channels else { return }
    if sums.isEmpty { sums = [Int64](repeating: 0, count: channels) }
    tensor.withFloats { values in
      for channel in 0..<channels {
        let mean =
          Self.sum(UnsafeBufferPointer(rebasing: values[channel * area..<(channel + 1) * area])) / Float(area)
        if abs(mean) < Self.largest { sums[channel] &+= Int64((mean * 0x1p24).rounded()) }
      }
    }
    images += 1
  }

  /// Eight sums side by side: one alone would wait for each addition.
  private static func sum(_ values: UnsafeBufferPointer<Float>) -> Float {
    var sums = SIMD8<Float>()
    let whole = values.count / 8
    let vectors = UnsafeRawBufferPointer(values)
    for index in 0..<whole {
      sums += vectors.loadUnaligned(fromByteOffset: index &* 32, as: SIMD8<Float>.self)
    }
    return values[(whole * 8)...].reduce(sums.sum(), +)
  }

  mutating func merge(_ other: Self) {
    guard !other.sums.isEmpty else { return }
    if sums.isEmpty { sums = [Int64](repeating: 0, count: other.sums.count) }
    guard sums.count == other.sums.count else { return }
    for channel in sums.indices { sums[channel] &+= other.sums[channel] }
    images += other.images
  }

  /// Empty where nothing was seen.
  var values: [Float] { sums.map { Float(Double($0) / 0x1p24 / Double(max(images, 1))) } }
}
