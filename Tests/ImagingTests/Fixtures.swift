import Foundation

@testable import Imaging

/// The same pseudo-random image every time (xorshift).
func noise(width: Int, height: Int, seed: UInt64) -> PixelImage {
  var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  let pixels = (0..<3 * width * height).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    // Many samples at the ends of the range, where results are clamped.
    return state % 3 == 0 ? (state % 2 == 0 ? 0 : 255) : UInt8(truncatingIfNeeded: state >> 32)
  }
  return PixelImage(width: width, height: height, pixels: pixels)
}

func cropped(_ image: PixelImage, columns: Range<Int>, rows: Range<Int>) -> PixelImage {
  let pixels = rows.flatMap { row in
    image.pixels[3 * (row * image.width + columns.lowerBound)..<3 * (row * image.width + columns.upperBound)]
  }
  return PixelImage(width: columns.count, height: rows.count, pixels: pixels)
}

enum FileBytes {
  static func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

/// The same pseudo-random numbers every time (xorshift).
struct SeededBytes {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  /// From 0 up to `bound`.
  mutating func number(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(max(1, bound)))
  }
}
