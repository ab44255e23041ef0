import CDigest
import Digest
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
  /// RFC 3720, appendix B.4, and the check value of the Catalogue of parametrised CRC algorithms.
  static let published: [(bytes: [UInt8], checksum: UInt32)] = [
    ([], 0),
    ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
    ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
    ([UInt8](0..<32), 0x46dd_794e),
    ((0..<32).reversed().map { UInt8($0) }, 0x113f_db5c),
    (Array("123456789".utf8), 0xe306_9283),
  ]

  @Test("gives the published checksums", arguments: published.indices)
  func publishedChecksum(index: Int) {
    let (bytes, checksum) = Self.published[index]
    #expect(bytes.withUnsafeBytes { CRC32C.of($0) } == checksum)
    #expect(synoptic_crc32c_portable(0, bytes, bytes.count) == checksum)
  }

  @Test("does not depend on how the bytes are cut", arguments: [1, 7, 8, 9, 64, 999])
  func cutBytes(piece: Int) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var checksum = CRC32C()
    for start in stride(from: 0, to: bytes.count, by: piece) {
      Array(bytes[start..<min(start + piece, bytes.count)]).withUnsafeBytes { checksum.update($0) }
    }
    #expect(checksum.value == synoptic_crc32c_portable(0, bytes, bytes.count))
  }
}
