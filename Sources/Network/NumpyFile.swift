import Foundation

/// An array of a NumPy `.npy` file: float32 or uint8, in C order.
///
/// Source: numpy.lib.format, versions 1.0, 2.0 and 3.0.
public struct NumpyArray: Sendable, Equatable {
  public enum Elements: Sendable, Equatable {
    case float32([Float])
    case uint8([UInt8])
  }

  public var shape: [Int]
  public var elements: Elements

  public init(shape: [Int], elements: Elements) {
    self.shape = shape
    self.elements = elements
  }

  /// The elements as float32 (bytes become 0…255).
  public var tensor: Tensor {
    switch elements {
    case .float32(let values): Tensor(shape: shape, values: values)
    case .uint8(let values): Tensor(shape: shape, values: values.map(Float.init))
    }
  }

  public init(_ tensor: Tensor) { self.init(shape: tensor.shape, elements: .float32(tensor.floats)) }

  /// - Throws: `NetworkError.unreadable` or `.malformed`, with the byte where the file is wrong.
  public static func read(_ path: String) throws(NetworkError) -> NumpyArray {
    let file = try MappedFile(path: path)
    return try file.withBytes { bytes throws(NetworkError) in
      try NumpyReader(path: path, bytes: bytes).array()
    }
  }

  /// Writes version 1.0, to a temporary file beside it that is then renamed.
  ///
  /// - Throws: `NetworkError.unwritable` with the system's reason.
  public func write(_ path: String) throws(NetworkError) {
    let isFloat = if case .float32 = elements { true } else { false }
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(isFloat ? "<f4" : "|u1")', 'fortran_order': False, 'shape': (\(sizes)), }"
    // Magic, version and length take ten bytes; the data begins at a multiple of 64.
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var contents = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    contents.append(contentsOf: [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8 & 255)])
    contents.append(contentsOf: header.utf8)
    switch elements {
    case .float32(let values): values.withUnsafeBytes { contents.append(contentsOf: $0) }
    case .uint8(let values): contents.append(contentsOf: values)
    }
    do {
      try contents.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .unwritable(path: path, reason: Self.reason(error))
    }
  }

  /// The system's own words where it has some.
  private static func reason(_ error: any Error) -> String {
    let underlying = (error as? CocoaError)?.userInfo[NSUnderlyingErrorKey] as? POSIXError
    if let underlying { return String(cString: strerror(underlying.code.rawValue)) }
    return error.localizedDescription.trimmingCharacters(in: ["."])
  }
}

/// Reads the header and the elements behind it.
private struct NumpyReader {
  let path: String
  let bytes: UnsafeRawBufferPointer

  private func malformed(_ offset: Int, _ reason: String) -> NetworkError {
    .malformed(path: path, offset: offset, reason: reason)
  }

  func array() throws(NetworkError) -> NumpyArray {
    guard bytes.count >= 12, bytes.prefix(6).elementsEqual([0x93] + Array("NUMPY".utf8)) else {
      throw malformed(0, "it is not a NumPy array file")
    }
    let version = bytes[6]
    guard (1...3).contains(version) else { throw malformed(6, "NumPy format version \(version) is unknown") }
    let start = version == 1 ? 10 : 12
    let length =
      version == 1
      ? Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self).littleEndian)
      : Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian)
    guard length <= bytes.count - start, length <= 1 << 16 else { throw malformed(8, "the header is cut") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let type = text(after: "'descr':", in: header), header.contains("'fortran_order': False") else {
      throw malformed(start, "the header must have a simple type and C order")
    }
    let shape = try shape(header, start)
    let data = UnsafeRawBufferPointer(rebasing: bytes[(start + length)...])
    switch type {
    case "<f4": return NumpyArray(shape: shape, elements: .float32(try floats(data, shape, start + length)))
    case "|u1", "<u1":
      _ = try count(shape, 1, data.count, start + length)
      return NumpyArray(shape: shape, elements: .uint8(Array(data)))
    default: throw malformed(start, "elements of type \(type); float32 (<f4) and uint8 (|u1) can be read")
    }
  }

  private func text(after key: String, in header: String) -> String? {
    guard let place = header.range(of: key) else { return nil }
    let parts = header[place.upperBound...].split(separator: "'", omittingEmptySubsequences: false)
    guard parts.count > 2, parts[0].allSatisfy({ $0 == " " }) else { return nil }
    return String(parts[1])
  }

  private func shape(_ header: String, _ offset: Int) throws(NetworkError) -> [Int] {
    guard let key = header.range(of: "'shape':"),
      let open = header[key.upperBound...].firstIndex(of: "("),
      let close = header[open...].firstIndex(of: ")")
    else { throw malformed(offset, "the header has no shape") }
    var shape: [Int] = []
    for part in header[header.index(after: open)..<close].split(separator: ",") {
      let digits = part.trimmingCharacters(in: .whitespaces)
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0 else { throw malformed(offset, "the shape has \"\(digits)\"") }
      shape.append(size)
    }
    return shape
  }

  private func floats(_ data: UnsafeRawBufferPointer, _ shape: [Int], _ offset: Int) throws(NetworkError)
    -> [Float]
  {
    let count = try count(shape, 4, data.count, offset)
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: data)
      initialized = count
    }
  }

  private func count(_ shape: [Int], _ size: Int, _ have: Int, _ offset: Int) throws(NetworkError) -> Int {
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow, product < 1 << 40 else { throw malformed(offset, "the shape \(shape) is too large") }
      count = product
    }
    guard count * size == have else {
      throw malformed(offset, "the shape \(shape) needs \(count * size) bytes, \(have) are there")
    }
    return count
  }
}
