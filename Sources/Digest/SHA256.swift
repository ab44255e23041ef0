import CDigest
import Foundation

/// An incremental SHA-256 (FIPS 180-4).
///
///     var hash = SHA256()
///     hash.update("synoptic")
///     print(hash.finalize().hex)
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = min(64 - pending.count, rest.count)
      pending.append(contentsOf: rest.prefix(taken))
      rest = rest.dropFirst(taken)
      guard pending.count == 64 else { return }
      pending.withUnsafeBufferPointer { synoptic_sha256_blocks(&state, $0.baseAddress, 1) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64
    if whole > 0 {
      let blocks = UnsafeRawBufferPointer(rebasing: rest)
      synoptic_sha256_blocks(&state, blocks.baseAddress?.assumingMemoryBound(to: UInt8.self), whole)
      rest = rest.dropFirst(whole * 64)
    }
    pending.append(contentsOf: rest)
  }

  public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The UTF-8 of `text`, with nothing before or after it.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// `value` as eight little-endian bytes: a length or a number between variable parts keeps them apart.
  public mutating func update(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { update($0) }
  }

  public consuming func finalize() -> SHA256Digest {
    let bits = length &* 8
    var tail: [UInt8] = [0x80]
    tail.append(contentsOf: repeatElement(0, count: (119 - pending.count) % 64))
    withUnsafeBytes(of: bits.bigEndian) { tail.append(contentsOf: $0) }
    update(tail)
    return SHA256Digest(bytes: state.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } })
  }

  public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }

  public static func hash(_ text: String) -> SHA256Digest {
    var hash = SHA256()
    hash.update(text)
    return hash.finalize()
  }

  /// The hash of a file's contents, read in pieces of 1 MiB.
  ///
  /// - Throws: `CocoaError` where the file can't be opened or read.
  public static func hash(fileAt path: String) throws -> SHA256Digest {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var hash = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      piece.withUnsafeBytes { hash.update($0) }
    }
    return hash.finalize()
  }
}
