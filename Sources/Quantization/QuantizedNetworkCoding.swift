import Digest
import Foundation

/// The bytes of a quantised network: magic, version, length of the structure, the structure as JSON, the data
/// section, and a SHA-256 over all before it. Numbers are little-endian.
extension QuantizedNetwork {
  static let magic = Array("SYNOPTIC INT8\n".utf8)
  /// Changes with every change of the format or of what an operation means.
  static let formatVersion: UInt32 = 2

  public var serialized: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      // A clamp's bound may be infinite.
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      let json = try encoder.encode(structure)
      var bytes = Self.magic
      bytes.reserveCapacity(json.count + data.count + 64)
      withUnsafeBytes(of: Self.formatVersion.littleEndian) { bytes.append(contentsOf: $0) }
      withUnsafeBytes(of: UInt64(json.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: json)
      bytes.append(contentsOf: data)
      bytes.append(contentsOf: SHA256.hash(bytes).bytes)
      return bytes
    }
  }

  /// Whether bytes begin like a serialized network.
  public static func isSerialized(_ bytes: some Sequence<UInt8>) -> Bool {
    var iterator = bytes.makeIterator()
    return magic.allSatisfy { iterator.next() == $0 }
  }

  /// - Throws: `QuantizationError.damaged` for bytes that are cut short, changed, or of another version.
  public init(serialized bytes: [UInt8]) throws(QuantizationError) {
    let header = Self.magic.count + 12
    guard Self.isSerialized(bytes) else {
      throw .damaged(reason: "it doesn't begin as a quantised network does")
    }
    guard bytes.count >= header + 32 else { throw .damaged(reason: "it ends after \(bytes.count) bytes") }
    let (version, length) = bytes.withUnsafeBytes { raw in
      (
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: Self.magic.count, as: UInt32.self)),
        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: Self.magic.count + 4, as: UInt64.self))
      )
    }
    guard version == Self.formatVersion else {
      throw .damaged(reason: "its format is version \(version), this program's is \(Self.formatVersion)")
    }
    let end = bytes.count - 32
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    guard hash.finalize() == SHA256Digest(rawBytes: bytes[end...]) else {
      throw .damaged(reason: "its checksum does not fit")
    }
    guard length <= UInt64(end - header) else { throw .damaged(reason: "its structure is cut short") }
    let json = Data(bytes[header..<header + Int(length)])
    do {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      structure = try decoder.decode(Structure.self, from: json)
    } catch {
      throw .damaged(reason: "its structure can't be read: \(error)")
    }
    data = Array(bytes[(header + Int(length))..<end])
    try validate()
  }
}
