import CKernels
import Foundation
import Testing

@Suite("Exponentials of many elements")
struct FloatExponentialTests {
  @Test("are those of the mathematical library, to a few parts in ten million")
  func everywhere() {
    let x = (0..<200_000).map { Float($0) / 200_000 * 176 - 87.3 }
    var y = x
    synoptic_float_exponentials(x, 0, &y, x.count)
    for (x, y) in zip(x, y) where x < 88.7 {
      let exact = exp(Double(x))
      #expect(abs(Double(y) - exact) <= 3e-7 * exact, "exp(\(x))")
    }
    synoptic_float_sigmoids(x, &y, x.count)
    for (x, y) in zip(x, y) {
      let exact = 1 / (1 + exp(-Double(x)))
      #expect(abs(Double(y) - exact) <= 5e-7 * exact + 1e-38, "sigmoid(\(x))")
    }
  }

  @Test("at the ends are zero, infinity and no number")
  func ends() {
    let x: [Float] = [-.infinity, -1000, 0, 1000, .infinity, .nan]
    var y = x
    synoptic_float_exponentials(x, 0, &y, x.count)
    #expect(Array(y[..<5]) == [0, 0, 1, .infinity, .infinity])
    #expect(y[5].isNaN)
    synoptic_float_sigmoids(x, &y, x.count)
    #expect(Array(y[..<5]) == [0, 0, 0.5, 1, 1])
    #expect(y[5].isNaN)
  }
}
