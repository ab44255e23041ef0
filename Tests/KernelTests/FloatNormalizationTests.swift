import CKernels
import Foundation
import Testing

@Suite("Rows of numbers are normalised")
struct FloatNormalizationTests {
  private static func row(_ count: Int, offset: Float) -> [Float] {
    (0..<count).map { sin(Float($0 * $0 % 97)) * 3 + offset }
  }

  @Test(
    "with the same bits by every instruction set, near the exact result", arguments: [1, 7, 8, 20, 64, 191])
  func everySet(count: Int) {
    let x = Self.row(count, offset: 1.5)
    let scale = (0..<count).map { 1 + 0.1 * cos(Float($0)) }
    let bias = (0..<count).map { 0.1 * sin(Float($0)) }
    let results = [SYNOPTIC_SCALAR, synoptic_best_instruction_set()].map { set in
      var y = x
      synoptic_float_normalize(set, x, scale, bias, 1e-5, &y, count)
      return y
    }
    #expect(results[0] == results[1])
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(count)
    let variance = x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)
    for index in 0..<count {
      let exact =
        (Double(x[index]) - mean) / (variance + 1e-5).squareRoot() * Double(scale[index])
        + Double(bias[index])
      // What a mean of float32 leaves of a lone number is divided by the root of epsilon.
      #expect(abs(Double(results[0][index]) - exact) < 1e-5, "element \(index)")
    }
  }

  @Test("a softmax of levels is one of what they stand for", arguments: [1, 16, 197])
  func softmax(count: Int) {
    let scale: Float = 0.03
    let x = (0..<count).map { scale * Float($0 * 89 % 256 - 128) }
    let table = (0...255).map { exp(scale * Float($0 - 255)) }
    var y = x
    synoptic_float_softmax_of_levels(x, scale, table, 256, &y, count)
    let sum = x.reduce(0.0) { $0 + exp(Double($1)) }
    for (x, y) in zip(x, y) { #expect(abs(Double(y) - 256 * exp(Double(x)) / sum) < 1e-4) }
  }

  @Test("a softmax of what is no number stays within its table")
  func noNumbers() {
    let x: [Float] = [.nan, -.infinity, 0, .infinity]
    var y = x
    synoptic_float_softmax_of_levels(x, 0.1, [Float](repeating: 1, count: 256), 256, &y, x.count)
    #expect(y == [64, 64, 64, 64])
  }
}
