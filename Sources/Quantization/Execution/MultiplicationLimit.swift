import CKernels
import Network

/// How many 8-bit products this processor's instructions can do.
public enum MultiplicationLimit {
  private static let repetitions: UInt64 = 4_000_000
  private static let rounds = 5

  /// - Returns: products a second of one thread, the best of some rounds: registers only, no memory.
  public static func measure(_ instructionSet: InstructionSet) -> Double {
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<rounds {
      var products: UInt64 = 0
      let parts = clock.measure {
        products = synoptic_int8_limit(instructionSet.kernelSet, repetitions)
      }.components
      let seconds = Double(parts.seconds) + Double(parts.attoseconds) / 1e18
      best = max(best, Double(products) / seconds)
    }
    return best
  }
}
