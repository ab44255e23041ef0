import Testing

@testable import Quantization

@Suite("Ranges of activations")
struct CalibrationTests {
  /// In pieces small enough that every value is counted.
  private func histogram(_ values: [Float]) -> ActivationHistogram {
    var histogram = ActivationHistogram()
    for start in stride(from: 0, to: values.count, by: 10_000) {
      values[start..<min(start + 10_000, values.count)].withUnsafeBufferPointer { histogram.add($0) }
    }
    return histogram
  }

  private static let sample: [Float] = (0..<5000).map { index in
    let x = Float((index &* 7919) % 5000) / 2500 - 1
    return x * x * x * 37
  }

  @Test(
    "do not depend on the order of images or on how they are shared among threads",
    arguments: [1, 7, 999, 4999])
  func orderDoesNotMatter(cut: Int) {
    let whole = histogram(Self.sample)
    var parts = histogram(Array(Self.sample[cut...].reversed()))
    parts.merge(histogram(Array(Self.sample[..<cut])))
    #expect(parts == whole)
    var otherWay = histogram(Array(Self.sample[..<cut]))
    otherWay.merge(histogram(Array(Self.sample[cut...])))
    #expect(otherWay == whole)
  }

  @Test("are known well from a sample of a large tensor")
  func sampled() throws {
    let values = (0..<1_000_000).map { Float($0 % 1009) / 1009 * 6 }
    var sample = ActivationHistogram()
    values.withUnsafeBufferPointer { sample.add($0) }
    let range = try #require(RangeSearch.leastSquaredError(sample))
    #expect(range.upper > 5.9 && range.upper <= 6)
  }

  @Test("leave out values that are not numbers")
  func notNumbers() {
    #expect(histogram([1, .nan, 2, .infinity, -.infinity]) == histogram([1, 2]))
    #expect(RangeSearch.leastSquaredError(histogram([.nan])) == nil)
  }

  @Test("cover evenly spread values wholly")
  func evenValues() throws {
    let range = try #require(
      RangeSearch.leastSquaredError(histogram((0..<4096).map { Float($0) / 4096 * 6 })))
    #expect(range.lower == 0)
    #expect(range.upper > 5.9)
  }

  @Test("cut off a far outlier the more, the more other values pay for it with coarser steps")
  func outlier() throws {
    // Least (20 - u)^2 + n (u / 255)^2 / 12 is at u = 20 / (1 + n / (12 * 255^2)): 17.7 for n = 100,000.
    let values = (0..<100_000).map { Float($0 % 1000) / 1000 } + [20]
    let few = try #require(RangeSearch.leastSquaredError(histogram(values)))
    #expect(abs(few.upper - 17.7) < 0.3)
    var many = histogram(values)
    for _ in 1..<20 { many.merge(histogram(Array(values.dropLast()))) }
    let range = try #require(RangeSearch.leastSquaredError(many))
    #expect(abs(range.upper - 20 / (1 + 2_000_000 / (12 * 65_025))) < 0.3)
  }

  @Test(
    "always hold zero, and zero is exact", arguments: [(2, 5), (-7, -3), (-1, 3), (0, 0)] as [(Float, Float)])
  func zeroIsExact(lower: Float, upper: Float) {
    let quantization = AffineQuantization(lower: lower, upper: upper)
    #expect(quantization.dequantize(quantization.quantize(0)) == 0)
  }

  @Test("of an EfficientNet-Lite image are its own pixel values: scale 1/128, zero point 127")
  func exactImageRange() {
    let quantization = AffineQuantization(lower: -127 / 128, upper: 1)
    #expect(quantization == AffineQuantization(scale: 1 / 128, zeroPoint: 127))
    #expect((0...255).allSatisfy { quantization.quantize((Float($0) - 127) / 128) == UInt8($0) })
  }
}
