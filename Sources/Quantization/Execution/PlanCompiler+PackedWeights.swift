/// A constant that a compiled file keeps, so that it need not be made again.
struct PackedWeights: Sendable {
  /// The value that the convolution makes.
  var output: Int
  var kind: PackedSection.Kind
  var byteCount: Int
  /// Its number among the plan's constants.
  var constant: Int
}

extension PlanCompiler {
  /// Weights in a kernel's order: from the compiled file if it has them, else packed from the portable ones once the
  /// constants' size is known.
  mutating func packedWeights(_ order: WeightOrder, of convolution: QuantizedConvolution) -> Int {
    // A mosaic's convolutions are the head's as well.
    let made = weights.first {
      $0.output == convolution.output && $0.kind == order.kind && $0.byteCount == order.byteCount
    }
    if let made { return made.constant }
    let constant: Int
    if let address = packed?.address(
      of: order.kind, output: convolution.output, byteCount: order.byteCount)
    {
      constant = constants.append(mapped: address)
    } else {
      constant = constants.append(byteCount: order.byteCount) { [network] target in
        network.withInt8s(convolution.weights) { order.fill($0, target) }
      }
    }
    weights.append(
      PackedWeights(
        output: convolution.output, kind: order.kind, byteCount: order.byteCount, constant: constant))
    return constant
  }

  /// See `QuantizedNetwork.weightSums`; from the compiled file if it has them: all weights would have to be read.
  mutating func weightSums(of convolution: QuantizedConvolution, channels: Int, perChannel: Int) -> [Int32] {
    let byteCount = 2 * channels * MemoryLayout<Int32>.stride
    let sums: [Int32]
    if let address = packed?.address(of: .sums, output: convolution.output, byteCount: byteCount) {
      sums = Array(
        UnsafeBufferPointer(start: address.assumingMemoryBound(to: Int32.self), count: 2 * channels))
    } else {
      sums = network.weightSums(convolution.weights, channels: channels, perChannel: perChannel)
    }
    if !weights.contains(where: { $0.output == convolution.output && $0.kind == .sums }) {
      weights.append(
        PackedWeights(
          output: convolution.output, kind: .sums, byteCount: byteCount, constant: constants.append(sums)))
    }
    return sums
  }
}
