import Foundation
import Gzip
import TestSupport
import Testing

@Suite("Unpacking gzip data")
struct GzipDecoderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Bytes that gzip packs to about half.
  static let text = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7 & 0x0f | $0 >> 11) }

  /// By the system's gzip.
  private func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let path = try folder.write("plain", bytes)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-nf", path]
    try process.run()
    process.waitUntilExit()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
  }

  /// What comes out of data given in pieces, and the step that ended it.
  private func unpack(
    _ data: [UInt8], piece: Int, room: Int, from decoder: GzipDecoder? = GzipDecoder()
  ) throws -> ([UInt8], GzipDecoder.Step) {
    let decoder = try #require(decoder)
    var rest = data[...]
    var output = [UInt8](repeating: 0, count: room)
    var unpacked: [UInt8] = []
    while true {
      let step = decoder.next(into: &output)
      switch step {
      case .unpacked(let count):
        #expect(count > 0)
        unpacked += output[..<count]
      case .needsInput:
        decoder.give(Array(rest.prefix(piece)))
        rest = rest.dropFirst(piece)
      case .ended, .cutOff, .damaged: return (unpacked, step)
      }
    }
  }

  @Test(arguments: [(1, 1_000), (7, 64), (4_096, 65_536), (1 << 20, 1)])
  func `the same bytes in pieces of any size, of one member or several`(piece: Int, room: Int) throws {
    let text = Array(Self.text.prefix(room == 1 ? 3_000 : 200_000))
    let one = try packed(text)
    let several = try packed([]) + packed(Array(text[..<1_000])) + packed(Array(text[1_000...]))
    for data in [one, several, one + [0, 0, 0], one + [0x1f]] {
      let (unpacked, end) = try unpack(data, piece: piece, room: room)
      #expect(unpacked == text && end == .ended)
    }
  }

  @Test(arguments: [0, 1, 9, 10, 5_000])
  func `data that ends too early is cut off, wherever`(length: Int) throws {
    let data = try packed(Self.text)
    for length in [length, data.count - 1 - length % 8] {
      let (unpacked, end) = try unpack(Array(data[..<length]), piece: 1_000, room: 1_000)
      #expect(end == .cutOff && Self.text.starts(with: unpacked), "\(length)")
    }
  }

  @Test
  func `damage is told, with what came before it`() throws {
    var data = try packed(Self.text)
    data[data.count - 6] ^= 1
    let (unpacked, end) = try unpack(data, piece: 1_000, room: 1_000)
    guard case .damaged(let reason, let count) = end else { throw Unexpected(step: end) }
    #expect(reason == "incorrect data check" && unpacked.count + count == Self.text.count)
  }

  @Test
  func `a copy goes on where its original was`() throws {
    let data = try packed(Self.text)
    let decoder = try #require(GzipDecoder())
    var output = [UInt8](repeating: 0, count: 50_000)
    decoder.give(data)
    guard case .unpacked(let count) = decoder.next(into: &output) else { throw Unexpected(step: .ended) }
    let rest = Array(data.suffix(decoder.unused))
    for room in [1_000, 70_000] {
      let (unpacked, end) = try unpack(rest, piece: 4_096, room: room, from: decoder.copy())
      #expect(Array(output[..<count]) + unpacked == Self.text && end == .ended)
    }
  }

  private struct Unexpected: Error { let step: GzipDecoder.Step }
}
