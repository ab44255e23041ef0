import CKernels
import Network

/// Rounding weights so that their errors cancel at the layer's output, rather than each to its nearest step.
///
/// With H = R'R the second moments of the layer's input, the squared error of an output is |R (w - q)|². Solving for
/// one weight after another, each takes up what the errors of those before it leave.
/// Source: Frantar et al. 2023, "GPTQ", in the equivalent form of Babai's nearest plane, which needs no inverse.
struct AdaptiveRounding {
  /// Longer filters are left alone: factoring takes the cube of this.
  static let longestFilter = 1536
  /// Of the mean diagonal, added to it: what the samples can't tell is not to be relied on.
  private static let damping: Float = 0.01

  private let count: Int
  /// Row k: R[k][j] / R[k][k] for j > k, in the order of `order`.
  private let factor: [Float]
  /// Weights by rising energy of their input; the last is rounded first.
  private let order: [Int]

  /// - Parameters:
  ///   - rows: samples of the input, `count` values each.
  /// - Returns: nil where the samples tell nothing.
  init?(rows: [Float], count: Int) {
    let samples = count > 0 ? rows.count / count : 0
    guard (2...Self.longestFilter).contains(count), samples > 1 else { return nil }
    var energies = [Float](repeating: 0, count: count)
    for sample in 0..<samples {
      for index in 0..<count {
        energies[index] += rows[sample &* count &+ index] * rows[sample &* count &+ index]
      }
    }
    let mean = energies.reduce(0, +) / Float(count)
    guard mean > 0, mean.isFinite else { return nil }
    let order = energies.indices.sorted { (energies[$0], $0) < (energies[$1], $1) }

    var columns = [Float](repeating: 0, count: rows.count)
    for (place, index) in order.enumerated() {
      for sample in 0..<samples { columns[place &* samples &+ sample] = rows[sample &* count &+ index] }
    }
    var moments = [Float](repeating: 0, count: count * count)
    columns.withUnsafeBufferPointer { columns in
      moments.withUnsafeMutableBufferPointer { moments in
        guard let source = columns.baseAddress, let target = moments.baseAddress else { return }
        synoptic_float_dense(InstructionSet.best.kernelSet, source, source, target, count, samples, count)
      }
    }
    for index in 0..<count { moments[index &* count &+ index] += Self.damping * mean }
    guard Self.factorize(&moments, count) else { return nil }
    self.count = count
    self.order = order
    factor = moments
  }

  /// Cholesky in place, upper triangle, each row divided by its diagonal.
  private static func factorize(_ matrix: inout [Float], _ count: Int) -> Bool {
    matrix.withUnsafeMutableBufferPointer { matrix in
      for k in 0..<count {
        let row = k &* count
        let pivot = matrix[row &+ k]
        guard pivot > 0, pivot.isFinite else { return false }
        for i in (k &+ 1)..<max(count, k &+ 1) {
          let share = matrix[row &+ i] / pivot
          guard share != 0 else { continue }
          let other = i &* count
          for j in i..<count { matrix[other &+ j] -= share * matrix[row &+ j] }
        }
        let inverse = 1 / pivot
        for j in (k &+ 1)..<max(count, k &+ 1) { matrix[row &+ j] *= inverse }
      }
      return true
    }
  }

  /// - Parameters:
  ///   - weights: rows of `count` weights.
  ///   - scales: one a row.
  func round(_ weights: ArraySlice<Float>, scales: ArraySlice<Float>) -> [Int8] {
    var result = [Int8](repeating: 0, count: weights.count)
    let first = weights.startIndex
    var errors = [SIMD16<Float>](repeating: .zero, count: count)
    for start in stride(from: 0, to: scales.count, by: 16) {
      let lanes = min(16, scales.count - start)
      var scale = SIMD16<Float>(repeating: 1)
      for lane in 0..<lanes { scale[lane] = scales[scales.startIndex + start + lane] }
      let inverse = 1 / scale
      for k in (0..<count).reversed() {
        var real = SIMD16<Float>.zero
        for lane in 0..<lanes { real[lane] = weights[first + (start + lane) * count + order[k]] }
        var wanted = real
        let row = k &* count
        factor.withUnsafeBufferPointer { factor in
          errors.withUnsafeBufferPointer { errors in
            for j in (k &+ 1)..<max(count, k &+ 1) { wanted += factor[row &+ j] * errors[j] }
          }
        }
        var steps = (wanted * inverse).rounded(.toNearestOrEven)
        steps.clamp(lowerBound: SIMD16(repeating: -127), upperBound: SIMD16(repeating: 127))
        errors[k] = real - steps * scale
        for lane in 0..<lanes where steps[lane].isFinite {
          result[(start + lane) * count + order[k]] = Int8(steps[lane])
        }
      }
    }
    return result
  }
}
