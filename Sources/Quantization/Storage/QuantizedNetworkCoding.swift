import Foundation
import Network

/// The bytes of a quantised network, numbers little-endian:
///
///     magic | u32 version | u64 lengths of structure, directory, data and packed weights
///     structure as JSON | directory of the packed weights as JSON, or nothing
///     from a multiple of 64: the data section | from a multiple of 64: packed weights, or nothing
///     checksums (`ChecksummedWriter`)
extension QuantizedNetwork {
  static let magic = Array("SYNOPTIC INT8\n".utf8)
  /// Changes with every change of the format, of what an operation means, or of an order of packed weights.
  static let formatVersion: UInt32 = 7
  /// The versions that can be read: since the first of them only orders of packed weights have changed, and operations
  /// have been added.
  static let readableVersions: ClosedRange<UInt32> = 4...formatVersion
  /// The first version whose packed weights are in today's order; those of an older one are packed anew.
  static let packedWeightsVersion: UInt32 = 6
  static let headerSize = magic.count + 4 + 4 * 8
  static let alignment = 64

  /// The portable form, without packed weights.
  public var serialized: [UInt8] {
    get throws {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(data.count + data.count / 1024 + (1 << 20))
      try serialize(packed: nil) { bytes.append(contentsOf: $0) }
      return bytes
    }
  }

  /// - Parameters:
  ///   - packed: weights in a machine's own order, to start faster on machines like it.
  ///   - sink: takes the bytes, in their order.
  func serialize(packed: PackedSection?, to sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    let json = try Self.encoder.encode(structure)
    let directory = try packed.map { try Self.encoder.encode($0.directory) } ?? Data()
    var writer = ChecksummedWriter(to: sink)
    try writer.write(Self.magic)
    try withUnsafeBytes(of: Self.formatVersion.littleEndian) { try writer.write($0) }
    for length in [json.count, directory.count, data.count, packed?.bytes.count ?? 0] {
      try withUnsafeBytes(of: UInt64(length).littleEndian) { try writer.write($0) }
    }
    try json.withUnsafeBytes { try writer.write($0) }
    try directory.withUnsafeBytes { try writer.write($0) }
    for section in [data, packed?.bytes].compactMap(\.self) {
      try writer.pad(to: Self.alignment)
      try section.withUnsafeBytes { try writer.write($0) }
    }
    try writer.finish()
  }

  /// Whether bytes begin like a serialized network.
  public static func isSerialized(_ bytes: some Sequence<UInt8>) -> Bool {
    var iterator = bytes.makeIterator()
    return magic.allSatisfy { iterator.next() == $0 }
  }

  /// - Throws: `QuantizationError.damaged` for bytes that are cut short, changed, or of another version.
  public init(serialized bytes: [UInt8]) throws(QuantizationError) {
    try self.init(NetworkBytes(bytes))
  }

  /// Maps the file: only what is used of it comes into memory.
  ///
  /// - Throws: `NetworkError.unreadable`, and `QuantizationError.damaged` for a file that is cut short, changed, or of
  ///   another version.
  public init(contentsOf path: String) throws {
    try self.init(NetworkBytes(MappedFile(path: path)))
  }

  private init(_ bytes: NetworkBytes) throws(QuantizationError) {
    let sections = try Sections(bytes)
    do {
      structure = try Self.decoder.decode(Structure.self, from: bytes[sections.structure].contents)
      packed =
        try sections.directory.isEmpty || sections.version < Self.packedWeightsVersion
        ? nil
        : PackedSection(
          directory: Self.decoder.decode(
            PackedSection.Directory.self, from: bytes[sections.directory].contents),
          bytes: bytes[sections.packed])
    } catch {
      throw .damaged(reason: "its structure can't be read: \(error)")
    }
    data = bytes[sections.data]
    try validate()
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // A clamp's bound may be infinite.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

extension NetworkBytes {
  fileprivate var contents: Data { withUnsafeBytes { Data($0) } }
}

/// Where the parts of a serialized network lie, once its checksums have been found right.
private struct Sections {
  var version: UInt32
  var structure: Range<Int>
  var directory: Range<Int>
  var data: Range<Int>
  var packed: Range<Int>

  init(_ bytes: NetworkBytes) throws(QuantizationError) {
    let header = bytes[0..<min(bytes.count, QuantizedNetwork.headerSize)].withUnsafeBytes { Array($0) }
    guard QuantizedNetwork.isSerialized(header) else {
      throw .damaged(reason: "it doesn't begin as a quantised network does")
    }
    guard header.count == QuantizedNetwork.headerSize else {
      throw .damaged(reason: "it ends after \(bytes.count) bytes")
    }
    let start = QuantizedNetwork.magic.count
    version = header.withUnsafeBytes {
      UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    }
    guard QuantizedNetwork.readableVersions.contains(version) else {
      let readable = QuantizedNetwork.readableVersions
      throw .damaged(
        reason:
          "its format is version \(version), this program reads \(readable.lowerBound) to \(readable.upperBound)"
      )
    }
    var end = QuantizedNetwork.headerSize
    var ranges: [Range<Int>] = []
    for (index, unit) in [1, 1, QuantizedNetwork.alignment, QuantizedNetwork.alignment].enumerated() {
      let length = header.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: start + 4 + 8 * index, as: UInt64.self))
      }
      guard length <= UInt64(bytes.count) else {
        throw .damaged(reason: "it ends after \(bytes.count) bytes, and a part of it has \(length)")
      }
      let first = length > 0 ? (end + unit - 1) / unit * unit : end
      end = first + Int(length)
      ranges.append(first..<end)
    }
    let size = end + ChecksummedWriter.tableSize(contents: end)
    guard bytes.count == size else {
      throw .damaged(reason: "it has \(bytes.count) bytes, and \(size) are expected")
    }
    if let place = ChecksummedWriter.firstDamage(in: bytes, contents: end) {
      throw .damaged(
        reason: "its checksum does not fit: it was changed near byte \(place) after it was written")
    }
    (structure, directory, data, packed) = (ranges[0], ranges[1], ranges[2], ranges[3])
  }
}
