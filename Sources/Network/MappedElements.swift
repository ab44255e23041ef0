/// Elements of any type as they lie in a file, little-endian; those narrower than a byte from its low bits up.
///
/// Whoever makes it has checked that the file has as many.
struct MappedElements {
  let bytes: UnsafeRawBufferPointer
  let offset: Int
  let element: Tensor.Element

  private func load<T: FixedWidthInteger>(_ index: Int, _: T.Type) -> T {
    let place = offset &+ index &* MemoryLayout<T>.size
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: T.self))
  }

  private func narrow(_ index: Int, bits: Int) -> UInt8 {
    let each = 8 / bits
    return bytes[offset + index / each] >> UInt8(index % each * bits) & (1 << UInt8(bits) - 1)
  }

  /// - Precondition: the type is one of integers.
  func integers(_ count: Int) -> [Int64] {
    func all(_ value: (Int) -> Int64) -> [Int64] { (0..<count).map(value) }
    switch element {
    case .boolean: return all { load($0, UInt8.self) == 0 ? 0 : 1 }
    case .uint8: return all { Int64(load($0, UInt8.self)) }
    case .int8: return all { Int64(load($0, Int8.self)) }
    case .uint16: return all { Int64(load($0, UInt16.self)) }
    case .int16: return all { Int64(load($0, Int16.self)) }
    case .uint32: return all { Int64(load($0, UInt32.self)) }
    case .int32: return all { Int64(load($0, Int32.self)) }
    case .uint4: return all { Int64(narrow($0, bits: 4)) }
    case .int4: return all { Int64(Int8(bitPattern: narrow($0, bits: 4) << 4) >> 4) }
    case .uint2: return all { Int64(narrow($0, bits: 2)) }
    case .int2: return all { Int64(Int8(bitPattern: narrow($0, bits: 2) << 6) >> 6) }
    default: return all { load($0, Int64.self) }
    }
  }

  func doubles(_ count: Int) -> [Double] {
    (0..<count).map { Double(bitPattern: load($0, UInt64.self)) }
  }

  /// Elements of any type but strings.
  func floats(_ count: Int) -> [Float] {
    if element.isInteger {
      let values = integers(count)
      return element == .uint64 ? values.map { Float(UInt64(bitPattern: $0)) } : values.map(Float.init)
    }
    switch element {
    case .float32: return (0..<count).map { Float(bitPattern: load($0, UInt32.self)) }
    case .float64: return doubles(count).map(Float.init)
    default:
      guard let format = NarrowFloat(element) else { return [Float](repeating: 0, count: count) }
      if format.bits == 16 { return (0..<count).map { format.value(UInt32(load($0, UInt16.self))) } }
      let table = (0..<UInt32(1) << UInt32(format.bits)).map(format.value)
      if format.bits == 4 { return (0..<count).map { table[Int(narrow($0, bits: 4))] } }
      return (0..<count).map { table[Int(load($0, UInt8.self))] }
    }
  }
}
