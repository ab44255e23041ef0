import CKernels
import Network

/// Which dense convolutions are run together with the depthwise one that alone reads them: a few blocks of channels at
/// a time are expanded, filtered, and overwritten by the next ones.
///
/// An inverted bottleneck (Sandler et al. 2018, "MobileNetV2") expands to many times the channels, which may be more
/// than a core's own cache; a depthwise convolution needs none but its own. What is expanded is then never as a whole
/// in memory, and only a few blocks need a border.
struct ExpansionFusion: Sendable {
  /// Index of the expanding convolution's operation to the blocks expanded at a time.
  private(set) var groups: [Int: Int] = [:]

  /// Blocks of output channels in the dense kernels' widest tile.
  private static let tileBlocks = 3

  /// - Parameter kept: values that must survive to the end of a run.
  init(
    _ operations: [QuantizedOperation], layouts: [ValueLayout], places: [ValuePlace], kept: Set<Int>,
    instructionSet: InstructionSet
  ) {
    var readers = [Int](repeating: 0, count: layouts.count)
    for operation in operations { for input in operation.inputs { readers[input] += 1 } }
    for index in operations.indices.dropLast() {
      guard case .convolution(let expansion) = operations[index], !expansion.isDepthwise,
        case .convolution(let depthwise) = operations[index + 1], depthwise.isDepthwise,
        !expansion.window.isWinogradShaped, depthwise.input == expansion.output,
        depthwise.residual != expansion.output,
        readers[expansion.output] == 1, !kept.contains(expansion.output),
        places[expansion.output].root == expansion.output
      else { continue }
      let output = layouts[expansion.output].shape
      let gathersPixels = synoptic_int8_gathers_pixels(
        instructionSet.kernelSet, layouts[expansion.input].blocks * 4, output.height * output.width)
      guard !gathersPixels, layouts[expansion.output].blocks > Self.tileBlocks else { continue }
      groups[index] = Self.tileBlocks
    }
  }
}

/// The kernels of an `ExpansionFusion`, called in turn for every group of blocks.
struct ExpandedDepthwise: Sendable {
  var expansion: ConvolutionStep<synoptic_int8_convolution>
  var depthwise: ConvolutionStep<synoptic_int8_depthwise>
  /// Elements of what is expanded.
  var expandedCount: Int
  /// Blocks of 16 channels at a time.
  var group: Int
}

extension synoptic_int8_convolution {
  /// To weights and constants of later blocks of output channels; the output stays where it is.
  mutating func advance(blocks count: Int) {
    weights += count * step_count * Int(quads) * 64
    requantization.advance(blocks: count)
  }
}

extension synoptic_int8_depthwise {
  /// To weights, constants and output of later blocks; the input stays where it is.
  mutating func advance(blocks count: Int) {
    weights += count * Int(kernel_height) * Int((kernel_width + 3) / 4) * 64
    output += count * output_plane
    requantization.advance(blocks: count)
  }
}
