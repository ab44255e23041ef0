/// From the portable order of weights to the one the kernels read.
enum WeightPacking {
  /// [output channel][input channel][taps] to [output block][input block][tap][quad][16 outputs][4 inputs],
  /// with zeros for the channels that fill up a block.
  ///
  /// - Parameter block: channels of an input block, 16 or 4.
  static func dense(_ weights: [Int8], outputs: Int, inputs: Int, taps: Int, block: Int) -> [Int8] {
    let outputBlocks = (outputs + 15) / 16
    let inputBlocks = (inputs + block - 1) / block
    let step = block * 16
    var packed = [Int8](repeating: 0, count: outputBlocks * inputBlocks * taps * step)
    packed.withUnsafeMutableBufferPointer { packed in
      weights.withUnsafeBufferPointer { weights in
        for output in 0..<outputs {
          for input in 0..<inputs {
            let lane = (input % block / 4 * 16 + output % 16) * 4 + input % 4
            let first = (output / 16 * inputBlocks + input / block) * taps
            let source = (output &* inputs &+ input) &* taps
            for tap in 0..<taps { packed[(first &+ tap) &* step &+ lane] = weights[source &+ tap] }
          }
        }
      }
    }
    return packed
  }

  /// [channel][row][column] to [block][row][group of 4 columns][16 channels][4 columns].
  static func depthwise(_ weights: [Int8], channels: Int, height: Int, width: Int) -> [Int8] {
    let groups = (width + 3) / 4
    var packed = [Int8](repeating: 0, count: (channels + 15) / 16 * height * groups * 64)
    for channel in 0..<channels {
      for row in 0..<height {
        for column in 0..<width {
          let group = (channel / 16 * height + row) * groups + column / 4
          packed[group * 64 + channel % 16 * 4 + column % 4] =
            weights[(channel * height + row) * width + column]
        }
      }
    }
    return packed
  }
}
