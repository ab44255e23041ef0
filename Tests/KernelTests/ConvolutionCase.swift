import CKernels

/// One shape of a convolution with random contents, to be run by any instruction set.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  var inputChannels = 16
  var outputChannels = 16
  var kernel = (height: 1, width: 1)
  var stride = 1
  var dilation = 1
  var size = (height: 5, width: 7)
  /// 16, or 4 for an image; 3 for one of three channels whose pixels are three bytes.
  var block = 16
  var hasResidual = false
  var writesFloats = false
  var epilogue = Epilogue.clamped

  enum Epilogue: String, CaseIterable {
    /// Bounds inside a byte's, and sums far beyond them.
    case clamped
    /// The clamp of a byte, and sums that lie within an int16 once they are scaled.
    case words
    /// As ONNX Runtime rounds; not with a residual.
    case roundedProduct
  }

  var description: String {
    "\(inputChannels)->\(outputChannels) \(kernel.height)x\(kernel.width) stride \(stride) dilation \(dilation) to "
      + "\(size.height)x\(size.width)\(block == 16 ? "" : " c\(block)")\(hasResidual ? " +residual" : "")"
      + (writesFloats ? " floats" : "") + (epilogue == .clamped ? "" : " \(epilogue)")
  }

  struct Output: Equatable {
    var bytes: [UInt8]
    var floats: [Float]
  }

  private var inputBlocks: Int { (inputChannels + block - 1) / block }
  /// Of four bytes, in a step.
  private var quads: Int { block == 16 ? 4 : 1 }
  private var outputBlocks: Int { (outputChannels + 15) / 16 }
  private var isLastBlockHalf: Bool { (1...8).contains(outputChannels % 16) }
  /// The order that some set would like best; every set must understand it.
  private var blocksTogether: Int {
    guard block == 16, dilation == 1 else { return 1 }
    return Int(
      synoptic_int8_blocks_together(
        SYNOPTIC_AMX, UInt32(inputBlocks), UInt32(kernel.height), UInt32(kernel.width)))
  }
  private var paddedHeight: Int { (size.height - 1) * stride + (kernel.height - 1) * dilation + 1 }
  private var paddedWidth: Int { (size.width - 1) * stride + (kernel.width - 1) * dilation + 1 }

  /// Runs the dense kernel.
  func dense(_ set: synoptic_instruction_set, seed: Int = 1) -> Output {
    var random = RandomBytes(seed: seed)
    let row = paddedWidth * block
    let plane = paddedHeight * row
    var offsets: [Int32] = []
    for group in Swift.stride(from: 0, to: inputBlocks, by: blocksTogether) {
      for y in 0..<kernel.height {
        for x in 0..<kernel.width {
          if block == 3, x * 4 >= kernel.width * 3 { break }
          for index in group..<group + blocksTogether {
            let pixel = block == 3 ? 4 : dilation * block
            offsets.append(Int32(index * plane + y * dilation * row + x * pixel))
          }
        }
      }
    }
    var call = synoptic_int8_convolution()
    call.blocks_together = UInt32(blocksTogether)
    call.kernel_height = UInt32(kernel.height)
    call.kernel_width = UInt32(kernel.width)
    call.input_row = row
    call.input_plane = plane
    call.row_step = row * stride
    call.pixel_step = block * stride
    call.step_count = offsets.count
    call.quads = UInt32(quads)
    call.output_row = size.width * 16
    call.output_plane = size.height * size.width * 16
    call.rows = UInt32(size.height)
    call.columns = UInt32(size.width)
    call.blocks = UInt32(outputBlocks)
    call.last_block_is_half = isLastBlockHalf
    let input = random.bytes(inputBlocks * plane + Int(SYNOPTIC_INT8_SLACK))
    var weights = random.weights(outputBlocks * offsets.count * quads * 64)
    if block == 16, blocksTogether == 1, (1...8).contains(inputChannels % 16) {
      call.half_steps = kernel.height * kernel.width
      for index in weights.indices where index / 256 % offsets.count >= offsets.count - call.half_steps {
        if index % 256 >= 128 { weights[index] = 0 }
      }
    }
    if isLastBlockHalf {
      for index in weights.indices.suffix(offsets.count * quads * 64) where index % 64 >= 32 {
        weights[index] = 0
      }
    }
    return withEpilogue(depth: offsets.count * quads * 4, &random) { requantization, bytes, floats in
      call.requantization = requantization
      call.output = bytes
      call.float_output = floats
      input.withUnsafeBufferPointer {
        call.input = $0.baseAddress
        offsets.withUnsafeBufferPointer {
          call.tap_offsets = $0.baseAddress
          weights.withUnsafeBufferPointer {
            call.weights = $0.baseAddress
            let size = synoptic_int8_convolve_scratch_size(set, &call)
            call.scratch = .allocate(byteCount: size, alignment: 64)
            defer { call.scratch.deallocate() }
            synoptic_int8_convolve(set, &call)
          }
        }
      }
    }
  }

  /// Runs the depthwise kernel over the input channels.
  ///
  /// - Parameter withoutVBMI: the AVX-512 kernels as older processors run them.
  func depthwise(_ set: synoptic_instruction_set, withoutVBMI: Bool = false, seed: Int = 1) -> Output {
    var random = RandomBytes(seed: seed)
    let row = paddedWidth * 16
    let plane = paddedHeight * row
    let windows = (kernel.width + 3) / 4
    var call = synoptic_int8_depthwise()
    call.input_row = row
    call.input_plane = plane
    call.kernel_height = UInt32(kernel.height)
    call.kernel_width = UInt32(kernel.width)
    call.stride_height = UInt32(stride)
    call.stride_width = UInt32(stride)
    call.dilation_height = UInt32(dilation)
    call.dilation_width = UInt32(dilation)
    call.output_row = size.width * 16
    call.output_plane = size.height * size.width * 16
    call.rows = UInt32(size.height)
    call.columns = UInt32(size.width)
    call.blocks = UInt32(outputBlocks)
    let input = random.bytes(outputBlocks * plane + Int(SYNOPTIC_INT8_SLACK))
    var weights = random.weights(outputBlocks * kernel.height * windows * 64)
    for index in weights.indices where index / 64 % windows * 4 + index % 4 >= kernel.width {
      weights[index] = 0
    }
    return withEpilogue(depth: kernel.height * kernel.width, &random) { requantization, bytes, _ in
      call.requantization = requantization
      call.output = bytes
      input.withUnsafeBufferPointer {
        call.input = $0.baseAddress
        weights.withUnsafeBufferPointer {
          call.weights = $0.baseAddress
          if withoutVBMI {
            synoptic_int8_convolve_depthwise_without_vbmi(&call)
          } else {
            synoptic_int8_convolve_depthwise(set, &call)
          }
        }
      }
    }
  }

  /// Random biases, scales that spread the results over the bytes and beyond (far beyond in every seventh channel, as
  /// one that is never active has them), a clamp, maybe a residual; and guard bytes behind the output that must
  /// survive.
  private func withEpilogue(
    depth: Int, _ random: inout RandomBytes,
    _ run: (synoptic_int8_requantization, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Float>?) -> Void
  ) -> Output {
    let channels = outputBlocks * 16
    let elements = channels * size.height * size.width
    var bias = (0..<channels).map { _ in Int32.random(in: -20_000...20_000, using: &random) }
    if isLastBlockHalf { for index in bias.indices.suffix(8) { bias[index] = 0 } }
    let scale = (0..<channels).map { channel in
      let far: Float = epilogue != .words && channel % 7 == 3 ? 1e9 : 1
      return Float.random(in: 0.5...1.5, using: &random) / (60 * Float(depth).squareRoot()) * far
    }
    let residual = random.bytes(elements + Int(SYNOPTIC_INT8_SLACK))
    var to = synoptic_int8_requantization()
    to.rounds_product = epilogue == .roundedProduct
    to.zero_point_after = to.rounds_product ? 118 : 0
    to.zero_point = to.rounds_product ? 0 : hasResidual ? 118.25 : 118
    to.fits_words = epilogue == .words
    to.lower = to.fits_words ? 0 : 9
    to.upper = to.fits_words ? 255 : 241
    to.residual_plane = size.height * size.width * 16
    to.residual_row = size.width * 16
    to.residual_scale = 0.37
    var bytes = [UInt8](repeating: 0xA5, count: elements + 64)
    var floats = [Float](repeating: -1, count: writesFloats ? elements : 1)
    bias.withUnsafeBufferPointer {
      to.bias = $0.baseAddress
      scale.withUnsafeBufferPointer {
        to.scale = $0.baseAddress
        residual.withUnsafeBufferPointer {
          if hasResidual { to.residual = $0.baseAddress }
          bytes.withUnsafeMutableBufferPointer { bytes in
            floats.withUnsafeMutableBufferPointer { floats in
              run(to, bytes.baseAddress, writesFloats ? floats.baseAddress : nil)
            }
          }
        }
      }
    }
    return Output(bytes: bytes, floats: floats)
  }
}
