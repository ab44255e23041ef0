import Gzip
import TestSupport
import Testing

@Suite(
  "Unpacking zlib data", .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON, which Scripts/test sets"))
struct ZlibDataTests {
  /// Packed by Python's zlib.
  private static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = try folder.write("plain", bytes)
    let script = "import sys, zlib; print(zlib.compress(open(sys.argv[1], 'rb').read()).hex())"
    let hex = Array(try PythonPeer.run(script, [path]).utf8).filter { $0 > 0x20 }
    return stride(from: 0, to: hex.count, by: 2).compactMap {
      UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  @Test(arguments: [0, 1, 65_536, 200_000])
  func `the same bytes, whatever follows them`(count: Int) throws {
    let text = Array(GzipDecoderTests.text.prefix(count))
    #expect(try ZlibData.unpack(Self.packed(text) + [1, 2, 3], limit: count) == text)
  }

  @Test func `more than is allowed, too little and wrong bytes are errors`() throws {
    let packed = try Self.packed(GzipDecoderTests.text)
    #expect(throws: ZlibData.Problem.tooLarge) { try ZlibData.unpack(packed, limit: 199_999) }
    #expect(throws: ZlibData.Problem.damaged(reason: "it ends too early")) {
      try ZlibData.unpack(packed.dropLast(5), limit: 1 << 20)
    }
    #expect(throws: ZlibData.Problem.self) { try ZlibData.unpack([1, 2, 3, 4], limit: 1 << 20) }
    #expect(throws: ZlibData.Problem.damaged(reason: "it ends too early")) {
      try ZlibData.unpack([], limit: 1)
    }
    var changed = packed
    changed[packed.count / 2] ^= 1
    #expect(throws: ZlibData.Problem.self) { try ZlibData.unpack(changed, limit: 1 << 20) }
  }
}
