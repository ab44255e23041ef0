import Network

extension MemoryPlan {
  /// Puts what a convolution adds to a residual into the residual's own memory, where nothing reads that afterwards: a
  /// kernel reads a residual's pixel just before it writes the sum, and a map that would not fit into the core's own
  /// cache twice is then there once.
  ///
  /// - Parameter kept: values that must survive to the end of a run.
  static func overwriteResiduals(
    _ operations: [QuantizedOperation], layouts: [ValueLayout], kept: Set<Int>, in places: inout [ValuePlace]
  ) {
    var lastRead = [Int](repeating: -1, count: places.count)
    for (index, operation) in operations.enumerated() {
      for input in operation.inputs { lastRead[input] = index }
    }
    for value in kept { lastRead[value] = operations.count }
    for (index, operation) in operations.enumerated() {
      guard case .convolution(let convolution) = operation, !convolution.isDepthwise,
        let residual = convolution.residual, places[convolution.output].root == convolution.output
      else { continue }
      let root = places[residual].root
      let together = places.indices.filter { places[$0].root == root }
      guard places[convolution.input].root != root, !together.contains(where: { lastRead[$0] > index }),
        layouts[residual] == layouts[convolution.output]
      else { continue }
      places[convolution.output] = places[residual]
    }
  }
}
