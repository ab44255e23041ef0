import CDigest

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4): against damage, not against malice; as fast as memory.
public struct CRC32C: Sendable {
  public private(set) var value: UInt32 = 0

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    value = synoptic_crc32c(value, base.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = CRC32C()
    checksum.update(bytes)
    return checksum.value
  }
}
