import Foundation

/// A network's numbers for its classes.
enum ClassScores {
  /// Softmax, in double precision and one order of summation: the same on every machine's kernels.
  static func probabilities(_ logits: [Float]) -> [Float] {
    guard let greatest = logits.max(), greatest.isFinite else { return logits.map { _ in 0 } }
    let exponentials = logits.map { exp(Double($0) - Double(greatest)) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { Float($0 / sum) }
  }

  /// The class with the greatest score; the first among equals.
  static func best(_ scores: [Float]) -> Int {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return best
  }

  /// The classes with the greatest scores, best first; the first among equals.
  static func highest(_ scores: [Float], _ count: Int) -> [Int] {
    Array(scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(count))
  }

  /// Of two vectors of one length, in double precision; 1 for two of zeros, 0 for one.
  static func cosine(_ left: [Float], _ right: [Float]) -> Double {
    var (dot, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (a, b) in zip(left, right) {
      dot += Double(a) * Double(b)
      leftSquares += Double(a) * Double(a)
      rightSquares += Double(b) * Double(b)
    }
    if leftSquares == 0 && rightSquares == 0 { return 1 }
    guard leftSquares > 0, rightSquares > 0 else { return 0 }
    return dot / (leftSquares.squareRoot() * rightSquares.squareRoot())
  }
}
