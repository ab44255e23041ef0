extension Tensor {
  /// What the elements are; raw values are those of ONNX's TensorProto.DataType. Complex numbers are not there.
  public enum Element: Int, Sendable, Equatable, Hashable, CaseIterable, Codable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case text = 8
    case boolean = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16
    case float8e4m3fn = 17
    case float8e4m3fnuz = 18
    case float8e5m2 = 19
    case float8e5m2fnuz = 20
    case uint4 = 21
    case int4 = 22
    case float4e2m1 = 23
    case float8e8m0 = 24
    case uint2 = 25
    case int2 = 26
  }
}

extension Tensor.Element {
  /// Booleans count as integers, 0 and 1.
  public var isInteger: Bool { range != nil }

  public var isFloatingPoint: Bool { range == nil && self != .text }

  /// The least and the greatest integer; uint64 by its bits, so that its greatest is -1. nil for other types.
  public var range: (lower: Int64, upper: Int64)? {
    switch self {
    case .boolean: (0, 1)
    case .int2: (-2, 1)
    case .uint2: (0, 3)
    case .int4: (-8, 7)
    case .uint4: (0, 15)
    case .int8: (-128, 127)
    case .uint8: (0, 255)
    case .int16: (-32768, 32767)
    case .uint16: (0, 65535)
    case .int32: (Int64(Int32.min), Int64(Int32.max))
    case .uint32: (0, Int64(UInt32.max))
    case .int64: (.min, .max)
    case .uint64: (0, -1)
    default: nil
    }
  }

  /// Bits an element takes in raw data; nil for strings.
  var bits: Int? {
    switch self {
    case .float32, .int32, .uint32: 32
    case .int64, .uint64, .float64: 64
    case .uint16, .int16, .float16, .bfloat16: 16
    case .uint4, .int4, .float4e2m1: 4
    case .uint2, .int2: 2
    case .text: nil
    default: 8
    }
  }

  /// The name in listings and messages, as NumPy writes it.
  public var name: String { self == .boolean ? "bool" : self == .text ? "string" : "\(self)" }
}
