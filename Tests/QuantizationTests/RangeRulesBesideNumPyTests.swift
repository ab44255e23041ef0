import Foundation
import Network
import TestSupport
import Testing

@testable import Quantization

/// The judge works on the values themselves, ours on a histogram of them.
@Suite("Ranges beside NumPy's", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct RangeRulesBesideNumPyTests {
  enum Shape: String, CaseIterable {
    case normal
    case rectified
    case heavyTailed = "heavy-tailed"
    case lopsided

    func values() -> [Float] {
      var random = SeededGenerator(state: 11)
      return (0..<40_000).map { index in
        let x = random.normal()
        switch self {
        case .normal: return x
        case .rectified: return max(0, x * 2)
        case .heavyTailed: return x * x * x * (index % 50 == 0 ? 4 : 1)
        case .lopsided: return x > 0 ? x * 5 : x / 4
        }
      }
    }
  }

  private func histogram(_ values: [Float]) -> ActivationHistogram {
    var histogram = ActivationHistogram()
    for start in stride(from: 0, to: values.count, by: 10_000) {
      values[start..<min(start + 10_000, values.count)].withUnsafeBufferPointer { histogram.add($0) }
    }
    return histogram
  }

  private func numbers(_ script: String, _ values: [Float], _ arguments: [Float] = []) throws -> [Double] {
    let folder = try TemporaryFolder()
    let path = try folder.write("values.f32", values.withUnsafeBytes { [UInt8]($0) })
    let prelude = """
      import sys, numpy as np
      x = np.fromfile(sys.argv[1], dtype='<f4').astype(np.float64)
      given = [float(a) for a in sys.argv[2:]]

      """
    let printed = try PythonPeer.run(prelude + script, [path] + arguments.map { "\($0)" })
    return printed.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }

  @Test("are the least and greatest values by minmax", arguments: Shape.allCases)
  func minmax(shape: Shape) throws {
    let values = shape.values()
    let range = try #require(RangeSearch.extremes(histogram(values)))
    let expected = try numbers("print(min(x.min(), 0), max(x.max(), 0))", values)
    #expect([Double(range.lower), Double(range.upper)] == expected)
  }

  @Test("are quantiles by percentile, to two bins", arguments: Shape.allCases, [0.99, 0.999])
  func percentile(shape: Shape, quantile: Double) throws {
    let values = shape.values()
    let histogram = histogram(values)
    let range = try #require(RangeSearch.percentile(histogram, quantile))
    let expected = try numbers(
      "q = given[0]; print(min(0, np.quantile(x, 1 - q)), max(0, np.quantile(x, q)))", values,
      [Float(quantile)])
    let bins = Double(histogram.width) * 2
    #expect(abs(Double(range.lower) - expected[0]) <= bins)
    #expect(abs(Double(range.upper) - expected[1]) <= bins)
  }

  @Test(
    "lose little more than the best range of a search with true rounding, by squared error",
    arguments: Shape.allCases)
  func squaredError(shape: Shape) throws {
    let values = shape.values()
    let range = try #require(RangeSearch.leastSquaredError(histogram(values)))
    let errors = try numbers(
      """
      def error(lo, hi):
          scale = (hi - lo) / 255
          zero = np.clip(np.rint(-lo / scale), 0, 255)
          q = np.clip(np.rint(x / scale) + zero, 0, 255)
          return (((q - zero) * scale - x) ** 2).mean()
      lo, hi = min(x.min(), 0), max(x.max(), 0)
      shares = np.linspace(0.1, 1, 46)
      best = min(error(a * lo, b * hi) for a in (shares if lo < 0 else [1]) for b in shares)
      print(error(given[0], given[1]), best, error(lo, hi))
      """, values, [range.lower, range.upper])
    #expect(errors[0] <= errors[1] * 1.05, "ours \(errors[0]), the best \(errors[1])")
    if shape == .heavyTailed { #expect(errors[0] < errors[2], "as good as no clipping") }
  }

  @Test("diverge as little as NumPy's best, by divergence", arguments: Shape.allCases)
  func divergence(shape: Shape) throws {
    let values = shape.values()
    let histogram = histogram(values)
    let range = try #require(RangeSearch.leastDivergence(histogram))
    let found = try numbers(
      """
      width = given[2]
      lo, hi = min(x.min(), 0), max(x.max(), 0)
      def divergence(a, b):
          first, last = int(np.floor(np.float32(a) / width)), int(np.ceil(np.float32(b) / width))
          n = last - first
          if n < 258: return np.inf
          inside = np.histogram(x, bins=n, range=(first * width, last * width))[0].astype(float)
          zero = -first
          if 0 <= zero < n - 1: inside[zero] = min(inside[zero], inside[zero + 1])
          p = inside.copy()
          p[0] += (x < first * width).sum(); p[-1] += (x > last * width).sum()
          edges = [0] + [1 + i * (n - 2) // 256 for i in range(257)] + [n]
          q = np.zeros(n)
          for s in range(258):
              part = inside[edges[s]:edges[s + 1]]
              if (part > 0).any(): q[edges[s]:edges[s + 1]] = np.where(part > 0, part.sum() / (part > 0).sum(), 0)
          q /= inside.sum()
          p /= p.sum()
          m = p > 0
          return (p[m] * np.log(p[m] / np.where(q[m] > 0, q[m], 1e-9))).sum()
      best = min(divergence(lo * s / 40, hi * s / 40) for s in range(20, 41))
      print(divergence(given[0], given[1]), best)
      """, values, [range.lower, range.upper, histogram.width])
    #expect(found[0] <= found[1] * 1.02 + 1e-6, "ours \(found[0]), the best \(found[1])")
  }
}
