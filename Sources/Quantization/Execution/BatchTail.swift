import Network

/// The dense layers at a network's end, for several images at once: an image's own run through them is no more than
/// reading their weights from memory, of which a large classifier has a hundred megabytes.
///
/// What an image gives to them waits in a slot of its own; their maps, of one pixel an image, lie side by side, so that
/// the same kernels compute them as one row.
struct BatchTail: Sendable {
  /// As many as the dense kernels' widest tile has pixels.
  static let images = 8
  /// Weights that one core's own cache holds are read as fast for each image again.
  private static let fewestWeights = 1 << 20

  /// The value that the tail reads.
  let input: Int
  /// The tail's own operations on maps of one row, a pixel an image.
  let network: QuantizedNetwork
  /// The operations before it.
  let headOperations: [QuantizedOperation]

  /// - Returns: nil where the network does not end in large dense layers.
  init?(_ network: QuantizedNetwork, _ operations: [QuantizedOperation]) {
    let values = network.structure.values
    guard let start = Self.start(operations, values), case .convolution(let first) = operations[start] else {
      return nil
    }
    input = first.input
    headOperations = Array(operations[..<start])
    var tail = network
    tail.structure.input = input
    tail.structure.operations = Array(operations[start...])
    for output in tail.structure.operations.flatMap(\.outputs) {
      tail.structure.values[output].shape.width = Self.images
    }
    self.network = tail
  }

  /// The earliest operation from which on all can run on rows of images, reading only one value from before.
  private static func start(_ operations: [QuantizedOperation], _ values: [QuantizedValue]) -> Int? {
    var made: Set<Int> = []
    var read: Set<Int> = []
    var weights = 0
    var start: Int?
    for index in operations.indices.reversed().dropLast() {
      let operation = operations[index]
      guard isPixelwise(operation, values) else { break }
      made.formUnion(operation.outputs)
      read.formUnion(operation.inputs)
      if case .convolution(let convolution) = operation {
        weights += convolution.weights.count
        let outside = read.subtracting(made) == [convolution.input]
        let readers = operations[index...].filter { $0.inputs.contains(convolution.input) }
        if outside, readers.count == 1, convolution.residual == nil, weights >= fewestWeights {
          start = index
        }
      }
    }
    return start
  }

  /// Whether each output pixel is made of all of a map, or of one pixel: maps of one pixel, side by side, stay apart.
  private static func isPixelwise(_ operation: QuantizedOperation, _ values: [QuantizedValue]) -> Bool {
    guard operation.outputs.allSatisfy({ values[$0].shape.isVector && !values[$0].isRowMajor }) else {
      return false
    }
    switch operation {
    case .convolution(let convolution):
      let shape = values[convolution.input].shape
      let window = convolution.window
      return !convolution.isDepthwise && window.kernelHeight == shape.height
        && window.kernelWidth == shape.width && window.padTop == 0 && window.padLeft == 0
    case .add, .lookup, .softmax: return operation.inputs.allSatisfy { values[$0].shape.isVector }
    default: return false
    }
  }
}

extension MapShape {
  fileprivate var isVector: Bool { height == 1 && width == 1 }
}
