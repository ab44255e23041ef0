import CKernels
import Testing

/// How images become quantised pixels, against the definition, with whatever instructions this processor has.
@Suite("Images become quantised pixels as defined")
struct ImageLoadingTests {
  private static let widths: [UInt32] = [1, 2, 15, 16, 17, 63, 64, 65, 128, 200]

  @Test("8-bit pixels go through a table for each channel, in any order", arguments: widths, [3, 4])
  func pixels(width: UInt32, pixel: UInt32) {
    var random = RandomBytes(seed: Int(width))
    let height = 3
    let pixels = random.bytes(height * Int(width) * 3)
    let tables = random.bytes(3 * 256)
    let row = Int(width) * Int(pixel) + 5
    for order: [UInt32] in [[0, 1, 2], [2, 1, 0], [1, 1, 2]] {
      var expected = [UInt8](repeating: 0xA5, count: height * row + 8)
      for y in 0..<height {
        for x in 0..<Int(width) {
          for channel in 0..<3 {
            expected[y * row + x * Int(pixel) + channel] =
              tables[channel * 256 + Int(pixels[(y * Int(width) + x) * 3 + Int(order[channel])])]
          }
        }
      }
      var output = [UInt8](repeating: 0xA5, count: height * row + 8)
      synoptic_int8_load_pixels(pixels, 3, 3, order, tables, &output, pixel, row, UInt32(height), width)
      #expect(output == expected, "order \(order)")
    }
  }

  @Test(
    "numbers are divided by the scale and rounded half to even, whatever they are", arguments: widths,
    [Float(0.0187), 0.5, 3e-39, 1e38])
  func floats(width: UInt32, scale: Float) {
    var random = RandomBytes(seed: Int(width))
    let odd: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ]
    let plane = 2 * Int(width)
    for (channels, pixel) in [(1, 4), (2, 4), (3, 3), (3, 4), (4, 4)] {
      let input = (0..<channels * plane).map { index -> Float in
        let step = Float(Int.random(in: -300...300, using: &random))
        switch index % 5 {
        case 0: return (step + 0.5) * scale
        case 1: return ((step + 0.5) * scale).nextUp
        case 2: return ((step + 0.5) * scale).nextDown
        case 3: return odd[index / 5 % odd.count]
        default: return Float.random(in: -300...300, using: &random) * scale
        }
      }
      let row = Int(width) * pixel + 7
      var expected = [UInt8](repeating: 0xA5, count: 2 * row)
      for y in 0..<2 {
        for index in 0..<Int(width) * pixel {
          let channel = index % pixel
          let value = channel < channels ? input[channel * plane + y * Int(width) + index / pixel] : nil
          expected[y * row + index] = value.map { Self.quantized($0, scale: scale, zeroPoint: 114) } ?? 0
        }
      }
      var output = [UInt8](repeating: 0xA5, count: 2 * row)
      synoptic_int8_quantize(
        input, plane, UInt32(channels), UInt32(pixel), scale, 114, &output, 0, row, 2, width)
      #expect(output == expected, "\(channels) channels in \(pixel) bytes")
    }
  }

  /// What is no number becomes the least byte.
  private static func quantized(_ value: Float, scale: Float, zeroPoint: Float) -> UInt8 {
    let quotient = value / scale
    guard !quotient.isNaN else { return 0 }
    let bounded = min(max(quotient, -1024), 1024)
    return UInt8(min(max(bounded.rounded(.toNearestOrEven) + zeroPoint, 0), 255))
  }
}
