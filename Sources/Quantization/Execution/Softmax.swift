import Foundation

/// Probabilities from scores, pixel by pixel, with the largest score taken off first so that no exponential overflows.
///
/// Both are in blocks of 16 channels, [block][pixel][16].
///
/// - Parameters:
///   - pixels: of a map.
///   - used: how many of them are computed, from the first on.
func softmax(
  _ scores: UnsafePointer<Float>, _ probabilities: UnsafeMutablePointer<Float>, channels: Int, pixels: Int,
  used: Int
) {
  for pixel in 0..<used {
    func place(_ channel: Int) -> Int { (channel / 16 * pixels + pixel) * 16 + channel % 16 }
    var largest = -Float.infinity
    for channel in 0..<channels { largest = max(largest, scores[place(channel)]) }
    var sum: Float = 0
    for channel in 0..<channels {
      let exponential = expf(scores[place(channel)] - largest)
      probabilities[place(channel)] = exponential
      sum += exponential
    }
    for channel in 0..<channels { probabilities[place(channel)] /= sum }
  }
}
