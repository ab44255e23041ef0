import Foundation

/// Probabilities from scores, with the largest score taken off first so that no exponential overflows.
public func softmax(_ scores: [Float]) -> [Float] {
  var probabilities = scores
  let count = scores.count
  scores.withUnsafeBufferPointer { scores in
    probabilities.withUnsafeMutableBufferPointer { probabilities in
      if let source = scores.baseAddress, let target = probabilities.baseAddress {
        softmax(source, target, count: count)
      }
    }
  }
  return probabilities
}

func softmax(_ scores: UnsafePointer<Float>, _ probabilities: UnsafeMutablePointer<Float>, count: Int) {
  var largest = -Float.infinity
  for index in 0..<count { largest = max(largest, scores[index]) }
  var sum: Float = 0
  for index in 0..<count {
    probabilities[index] = expf(scores[index] - largest)
    sum += probabilities[index]
  }
  for index in 0..<count { probabilities[index] /= sum }
}
