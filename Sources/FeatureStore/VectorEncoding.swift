import CKernels

/// How a vector's values lie in the store.
public enum VectorEncoding: String, Sendable, Hashable, CaseIterable, Codable {
  /// IEEE 754 binary16, little-endian, rounded to nearest even.
  case float16
  /// Signed bytes times one scale a vector: the greatest magnitude becomes 127.
  case int8

  public var bytesPerValue: Int {
    switch self {
    case .float16: 2
    case .int8: 1
    }
  }

  /// A vector as it is stored.
  public struct Encoded: Sendable, Hashable {
    public let bytes: [UInt8]
    /// Of int8 only: value = scale * element.
    public let scale: Float?
  }

  /// - Throws: `StoreError.valueOutOfRange` for values that are not finite, or beyond float16's 65,504.
  public func encode(_ vector: [Float]) throws(StoreError) -> Encoded {
    if let index = vector.firstIndex(where: { !$0.isFinite }) {
      throw .valueOutOfRange(encoding: self, index: index, value: vector[index])
    }
    switch self {
    case .float16:
      // 65,520 is halfway to the number that would follow: from there on rounding gives infinity.
      if let index = vector.firstIndex(where: { $0.magnitude >= 65_520 }) {
        throw .valueOutOfRange(encoding: self, index: index, value: vector[index])
      }
      return Encoded(bytes: VectorKernels.best.float16(vector), scale: nil)
    case .int8:
      let greatest = vector.reduce(0) { max($0, $1.magnitude) }
      let scale = max(greatest / 127, .leastNormalMagnitude)
      let bytes = vector.map {
        UInt8(bitPattern: Int8(max(-127, min(127, ($0 / scale).rounded(.toNearestOrEven)))))
      }
      return Encoded(bytes: bytes, scale: scale)
    }
  }

  /// The values of stored bytes; nil where the bytes aren't whole values or an int8 vector has no scale.
  public func decode(_ bytes: [UInt8], scale: Float?) -> [Float]? {
    bytes.withUnsafeBytes { decode($0, scale: scale) }
  }

  func decode(_ bytes: UnsafeRawBufferPointer, scale: Float?) -> [Float]? {
    switch self {
    case .float16:
      return bytes.count.isMultiple(of: 2) ? VectorKernels.best.floats(fromFloat16: bytes) : nil
    case .int8:
      guard let scale else { return nil }
      return bytes.map { scale * Float(Int8(bitPattern: $0)) }
    }
  }
}
