import Foundation

/// Small PNG files, made here so that the tests need no pictures: colored squares, stored uncompressed.
enum GeneratedPNG {
  /// A square of noise around one color; equal seeds give equal bytes.
  static func bytes(seed: Int, size: Int = 48) -> [UInt8] {
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func random() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    let color = [random(), random(), random()]
    var rows: [UInt8] = []
    for _ in 0..<size {
      rows.append(0)
      for _ in 0..<size { rows += color.map { $0 / 2 &+ random() / 4 } }
    }
    var header = word(size) + word(size)
    header += [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
      + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func word(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
  }

  private static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + data
    return word(data.count) + body + word(Int(crc(body)))
  }

  /// RFC 1950 and 1951, blocks stored as they are.
  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: data.count, by: 65_535) {
      let block = data[start..<min(data.count, start + 65_535)]
      let count = UInt16(block.count)
      bytes.append(start + block.count == data.count ? 1 : 0)
      for value in [count, ~count] { bytes += [UInt8(value & 255), UInt8(value >> 8)] }
      bytes += block
    }
    var (a, b) = (1, 0)
    for byte in data {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return bytes + word(b << 16 | a)
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
