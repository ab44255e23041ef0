import CKernels
import Testing

/// A 3x3 convolution of stride 1 run by Winograd's kernel and by the direct definition.
struct WinogradCase: Sendable, CustomStringConvertible {
  /// What the activations are.
  enum Activations: Sendable, CaseIterable {
    case random
    /// Only 0 and 255, which makes the sums of the transformed products as large as they get.
    case extreme
  }

  var inputs = 16
  var outputs = 16
  var size = (height: 8, width: 8)
  var hasResidual = false
  var activations = Activations.random
  /// Whether weights are transformed beforehand.
  var isTransformed = true

  var description: String {
    "\(inputs)->\(outputs) to \(size.height)x\(size.width)\(hasResidual ? " +residual" : "") \(activations)"
      + (isTransformed ? "" : " from taps")
  }

  struct Outputs {
    var direct: [UInt8]
    var winograd: [UInt8]
  }

  /// - Returns: the outputs of the scalar definition and of Winograd's kernel, with guard bytes behind.
  func run(_ set: synoptic_instruction_set) -> Outputs {
    var random = RandomBytes(seed: inputs &* 31 &+ outputs)
    let inputBlocks = (inputs + 15) / 16
    let outputBlocks = (outputs + 15) / 16
    let row = (size.width + 2) * 16
    let plane = (size.height + 2) * row
    var input = random.bytes(inputBlocks * plane + 3 * row + Int(SYNOPTIC_INT8_SLACK))
    if activations == .extreme { input = input.map { $0 < 128 ? 0 : 255 } }
    let weights = random.weights(inputs * outputs * 9)
    let outputPlane = size.height * size.width * 16
    let residual = random.bytes(outputBlocks * outputPlane + Int(SYNOPTIC_INT8_SLACK))
    let bias = (0..<outputBlocks * 16).map { _ in Int32.random(in: -20_000...20_000, using: &random) }
    let scale = (0..<outputBlocks * 16).map { _ in
      Float.random(in: 0.5...1.5, using: &random) / (60 * Float(inputs * 9).squareRoot())
    }
    var requantization = synoptic_int8_requantization()
    requantization.zero_point = 100
    // Both ways to bytes.
    requantization.fits_words = size.width.isMultiple(of: 2)
    requantization.lower = requantization.fits_words ? 0 : 9
    requantization.upper = requantization.fits_words ? 255 : 241
    if !hasResidual, size.width.isMultiple(of: 3) {
      (requantization.rounds_product, requantization.fits_words) = (true, false)
      (requantization.zero_point, requantization.zero_point_after) = (0, 100)
    }
    requantization.residual_plane = outputPlane
    requantization.residual_row = size.width * 16
    requantization.residual_scale = 0.37
    let guardBytes = 64
    var outputs = Outputs(
      direct: [UInt8](repeating: 0xA5, count: outputBlocks * outputPlane + guardBytes),
      winograd: [UInt8](repeating: 0xA5, count: outputBlocks * outputPlane + guardBytes))
    bias.withUnsafeBufferPointer { bias in
      scale.withUnsafeBufferPointer { scale in
        residual.withUnsafeBufferPointer { residual in
          requantization.bias = bias.baseAddress
          requantization.scale = scale.baseAddress
          requantization.residual = hasResidual ? residual.baseAddress : nil
          input.withUnsafeBufferPointer { input in
            runDirect(input.baseAddress!, row, plane, weights, requantization, &outputs.direct)
            runWinograd(set, input.baseAddress!, row, plane, weights, requantization, &outputs.winograd)
          }
        }
      }
    }
    return outputs
  }

  private func runDirect(
    _ input: UnsafePointer<UInt8>, _ row: Int, _ plane: Int, _ weights: [Int8],
    _ requantization: synoptic_int8_requantization, _ output: inout [UInt8]
  ) {
    let inputBlocks = (inputs + 15) / 16
    let outputBlocks = (outputs + 15) / 16
    var packed = [Int8](repeating: 0, count: outputBlocks * inputBlocks * 9 * 256)
    synoptic_int8_pack_convolution(weights, UInt32(outputs), UInt32(inputs), 9, 16, 1, &packed)
    let offsets = (0..<inputBlocks * 9).map { Int32($0 / 9 * plane + $0 % 9 / 3 * row + $0 % 3 * 16) }
    var call = synoptic_int8_convolution()
    call.input = input
    call.row_step = row
    call.pixel_step = 16
    call.step_count = offsets.count
    call.quads = 4
    call.output_row = size.width * 16
    call.output_plane = size.height * size.width * 16
    call.rows = UInt32(size.height)
    call.columns = UInt32(size.width)
    call.blocks = UInt32(outputBlocks)
    call.requantization = requantization
    offsets.withUnsafeBufferPointer { offsets in
      packed.withUnsafeBufferPointer { packed in
        output.withUnsafeMutableBufferPointer { output in
          call.tap_offsets = offsets.baseAddress
          call.weights = packed.baseAddress
          call.output = output.baseAddress
          synoptic_int8_convolve(SYNOPTIC_SCALAR, &call)
        }
      }
    }
  }

  private func runWinograd(
    _ set: synoptic_instruction_set, _ input: UnsafePointer<UInt8>, _ row: Int, _ plane: Int,
    _ weights: [Int8],
    _ requantization: synoptic_int8_requantization, _ output: inout [UInt8]
  ) {
    let inputBlocks = UInt32((inputs + 15) / 16)
    let filters = synoptic_int8_winograd_filter_count(UInt32(inputs), UInt32(outputs))
    var transformed = [Int16](repeating: 0, count: isTransformed ? filters * 36 : 0)
    var packed = [Int8](repeating: 0, count: isTransformed ? 0 : filters * 9)
    if isTransformed {
      synoptic_int8_winograd_transform_weights(weights, UInt32(inputs), UInt32(outputs), &transformed)
    } else {
      synoptic_int8_winograd_pack_weights(weights, UInt32(inputs), UInt32(outputs), &packed)
    }
    var call = synoptic_int8_winograd()
    call.transformed = isTransformed
    call.input = input
    call.input_row = row
    call.input_plane = plane
    call.input_blocks = inputBlocks
    call.output_row = size.width * 16
    call.output_plane = size.height * size.width * 16
    call.rows = UInt32(size.height)
    call.columns = UInt32(size.width)
    call.blocks = UInt32((outputs + 15) / 16)
    call.requantization = requantization
    var scratch = [UInt8](repeating: 0x5A, count: synoptic_int8_winograd_scratch_size(&call))
    let order =
      isTransformed ? transformed.withUnsafeBytes { Array($0) } : packed.withUnsafeBytes { Array($0) }
    order.withUnsafeBytes { order in
      scratch.withUnsafeMutableBytes { scratch in
        output.withUnsafeMutableBufferPointer { output in
          call.weights = order.baseAddress
          call.scratch = scratch.baseAddress
          call.output = output.baseAddress
          synoptic_int8_convolve_winograd(set, &call)
        }
      }
    }
  }
}

@Suite(
  "Winograd's 3x3 convolution gives the bytes of the direct one",
  .enabled(if: synoptic_int8_has_winograd(synoptic_best_instruction_set())))
struct WinogradTests {
  static let sizes = [(1, 1), (1, 9), (4, 4), (5, 6), (7, 7), (13, 13), (3, 100), (30, 31)]

  static let cases =
    transformedCases
    + transformedCases.map { shape in
      var shape = shape
      shape.isTransformed = false
      return shape
    }

  private static let transformedCases: [WinogradCase] =
    WinogradCase.Activations.allCases.flatMap { activations in
      [1, 16, 17, 32, 47, 48, 80, 128, 150].map {
        WinogradCase(inputs: $0, outputs: 24, activations: activations)
      }
        + [1, 16, 32, 48, 64, 65, 112, 144].map {
          WinogradCase(inputs: 20, outputs: $0, hasResidual: true, activations: activations)
        }
        + sizes.map {
          WinogradCase(inputs: 33, outputs: 70, size: $0, hasResidual: true, activations: activations)
        }
    }

  @Test("for any channels, sizes and residuals", arguments: cases)
  func equalsDirect(shape: WinogradCase) {
    let outputs = shape.run(synoptic_best_instruction_set())
    #expect(outputs.winograd == outputs.direct)
  }

  @Test("and the cases are not trivial")
  func casesAreNotTrivial() {
    #expect(
      Set(WinogradCase(inputs: 33, outputs: 70).run(synoptic_best_instruction_set()).direct).count > 100)
  }
}
