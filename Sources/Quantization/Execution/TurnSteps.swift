import Network

/// The last steps before a network's dense layers, where they take about as long as their weights take to come from
/// memory: several images then go through them in turns, a step at a time, so that the first image's turn brings a
/// step's weights into the core's own cache and the others find them there.
struct TurnSteps: Sendable {
  /// As many images as take turns: of more the maps would drive the weights out.
  static let images = 4
  /// Weights of a step that stay in the cache beside the maps; of more a share of the channels is run at a time.
  static let cachedWeights = 5 << 18
  /// Fewer, of all steps, stay in the cache from one image to the next, or nearly.
  private static let fewestWeights = 1 << 20
  private static let largestMap = 256

  /// The value that alone is read of those made before.
  let input: Int
  /// The first of the operations, and of the part's steps.
  let operation: Int
  var first = 0

  /// - Parameter kept: values that a run gives, or gives to the next part.
  /// - Returns: nil where a network has no such end.
  init?(_ operations: [QuantizedOperation], _ values: [QuantizedValue], kept: Set<Int>) {
    var made: Set<Int> = []
    var read: Set<Int> = []
    var weights = 0
    var found: (input: Int, operation: Int)?
    for index in operations.indices.reversed().dropLast() {
      let operation = operations[index]
      guard let own = Self.weights(of: operation, values) else { break }
      weights += own
      made.formUnion(operation.outputs)
      read.formUnion(operation.inputs)
      let outside = read.subtracting(made)
      if own > 0, weights >= Self.fewestWeights, kept.isSubset(of: made), outside.count == 1,
        let input = outside.first
      {
        found = (input, index)
      }
    }
    guard let found else { return nil }
    (input, operation) = found
  }

  /// How many shares of its channels a step is run in.
  static func shares(of step: PlanStep) -> Int {
    guard case .convolution(let step) = step else { return 1 }
    let call = step.call.arguments
    let weights = Int(call.blocks) * call.step_count * Int(call.quads) * 64
    return weights > cachedWeights ? (weights + cachedWeights - 1) / cachedWeights : 1
  }

  /// - Returns: nil for an operation that is not for turns: a convolution whose outputs, of all images, are more than its
  ///   weights, or what has large maps.
  private static func weights(of operation: QuantizedOperation, _ values: [QuantizedValue]) -> Int? {
    let outputs = operation.outputs.map { values[$0].shape }
    guard outputs.allSatisfy({ $0.height * $0.width <= largestMap }) else { return nil }
    guard case .convolution(let convolution) = operation, !convolution.isDepthwise else { return 0 }
    let maps = outputs.reduce(0) { $0 + $1.count }
    return convolution.weights.count >= images * maps ? convolution.weights.count : nil
  }
}
