import CKernels
import Testing

/// The scalar reference against the arithmetic written out once more, on numbers small enough to follow.
@Suite("Scalar int8 kernels do what their header says")
struct ScalarDefinitionTests {
  @Test("a 1x1 convolution of two channels: bias, scale, zero point, rounding half to even")
  func pointwise() {
    // (10 * 2 - 3 * 5 + 6) * 0.5 + 100 = 105.5, and half goes to the even 106.
    let output = Self.pointwise { $0.zero_point = 100 }
    #expect(output[0] == 106)
    #expect(output[1] == 100)
  }

  @Test("a product rounded by itself: half goes to the even number before the zero point is added")
  func roundedProduct() {
    // 5.5 becomes 6; with 101 in it, 106.5 would become 106.
    let output = Self.pointwise {
      $0.rounds_product = true
      $0.zero_point_after = 101
    }
    #expect(output[0] == 107)
    #expect(output[1] == 101)
    #expect(Self.pointwise { $0.zero_point = 101 }[0] == 106)
  }

  private static func pointwise(_ finish: (inout synoptic_int8_requantization) -> Void) -> [UInt8] {
    // One pixel, two live input channels (10, 3), one live output channel with weights (2, -5) and bias 6.
    var input = [UInt8](repeating: 0, count: 16 + Int(SYNOPTIC_INT8_SLACK))
    input[0] = 10
    input[1] = 3
    var weights = [Int8](repeating: 0, count: 256)
    weights[0] = 2
    weights[1] = -5
    var bias = [Int32](repeating: 0, count: 16)
    bias[0] = 6
    let scale = [Float](repeating: 0.5, count: 16)
    var offset: Int32 = 0
    var output = [UInt8](repeating: 0, count: 16)
    var call = synoptic_int8_convolution()
    call.pixel_step = 16
    call.step_count = 1
    call.quads = 4
    call.rows = 1
    call.columns = 1
    call.blocks = 1
    call.requantization.upper = 255
    finish(&call.requantization)
    input.withUnsafeBufferPointer {
      call.input = $0.baseAddress
      weights.withUnsafeBufferPointer {
        call.weights = $0.baseAddress
        bias.withUnsafeBufferPointer {
          call.requantization.bias = $0.baseAddress
          scale.withUnsafeBufferPointer {
            call.requantization.scale = $0.baseAddress
            withUnsafePointer(to: &offset) {
              call.tap_offsets = $0
              output.withUnsafeMutableBufferPointer {
                call.output = $0.baseAddress
                synoptic_int8_convolve(SYNOPTIC_SCALAR, &call)
              }
            }
          }
        }
      }
    }
    return output
  }

  @Test("a maximum looks only at positions inside the map, whatever the padding")
  func maximumAtTheEdge() {
    // A 2x2 map of one block; a 3x3 window with padding 1 at every position sees all four pixels.
    var input = [UInt8](repeating: 0, count: 2 * 2 * 16)
    for (pixel, value) in [7, 3, 9, 1].enumerated() { input[pixel * 16] = UInt8(value) }
    var output = [UInt8](repeating: 0, count: 2 * 2 * 16)
    var call = pooling2x2()
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        call.input = input.baseAddress
        call.output = output.baseAddress
        synoptic_int8_pool_maximum(&call)
      }
    }
    #expect((0..<4).map { output[$0 * 16] } == [9, 9, 9, 9])
  }

  @Test("an average divides by the positions inside the map, or by the window where padding counts")
  func averageAtTheEdge() {
    var input = [UInt8](repeating: 0, count: 2 * 2 * 16)
    for (pixel, value) in [8, 4, 12, 0].enumerated() { input[pixel * 16] = UInt8(value) }
    var output = [UInt8](repeating: 0, count: 2 * 2 * 16)
    for (includesPadding, expected) in [(false, UInt8(6)), (true, 3)] {
      var call = pooling2x2()
      call.scale = 1
      call.includes_padding = includesPadding
      input.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          call.input = input.baseAddress
          call.output = output.baseAddress
          synoptic_int8_pool_average(&call)
        }
      }
      #expect(output[0] == expected)
    }
  }

  /// A 3x3 window with padding 1 over a 2x2 map of one block.
  private func pooling2x2() -> synoptic_int8_pooling {
    var call = synoptic_int8_pooling()
    call.input_row = 32
    call.input_plane = 64
    call.input_height = 2
    call.input_width = 2
    call.kernel_height = 3
    call.kernel_width = 3
    call.stride_height = 1
    call.stride_width = 1
    call.dilation_height = 1
    call.dilation_width = 1
    call.pad_top = 1
    call.pad_left = 1
    call.output_row = 32
    call.output_plane = 64
    call.rows = 2
    call.columns = 2
    call.blocks = 1
    return call
  }
}
