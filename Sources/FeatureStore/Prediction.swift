import Foundation

/// One of the classes that a network finds most probable for an image.
public struct Prediction: Sendable, Hashable {
  /// Position among the network's outputs, 0...65,535.
  public let classIndex: Int
  /// 0...1.
  public let probability: Float

  /// Nil where the class index or the probability is out of range.
  public init?(classIndex: Int, probability: Float) {
    guard (0...0xffff).contains(classIndex), (0...1).contains(probability) else { return nil }
    self.classIndex = classIndex
    self.probability = probability
  }

  /// The k most probable classes, best first; among equals the lower index first.
  public static func best(_ k: Int, of probabilities: [Float]) -> [Prediction] {
    var best: [Int] = []
    guard k > 0 else { return [] }
    // Most classes are less probable than the k in hand, which one look tells.
    for index in probabilities.indices {
      if best.count == k, let last = best.last, !(probabilities[index] > probabilities[last]) { continue }
      let place = best.firstIndex { probabilities[index] > probabilities[$0] } ?? best.count
      best.insert(index, at: place)
      if best.count > k { best.removeLast() }
    }
    return best.compactMap {
      Prediction(classIndex: $0, probability: min(1, max(0, probabilities[$0])))
    }
  }

  var millionths: Int { Int((probability * 1_000_000).rounded()) }

  /// Six bytes each: five classes in one blob take 30 where five rows with their keys would take 150.
  static func pack(_ predictions: [Prediction]) -> Data {
    var bytes = Data(capacity: predictions.count * 6)
    for prediction in predictions {
      withUnsafeBytes(of: UInt16(truncatingIfNeeded: prediction.classIndex).littleEndian) {
        bytes.append(contentsOf: $0)
      }
      withUnsafeBytes(of: prediction.probability.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func unpack(_ data: Data) throws -> [Prediction] {
    let bytes = [UInt8](data)
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: bytes.count - 5, by: 6) {
      let classIndex = Int(bytes[start]) | Int(bytes[start + 1]) << 8
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + 2 + $1]) << UInt32(8 * $1) }
      guard let prediction = Prediction(classIndex: classIndex, probability: Float(bitPattern: bits)) else {
        throw StoreError.damagedRow(table: "prediction", reason: "class \(classIndex) is no probability")
      }
      predictions.append(prediction)
    }
    guard bytes.count == predictions.count * 6 else {
      throw StoreError.damagedRow(table: "prediction", reason: "\(bytes.count) bytes of classes")
    }
    return predictions
  }
}
