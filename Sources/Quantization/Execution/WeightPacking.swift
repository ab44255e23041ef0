import CKernels

/// The sizes of a dense convolution's weights in their portable order, [outputs][inputs][taps].
struct DenseWeightShape: Sendable {
  var outputs: Int
  var inputs: Int
  var taps: Int
}

extension DenseWeightShape {
  init(_ convolution: QuantizedConvolution, _ values: [QuantizedValue]) {
    outputs = values[convolution.output].shape.channels
    inputs = values[convolution.input].shape.channels
    taps = convolution.window.kernelHeight * convolution.window.kernelWidth
  }

  /// Whether Winograd's weights are kept as taps. Transformed ones of more than a few megabytes come from memory: 9 to
  /// 19 MB that one strip of tiles alone reads cost more than transforming an eighth of that (3 to 8 % of a layer at
  /// 13x13 and 14x14, measured cold). Over a mosaic's tiles they are read fast enough: 5 to 10 % better there.
  func transformsWhenUsed(over output: MapShape) -> Bool {
    output.winogradTiles <= 25 && inputs * outputs * 72 > 6 << 20
  }
}

/// How a convolution's weights get into a kernel's order.
struct WeightOrder {
  var kind: PackedSection.Kind
  var byteCount: Int
  /// From the portable weights into `byteCount` bytes of zeros.
  var fill: @Sendable (_ weights: UnsafePointer<Int8>, _ target: UnsafeMutableRawPointer) -> Void
}

/// From the portable order of weights to the one the kernels read.
enum WeightPacking {
  /// [output channel][input channel][taps] to
  /// [output block][group of input blocks][tap][input block][quad][16 outputs][4 inputs], with zeros for the channels
  /// that fill up a block.
  ///
  /// - Parameters:
  ///   - block: channels of an input block, 16 or 4.
  ///   - together: input blocks of a group.
  static func dense(_ shape: DenseWeightShape, block: Int, together: Int = 1) -> WeightOrder {
    let inputBlocks = (shape.inputs + block - 1) / block
    let blocks = (shape.outputs + 15) / 16 * inputBlocks
    let kind: PackedSection.Kind =
      block == 4 ? .dense4 : together == 1 ? .dense16 : together == inputBlocks ? .dense16All : .dense16Fours
    return WeightOrder(kind: kind, byteCount: blocks * shape.taps * block * 16) { weights, target in
      synoptic_int8_pack_convolution(
        weights, UInt32(shape.outputs), UInt32(shape.inputs), UInt32(shape.taps), UInt32(block),
        UInt32(together), target.assumingMemoryBound(to: Int8.self))
    }
  }

  /// [output channel][3][row][column] for an image whose pixels are three bytes: to
  /// [output block][row][quad of a row's bytes][16 outputs][4 bytes].
  static func colors(_ window: Window, outputs: Int) -> WeightOrder {
    let quads = window.kernelHeight * ((window.kernelWidth * 3 + 3) / 4)
    return WeightOrder(kind: .colors, byteCount: (outputs + 15) / 16 * quads * 64) { weights, target in
      synoptic_int8_pack_color_convolution(
        weights, UInt32(outputs), UInt32(window.kernelHeight), UInt32(window.kernelWidth),
        target.assumingMemoryBound(to: Int8.self))
    }
  }

  /// 3x3 taps for Winograd's F(4x4, 3x3): transformed, in 16 bits, or as they are, to be transformed when used.
  static func winograd(_ shape: DenseWeightShape, transformed: Bool) -> WeightOrder {
    let (inputs, outputs) = (UInt32(shape.inputs), UInt32(shape.outputs))
    let filters = synoptic_int8_winograd_filter_count(inputs, outputs)
    if transformed {
      return WeightOrder(kind: .winograd, byteCount: filters * 36 * 2) { weights, target in
        synoptic_int8_winograd_transform_weights(
          weights, inputs, outputs, target.assumingMemoryBound(to: Int16.self))
      }
    }
    return WeightOrder(kind: .winogradTaps, byteCount: filters * 9) { weights, target in
      synoptic_int8_winograd_pack_weights(
        weights, inputs, outputs, target.assumingMemoryBound(to: Int8.self))
    }
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
