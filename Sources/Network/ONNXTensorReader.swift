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
    var texts: [String] = []
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
      case 6: fields.texts.append(try reader.text(value))
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

  private static func element(_ fields: Fields) throws(NetworkError) -> Tensor.Element {
    guard let element = Tensor.Element(rawValue: Int(clamping: fields.type)) else {
      throw .unsupported(
        operation: "element type \(fields.type)", node: fields.name,
        reason: "tensors of floats, integers and strings can be read, complex numbers cannot")
    }
    return element
  }

  /// Bytes that so many elements take; nil for strings.
  private static func size(_ element: Tensor.Element, _ count: Int) -> Int? {
    element.bits.map { (count * $0 + 7) / 8 }
  }

  private static func raw(
    _ fields: Fields, _ shape: [Int], _ count: Int, _ reader: ProtobufReader, _ range: ProtobufReader.Range
  ) throws(NetworkError) -> Tensor {
    let element = try element(fields)
    guard let size = size(element, count) else {
      throw reader.failure("tensor \"\(fields.name)\" has strings as raw data", at: range.lowerBound)
    }
    guard range.count == size else {
      throw reader.failure(
        "tensor \"\(fields.name)\" of shape \(shape) needs \(size) bytes and has \(range.count)",
        at: range.lowerBound)
    }
    return Tensor(
      shape: shape, element: element, storage: .mapped(reader.file, offset: range.lowerBound))
  }

  private static func typed(
    _ fields: Fields, _ shape: [Int], _ count: Int, _ reader: ProtobufReader, _ start: Int
  ) throws(NetworkError) -> Tensor {
    let element = try element(fields)
    func check(_ have: Int, _ need: Int) throws(NetworkError) {
      guard have == need else {
        throw reader.failure(
          "tensor \"\(fields.name)\" of shape \(shape) needs \(need) elements and has \(have)", at: start)
      }
    }
    switch element {
    case .float32:
      try check(fields.floats.count, count)
      return Tensor(shape: shape, values: fields.floats)
    case .float64:
      try check(fields.doubles.count, count)
      return Tensor(shape: shape, element: .float64, storage: .doubles(fields.doubles))
    case .text:
      try check(fields.texts.count, count)
      return Tensor(shape: shape, element: .text, storage: .texts(fields.texts))
    case .int64, .uint64, .uint32, .int32:
      try check(fields.integers.count, count)
      // A value that does not fit its type is cut as a cast would.
      let values =
        element == .int32 ? fields.integers.map { Int64(Int32(truncatingIfNeeded: $0)) } : fields.integers
      return Tensor(shape: shape, element: element, storage: .integers(values))
    default: break
    }
    // The rest lies in int32_data: by their bits, and those narrower than a byte as bytes of several.
    let bits = element.bits ?? 8
    let words = bits < 8 ? (count * bits + 7) / 8 : count
    try check(fields.integers.count, words)
    let bytes = fields.integers.flatMap { word in
      bits == 16
        ? [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
        : [UInt8(truncatingIfNeeded: word)]
    }
    return bytes.withUnsafeBytes { bytes in
      let elements = MappedElements(bytes: bytes, offset: 0, element: element)
      return element.isInteger
        ? Tensor(shape: shape, element: element, storage: .integers(elements.integers(count)))
        : Tensor(shape: shape, element: element, storage: .array(elements.floats(count)))
    }
  }

  private mutating func external(
    _ fields: Fields, _ shape: [Int], _ count: Int, _ reader: ProtobufReader, _ start: Int
  ) throws(NetworkError) -> Tensor {
    guard let size = Self.size(try Self.element(fields), count) else {
      throw reader.failure("tensor \"\(fields.name)\" keeps strings in another file", at: start)
    }
    let file = try externalFile(fields.location["location"] ?? "", fields.name, reader, start)
    for (key, expected) in [("offset", nil), ("length", size)] {
      guard let stated = fields.location[key] else { continue }
      guard let number = Int(stated), number >= 0, number == expected ?? number else {
        let wanted = expected.map { "its shape and type need \($0) bytes" } ?? "a number of bytes is expected"
        throw reader.failure(
          "tensor \"\(fields.name)\" in \(file.path) has \"\(stated)\" as its \(key): \(wanted)", at: start)
      }
    }
    let offset = fields.location["offset"].flatMap { Int($0) } ?? 0
    guard offset <= file.count, size <= file.count - offset else {
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
    do {
      let file = try MappedFile(path: target)
      externalFiles[location] = file
      return file
    } catch {
      throw reader.failure("tensor \"\(tensor)\" keeps its data in another file. \(error)", at: start)
    }
  }
}
