import CDigest
import Digest
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// FIPS 180-4's examples (NIST, "SHA256.pdf") and the empty message.
  static let published: [(message: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test("gives the published digests", arguments: published.indices)
  func publishedDigest(index: Int) {
    #expect(SHA256.hash(Self.published[index].message).hex == Self.published[index].digest)
  }

  @Test("does not depend on how the message is cut", arguments: [1, 3, 55, 56, 63, 64, 65, 127, 1000])
  func cutMessage(piece: Int) {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var hash = SHA256()
    for start in stride(from: 0, to: message.count, by: piece) {
      hash.update(Array(message[start..<min(start + piece, message.count)]))
    }
    #expect(hash.finalize() == SHA256.hash(message))
  }

  @Test("the processor's own instructions give what portable C gives")
  func portableAgrees() {
    let blocks = (0..<64 * 33).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
    var fast = [UInt32](0..<8)
    var portable = fast
    synoptic_sha256_blocks(&fast, blocks, 33)
    synoptic_sha256_blocks_portable(&portable, blocks, 33)
    #expect(fast == portable)
  }

  @Test("hexadecimal text goes there and back; anything else is refused")
  func hexadecimal() {
    let digest = SHA256.hash("abc")
    #expect(SHA256Digest(hex: digest.hex) == digest)
    #expect(SHA256Digest(hex: String(repeating: "g", count: 64)) == nil)
    #expect(SHA256Digest(hex: "ab") == nil)
  }
}
