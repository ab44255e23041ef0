/// Elements in row-major order with a shape and a type.
///
/// Weights of a network file are not copied: such a tensor refers to the mapping and keeps it alive.
public struct Tensor: Sendable {
  enum Storage: Sendable {
    /// float32, and the narrower floating-point types, whose values float32 holds exactly.
    case array([Float])
    case buffer(FloatBuffer)
    case doubles([Double])
    /// Little-endian elements at a byte offset that need not be aligned.
    case mapped(MappedFile, offset: Int)
    /// Integers of any type and booleans; uint64 by its bits.
    case integers([Int64])
    /// int8, uint8 and booleans, by their bits.
    case bytes([UInt8])
    case texts([String])
  }

  public let shape: [Int]
  public let element: Element
  let storage: Storage

  init(shape: [Int], element: Element = .float32, storage: Storage) {
    self.shape = shape
    self.element = element
    self.storage = storage
  }

  /// - Precondition: there are as many values as the shape says.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor of shape \(shape) with \(values.count) values")
    self.init(shape: shape, storage: .array(values))
  }

  /// int64.
  /// - Precondition: there are as many integers as the shape says.
  public init(shape: [Int], integers: [Int64]) {
    precondition(
      shape.reduce(1, *) == integers.count, "a tensor of shape \(shape) with \(integers.count) values")
    self.init(shape: shape, element: .int64, storage: .integers(integers))
  }

  /// - Precondition: there are as many bytes as the shape says.
  public init(shape: [Int], uint8 bytes: [UInt8]) {
    precondition(shape.reduce(1, *) == bytes.count, "a tensor of shape \(shape) with \(bytes.count) values")
    self.init(shape: shape, element: .uint8, storage: .bytes(bytes))
  }

  /// - Precondition: there are as many numbers as the shape says.
  public init(shape: [Int], int8 values: [Int8]) {
    precondition(shape.reduce(1, *) == values.count, "a tensor of shape \(shape) with \(values.count) values")
    self.init(shape: shape, element: .int8, storage: .bytes(values.map { UInt8(bitPattern: $0) }))
  }

  public var count: Int { shape.reduce(1, *) }

  /// The same elements in another shape of the same count.
  func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, element: element, storage: storage) }
}

extension Tensor {
  /// The elements of a tensor of integers or booleans (uint64 by its bits); nil for other types.
  public var integers: [Int64]? {
    guard element.isInteger else { return nil }
    switch storage {
    case .integers(let values): return values
    case .bytes(let bytes):
      return element == .int8 ? bytes.map { Int64(Int8(bitPattern: $0)) } : bytes.map(Int64.init)
    case .mapped(let file, let offset):
      return file.withBytes { MappedElements(bytes: $0, offset: offset, element: element).integers(count) }
    case .array, .buffer, .doubles, .texts: return nil
    }
  }

  /// The elements of an int8, uint8 or boolean tensor, by their bits; nil for other types.
  public var bytes: [UInt8]? {
    guard element == .int8 || element == .uint8 || element == .boolean else { return nil }
    switch storage {
    case .bytes(let bytes): return bytes
    case .mapped(let file, let offset) where element != .boolean:
      return file.withBytes { Array($0[offset..<offset + count]) }
    default: return integers?.map { UInt8(truncatingIfNeeded: $0) }
    }
  }

  /// A copy of the elements as float32, whatever their type.
  public var floats: [Float] { withFloats { Array($0) } }

  /// A copy of the elements in double precision, whatever their type; strings are zeros.
  public var doubles: [Double] {
    switch storage {
    case .doubles(let values): return values
    case .mapped(let file, let offset) where element == .float64:
      return file.withBytes { MappedElements(bytes: $0, offset: offset, element: element).doubles(count) }
    default:
      guard element.isInteger, let integers else { return withFloats { $0.map(Double.init) } }
      return element == .uint64
        ? integers.map { Double(UInt64(bitPattern: $0)) } : integers.map(Double.init)
    }
  }

  /// The elements of a tensor of strings; nil for other types.
  public var texts: [String]? {
    if case .texts(let values) = storage { return values }
    return nil
  }

  /// Lends the elements as float32, whatever their type. Mapped float32 elements are lent in place when their address
  /// allows it, else from a copy that lives as long as the call.
  public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    switch storage {
    case .array(let values):
      return try values.withUnsafeBufferPointer(body)
    case .buffer(let buffer):
      return try body(UnsafeBufferPointer(start: buffer.start, count: count))
    case .doubles(let values):
      return try values.map(Float.init).withUnsafeBufferPointer(body)
    case .texts(let values):
      return try [Float](repeating: 0, count: values.count).withUnsafeBufferPointer(body)
    case .integers(let values):
      let floats = element == .uint64 ? values.map { Float(UInt64(bitPattern: $0)) } : values.map(Float.init)
      return try floats.withUnsafeBufferPointer(body)
    case .bytes(let bytes):
      let floats = element == .int8 ? bytes.map { Float(Int8(bitPattern: $0)) } : bytes.map(Float.init)
      return try floats.withUnsafeBufferPointer(body)
    case .mapped(let file, let offset):
      let count = count
      return try file.withBytes { bytes in
        guard element == .float32 else {
          let elements = MappedElements(bytes: bytes, offset: offset, element: element)
          return try elements.floats(count).withUnsafeBufferPointer(body)
        }
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

  /// Lends the bytes of the elements as float32, at whatever address they have, without a copy where they are float32.
  func withFloatBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    if case .mapped(let file, let offset) = storage, element == .float32 {
      let size = 4 * count
      return try file.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + size])) }
    }
    return try withFloats { try body(UnsafeRawBufferPointer($0)) }
  }
}

extension Tensor: Equatable, Hashable {
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape, left.element == right.element else { return false }
    if let a = left.integers, let b = right.integers { return a == b }
    if let a = left.texts, let b = right.texts { return a == b }
    if left.element == .float64 { return left.doubles == right.doubles }
    return left.withFloats { a in right.withFloats { b in a.elementsEqual(b) } }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    hasher.combine(element)
  }
}
