/// Elements in row-major order with a shape: float32, or int64 for shapes and indices.
///
/// Weights of a network file are not copied: such a tensor refers to the mapping and keeps it alive.
public struct Tensor: Sendable {
  /// What the elements are. Other types of a file become one of these when read.
  public enum Element: Sendable, Equatable, Hashable, Codable {
    case float32
    case int64
  }

  enum Storage: Sendable {
    case array([Float])
    case buffer(FloatBuffer)
    /// Little-endian float32 at a byte offset that need not be a multiple of four.
    case mapped(MappedFile, offset: Int)
    case integers([Int64])
  }

  public let shape: [Int]
  let storage: Storage

  init(shape: [Int], storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// - Precondition: there are as many values as the shape says.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor of shape \(shape) with \(values.count) values")
    self.init(shape: shape, storage: .array(values))
  }

  /// - Precondition: there are as many integers as the shape says.
  public init(shape: [Int], integers: [Int64]) {
    precondition(
      shape.reduce(1, *) == integers.count, "a tensor of shape \(shape) with \(integers.count) values")
    self.init(shape: shape, storage: .integers(integers))
  }

  public var count: Int { shape.reduce(1, *) }

  public var element: Element {
    if case .integers = storage { return .int64 }
    return .float32
  }

  /// The elements of an int64 tensor; nil for float32.
  public var integers: [Int64]? {
    if case .integers(let values) = storage { return values }
    return nil
  }

  /// A copy of the elements.
  public var floats: [Float] { withFloats { Array($0) } }

  /// Lends the elements. Mapped elements are lent in place when their address allows it, else from a copy that
  /// lives as long as the call.
  public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    switch storage {
    case .array(let values):
      return try values.withUnsafeBufferPointer(body)
    case .buffer(let buffer):
      return try body(UnsafeBufferPointer(start: buffer.start, count: count))
    case .integers(let values):
      return try values.map(Float.init).withUnsafeBufferPointer(body)
    case .mapped(let file, let offset):
      let count = count
      return try file.withBytes { bytes in
        let source = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 4 * count])
        if let base = source.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
          return try source.withMemoryRebound(to: Float.self, body)
        }
        let copy = [Float](unsafeUninitializedCapacity: count) { target, initialized in
          UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
          initialized = count
        }
        return try copy.withUnsafeBufferPointer(body)
      }
    }
  }

  /// Lends the bytes of the elements at whatever address they have, without a copy (int64 tensors: as float32).
  func withFloatBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    if case .mapped(let file, let offset) = storage {
      let size = 4 * count
      return try file.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + size])) }
    }
    return try withFloats { try body(UnsafeRawBufferPointer($0)) }
  }

  /// The same elements in another shape of the same count.
  func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, storage: storage) }
}

extension Tensor: Equatable, Hashable {
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape, left.element == right.element else { return false }
    if let a = left.integers, let b = right.integers { return a == b }
    return left.withFloats { a in right.withFloats { b in a.elementsEqual(b) } }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    hasher.combine(element)
  }
}
