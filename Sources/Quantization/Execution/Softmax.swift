import Foundation

/// Probabilities from scores, with the largest score taken off first so that no exponential overflows.
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
