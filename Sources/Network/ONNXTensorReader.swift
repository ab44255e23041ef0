import Foundation

/// Reads TensorProto messages. Source: onnx.proto (fields by number) and ONNX's external-data specification.
struct ONNXTensorReader {
  let folder: URL
  /// External data files by their relative name, each mapped once.
  var externalFiles: [String: MappedFile] = [:]

  init(modelPath: String) { folder = URL(fileURLWithPath: modelPath).deletingLastPathComponent() }

  /// The fields of a message as they stand in the file.
  private struct Fields {
    var name = ""
    var type: Int64 = 0
    var dimensions: [Int64] = []
    var raw: ProtobufReader.Range?
    var floats: [Float] = []
    var integers: [Int64] = []
    var doubles: [Double] = []
    var location: [String: String] = [:]
    var isExternal = false
  }

  /// - Throws: `NetworkError.malformed` where bytes and shape disagree, `.unsupported` for element types we lack.
  mutating func read(_ message: ProtobufReader) throws(NetworkError) -> (name: String, tensor: Tensor) {
    let start = message.offset
    let fields = try Self.fields(message)
    // A dimension of zero counts as one: operators multiply the others without it too.
    var bound = 1
    var shape: [Int] = []
    for dimension in fields.dimensions {
      guard let size = Int(exactly: dimension), size >= 0, size <= 1 << 40 else {
        throw message.failure("tensor \"\(fields.name)\" has the dimension \(dimension)", at: start)
      }
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, product <= 1 << 40 else {
        throw message.failure("tensor \"\(fields.name)\" has too many elements", at: start)
      }
      bound = product
      shape.append(size)
    }
    let count = shape.contains(0) ? 0 : bound
    if fields.isExternal {
      return (fields.name, try external(fields, shape, count, message, start))
    }
    if let raw = fields.raw {
      return (fields.name, try Self.raw(fields, shape, count, message, raw))
    }
    return (fields.name, try Self.typed(fields, shape, count, message, start))
  }

  private static func fields(_ message: ProtobufReader) throws(NetworkError) -> Fields {
    var reader = message
    var fields = Fields()
    while let (field, value) = try reader.next() {
      switch field {
      case 1: fields.dimensions += try reader.integers(value)
      case 2: fields.type = try reader.integer(value)
      case 4: fields.floats += try reader.floats(value)
      case 5, 7, 11: fields.integers += try reader.integers(value)
      case 8: fields.name = try reader.text(value)
      case 9: fields.raw = try reader.range(value)
      case 10: fields.doubles += try reader.doubles(value)
      case 13:
        let entry = try ONNXModelReader.keyAndValue(reader.message(try reader.range(value)))
        fields.location[entry.key] = entry.value
      case 14: fields.isExternal = try reader.integer(value) == 1
      default: break
      }
    }
    return fields
  }

  /// Bytes an element of raw data takes, by TensorProto.DataType.
  private static func elementSize(_ type: Int64) -> Int? {
    switch type {
    case 1, 6, 12: 4
    case 2, 3, 9: 1
    case 4, 5, 10, 16: 2
    case 7, 11, 13: 8
    default: nil
    }
  }

  private static func checkedSize(
    _ fields: Fields, _ count: Int
  ) throws(NetworkError) -> Int {
    guard let size = elementSize(fields.type) else {
      throw .unsupported(
        operation: "element type \(fields.type)", node: fields.name,
        reason: "tensors of floats and integers can be read, strings and complex numbers cannot")
    }
    return size * count
  }

  private static func raw(
    _ fields: Fields, _ shape: [Int], _ count: Int, _ reader: ProtobufReader, _ range: ProtobufReader.Range
  ) throws(NetworkError) -> Tensor {
    let size = try checkedSize(fields, count)
    guard range.count == size else {
      throw reader.failure(
        "tensor \"\(fields.name)\" of shape \(shape) needs \(size) bytes and has \(range.count)",
        at: range.lowerBound)
    }
    if fields.type == 1 {
      return Tensor(shape: shape, storage: .mapped(reader.file, offset: range.lowerBound))
    }
    let base = range.lowerBound
    func floats(_ value: (Int) -> Float) -> Tensor { Tensor(shape: shape, values: (0..<count).map(value)) }
    func integers(_ value: (Int) -> Int64) -> Tensor {
      Tensor(shape: shape, integers: (0..<count).map(value))
    }
    switch fields.type {
    case 2: return integers { Int64(reader.element(base + $0, UInt8.self)) }
    case 3: return integers { Int64(reader.element(base + $0, Int8.self)) }
    case 4: return integers { Int64(reader.element(base + 2 * $0, UInt16.self)) }
    case 5: return integers { Int64(reader.element(base + 2 * $0, Int16.self)) }
    case 6: return integers { Int64(reader.element(base + 4 * $0, Int32.self)) }
    case 7: return integers { reader.element(base + 8 * $0, Int64.self) }
    case 9: return integers { reader.element(base + $0, UInt8.self) == 0 ? 0 : 1 }
    case 10: return floats { halfToFloat(reader.element(base + 2 * $0, UInt16.self)) }
    case 11: return floats { Float(Double(bitPattern: reader.element(base + 8 * $0, UInt64.self))) }
    case 12: return integers { Int64(reader.element(base + 4 * $0, UInt32.self)) }
    case 13: return integers { Int64(bitPattern: reader.element(base + 8 * $0, UInt64.self)) }
    default: return floats { Float(bitPattern: UInt32(reader.element(base + 2 * $0, UInt16.self)) << 16) }
    }
  }

  private static func typed(
    _ fields: Fields, _ shape: [Int], _ count: Int, _ reader: ProtobufReader, _ start: Int
  ) throws(NetworkError) -> Tensor {
    _ = try checkedSize(fields, count)
    func check(_ have: Int) throws(NetworkError) {
      guard have == count else {
        throw reader.failure(
          "tensor \"\(fields.name)\" of shape \(shape) needs \(count) elements and has \(have)", at: start)
      }
    }
    switch fields.type {
    case 1:
      try check(fields.floats.count)
      return Tensor(shape: shape, values: fields.floats)
    case 11:
      try check(fields.doubles.count)
      return Tensor(shape: shape, values: fields.doubles.map(Float.init))
    case 10, 16:
      try check(fields.integers.count)
      let isHalf = fields.type == 10
      let values = fields.integers.map { bits -> Float in
        let word = UInt16(truncatingIfNeeded: bits)
        return isHalf ? halfToFloat(word) : Float(bitPattern: UInt32(word) << 16)
      }
      return Tensor(shape: shape, values: values)
    default:
      try check(fields.integers.count)
      return Tensor(shape: shape, integers: fields.integers)
    }
  }

  private mutating func external(
    _ fields: Fields, _ shape: [Int], _ count: Int, _ reader: ProtobufReader, _ start: Int
  ) throws(NetworkError) -> Tensor {
    let size = try Self.checkedSize(fields, count)
    let file = try externalFile(fields.location["location"] ?? "", fields.name, reader, start)
    let offset = Int(fields.location["offset"] ?? "0") ?? -1
    let length = fields.location["length"].map { Int($0) ?? -1 } ?? size
    guard offset >= 0, length == size, offset <= file.count, size <= file.count - offset else {
      throw reader.failure(
        "tensor \"\(fields.name)\" needs \(size) bytes at byte \(offset) of \(file.path), which has \(file.count)",
        at: start)
    }
    return try file.withBytes { bytes throws(NetworkError) in
      let range = offset..<offset + size
      return try Self.raw(fields, shape, count, ProtobufReader(file, bytes, range), range)
    }
  }

  /// Only a file in the model's own folder (or below it) is opened, links followed: a model must not read elsewhere.
  private mutating func externalFile(
    _ location: String, _ tensor: String, _ reader: ProtobufReader, _ start: Int
  ) throws(NetworkError) -> MappedFile {
    if let file = externalFiles[location] { return file }
    let root = folder.resolvingSymlinksInPath().path
    let target = folder.appendingPathComponent(location).standardizedFileURL.resolvingSymlinksInPath().path
    guard !location.isEmpty, !location.hasPrefix("/"), !location.contains("\0"),
      !location.split(separator: "/").contains(".."),
      target.hasPrefix(root.hasSuffix("/") ? root : root + "/")
    else {
      throw reader.failure(
        "tensor \"\(tensor)\" keeps its data in \"\(location)\", outside the model's folder", at: start)
    }
    let file = try MappedFile(path: target)
    externalFiles[location] = file
    return file
  }
}

/// IEEE 754 binary16 to binary32 (Float16 is not on every platform).
func halfToFloat(_ half: UInt16) -> Float {
  let sign = UInt32(half >> 15) << 31
  let exponent = UInt32(half >> 10 & 0x1F)
  let fraction = UInt32(half & 0x3FF)
  switch exponent {
  case 0:
    let magnitude = Float(fraction) * 0x1p-24
    return sign == 0 ? magnitude : -magnitude
  case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}
