import CKernels

/// The constants of a convolution's epilogue, by number.
struct RequantizationPlaces {
  var bias: Int
  var scale: Int
  /// The largest magnitude that any accumulator can reach.
  var largest: Int
}

extension PlanCompiler {
  mutating func addDense(_ convolution: QuantizedConvolution) throws(QuantizationError) {
    let input = memory.layouts[convolution.input]
    let output = memory.layouts[convolution.output]
    let window = convolution.window
    let together = blocksTogether(window, input: input, output: output)
    let offsets = Self.tapOffsets(window, layout: input, together: together)
    var call = synoptic_int8_convolution()
    call.row_step = input.row * window.strideHeight
    // Of several images' maps each gives a pixel.
    call.pixel_step = input.images > 1 ? input.imageStride : input.pixel * window.strideWidth
    call.step_count = offsets.count
    call.half_steps =
      together == 1 && input.block == 16 && (1...8).contains(input.shape.channels % 16)
      ? window.kernelHeight * window.kernelWidth : 0
    call.quads = input.block == 16 ? 4 : 1
    call.blocks_together = UInt32(together)
    call.kernel_height = UInt32(window.kernelHeight)
    call.kernel_width = UInt32(window.kernelWidth)
    call.input_row = input.row
    call.input_plane = input.plane
    call.output_plane = output.plane / output.elementSize
    call.output_row = output.row / output.elementSize
    call.rows = UInt32(output.shape.height)
    call.columns = UInt32(output.shape.width)
    call.blocks = UInt32(output.blocks)
    call.last_block_is_half = (1...8).contains(output.shape.channels % 16)
    let shape = DenseWeightShape(convolution, values)
    let places = try requantize(
      convolution, perChannel: shape.inputs * shape.taps, into: &call.requantization)
    if choosesWinograd(convolution, largestAccumulator: places.largest) {
      addWinograd(convolution, shape, call.requantization, places)
      return
    }
    let order =
      input.block == 3
      ? WeightPacking.colors(window, outputs: shape.outputs)
      : WeightPacking.dense(shape, block: input.block, together: together)
    let weights = packedWeights(order, of: convolution)
    joinRows(&call, input: input, output: output, window: window, residual: convolution.residual)
    offsets.withUnsafeBufferPointer {
      call.tap_offsets = $0.baseAddress
      scratchSize = max(scratchSize, synoptic_int8_convolve_scratch_size(instructionSet.kernelSet, &call))
      call.tap_offsets = nil
    }
    steps.append(
      .convolution(
        ConvolutionStep(
          call: UnboundCall(arguments: call),
          offsets: ConvolutionOffsets(
            input: firstTap(of: convolution), output: memory.interiorOffset(of: convolution.output),
            writesFloats: output.elementSize == 4, residual: convolution.residual.map(memory.interiorOffset),
            weights: weights, bias: places.bias, scale: places.scale, tapOffsets: constants.append(offsets)),
          layer: convolution)))
    if output.elementSize == 4, convolution.lower != nil || convolution.upper != nil {
      steps.append(
        .clamp(
          value: convolution.output, lower: convolution.lower ?? -.infinity,
          upper: convolution.upper ?? .infinity))
    }
  }

  mutating func addDepthwise(_ convolution: QuantizedConvolution) throws(QuantizationError) {
    let input = memory.layouts[convolution.input]
    let output = memory.layouts[convolution.output]
    let window = convolution.window
    let weights = network.int8s(convolution.weights)
    var call = synoptic_int8_depthwise()
    call.input_plane = input.plane
    call.input_row = input.row
    call.kernel_height = UInt32(window.kernelHeight)
    call.kernel_width = UInt32(window.kernelWidth)
    call.stride_height = UInt32(window.strideHeight)
    call.stride_width = UInt32(window.strideWidth)
    call.dilation_height = UInt32(window.dilationHeight)
    call.dilation_width = UInt32(window.dilationWidth)
    call.output_plane = output.plane
    call.output_row = output.row
    call.rows = UInt32(output.shape.height)
    call.columns = UInt32(output.shape.width)
    call.blocks = UInt32(output.blocks)
    let places = try requantize(
      convolution, perChannel: window.kernelHeight * window.kernelWidth, into: &call.requantization)
    let packed = WeightPacking.depthwise(
      weights, channels: output.shape.channels, height: window.kernelHeight, width: window.kernelWidth)
    steps.append(
      .depthwise(
        ConvolutionStep(
          call: UnboundCall(arguments: call),
          offsets: ConvolutionOffsets(
            input: firstTap(of: convolution), output: memory.interiorOffset(of: convolution.output),
            writesFloats: false, residual: convolution.residual.map(memory.interiorOffset),
            weights: constants.append(packed), bias: places.bias, scale: places.scale, tapOffsets: 0),
          layer: convolution)))
  }

  /// The first tap of the first output: up and left of the map by the padding.
  private func firstTap(of convolution: QuantizedConvolution) -> Int {
    let layout = memory.layouts[convolution.input]
    return memory.interiorOffset(of: convolution.input) - convolution.window.padTop * layout.row
      - convolution.window.padLeft * layout.pixel
  }

  /// How many input blocks' taps lie together in the order of a window's steps.
  private func blocksTogether(_ window: Window, input: ValueLayout, output: ValueLayout) -> Int {
    let quads = input.blocks * input.block / 4 * window.kernelHeight * window.kernelWidth
    guard input.block == 16, input.images == 1, window.dilationHeight == 1, window.dilationWidth == 1,
      window.strideHeight <= window.kernelHeight, window.strideWidth <= window.kernelWidth,
      synoptic_int8_gathers_pixels(
        instructionSet.kernelSet, quads, output.shape.height * output.shape.width)
    else { return 1 }
    return Int(
      synoptic_int8_blocks_together(
        instructionSet.kernelSet, UInt32(input.blocks), UInt32(window.kernelHeight),
        UInt32(window.kernelWidth)))
  }

  private static func tapOffsets(_ window: Window, layout: ValueLayout, together: Int) -> [Int32] {
    if layout.block == 3 { return colorOffsets(window, layout: layout) }
    var offsets: [Int32] = []
    for first in stride(from: 0, to: layout.blocks, by: together) {
      for row in 0..<window.kernelHeight {
        for column in 0..<window.kernelWidth {
          for block in first..<first + together {
            offsets.append(
              Int32(
                block * layout.plane + row * window.dilationHeight * layout.row
                  + column * window.dilationWidth * layout.pixel))
          }
        }
      }
    }
    return offsets
  }

  /// Every four bytes of a window's rows of three-byte pixels.
  private static func colorOffsets(_ window: Window, layout: ValueLayout) -> [Int32] {
    (0..<window.kernelHeight).flatMap { row in
      (0..<(window.kernelWidth * 3 + 3) / 4).map { quad in
        Int32(row * window.dilationHeight * layout.row + quad * 4)
      }
    }
  }

  /// A 1x1 kernel over maps without borders sees one long row: fewer odd tiles at the row ends.
  private func joinRows(
    _ call: inout synoptic_int8_convolution, input: ValueLayout, output: ValueLayout, window: Window,
    residual: Int?
  ) {
    let isPointwise =
      window.kernelHeight == 1 && window.kernelWidth == 1 && window.strideHeight == 1
      && window.strideWidth == 1
    let residualHasBorder = residual.map { memory.layouts[$0].left + memory.layouts[$0].right > 0 } ?? false
    guard isPointwise, input.left + input.right + output.left + output.right == 0, !residualHasBorder else {
      return
    }
    call.columns *= call.rows
    call.rows = 1
  }

  // MARK: Winograd

  /// Winograd pays where tiles of 4x4 outputs are well filled and their weights, eight times the bytes, are used
  /// often enough: measured against the direct kernel, 1.07 at 16 channels of 55x55, 1.1 to 1.25 at 13x13, 1.3 at 512
  /// channels of 14x14, 1.5 to 1.8 on larger maps, a loss at 7x7.
  private func choosesWinograd(_ convolution: QuantizedConvolution, largestAccumulator: Int) -> Bool {
    let input = memory.layouts[convolution.input]
    let output = memory.layouts[convolution.output]
    guard synoptic_int8_has_winograd(instructionSet.kernelSet), convolution.window.isWinogradShaped,
      input.block == 16, output.elementSize == 1, largestAccumulator < 1 << 25
    else { return false }
    let tiles = output.shape.winogradTiles
    return tiles >= 9 && output.shape.height * output.shape.width * 10 >= tiles * 16 * 6
  }

  private mutating func addWinograd(
    _ convolution: QuantizedConvolution, _ shape: DenseWeightShape,
    _ requantization: synoptic_int8_requantization, _ places: RequantizationPlaces
  ) {
    let input = memory.layouts[convolution.input]
    let output = memory.layouts[convolution.output]
    var call = synoptic_int8_winograd()
    call.input_plane = input.plane
    call.input_row = input.row
    call.input_blocks = UInt32(input.blocks)
    call.output_plane = output.plane
    call.output_row = output.row
    call.rows = UInt32(output.shape.height)
    call.columns = UInt32(output.shape.width)
    call.blocks = UInt32(output.blocks)
    call.requantization = requantization
    call.transformed = output.seam != nil || !shape.transformsWhenUsed(over: output.shape)
    scratchSize = max(scratchSize, synoptic_int8_winograd_scratch_size(&call))
    steps.append(
      .winograd(
        ConvolutionStep(
          call: UnboundCall(arguments: call),
          offsets: ConvolutionOffsets(
            input: firstTap(of: convolution), output: memory.interiorOffset(of: convolution.output),
            writesFloats: false, residual: convolution.residual.map(memory.interiorOffset),
            weights: packedWeights(
              WeightPacking.winograd(shape, transformed: call.transformed), of: convolution),
            bias: places.bias, scale: places.scale, tapOffsets: 0), layer: convolution)))
  }

  // MARK: Epilogue

  /// Scales, folded biases, clamps and the residual of a convolution's epilogue.
  private mutating func requantize(
    _ convolution: QuantizedConvolution, perChannel: Int, into call: inout synoptic_int8_requantization
  ) throws(QuantizationError) -> RequantizationPlaces {
    let input = values[convolution.input].quantization ?? AffineQuantization(scale: 1, zeroPoint: 0)
    let output = values[convolution.output].quantization
    let weightScales = network.floats(convolution.weightScales)
    let biases = network.int32s(convolution.bias)
    let sums = weightSums(of: convolution, channels: biases.count, perChannel: perChannel)
    var largestOfAll = 0
    var largestScaled: Float = 0
    let padded = (biases.count + 15) / 16 * 16
    var scales = [Float](repeating: 0, count: padded)
    var folded = [Int32](repeating: 0, count: padded)
    for channel in biases.indices {
      let positive = Int(sums[channel])
      let negative = Int(sums[biases.count + channel])
      let bias = Int(biases[channel]) - Int(input.zeroPoint) * (positive + negative)
      scales[channel] = input.scale * weightScales[channel] / (output?.scale ?? 1)
      let largest = max(abs(bias + 255 * positive), abs(bias + 255 * negative))
      // A quantised model's sums may wrap around: then they do where it comes from, too.
      let fits = largest < Int(Int32.max) || network.structure.givenIntegers != nil
      guard fits, scales[channel].isFinite else {
        throw .unsupported(
          operation: "a product of \(perChannel) terms", node: convolution.node,
          reason: "channel \(channel) could overflow 32 bits")
      }
      largestOfAll = max(largestOfAll, largest)
      largestScaled = max(largestScaled, Float(largest) * scales[channel])
      folded[channel] = Int32(truncatingIfNeeded: bias)
    }
    let bounds = output?.byteBounds((convolution.lower, convolution.upper)) ?? (lower: 0, upper: 255)
    call.lower = bounds.lower
    call.upper = bounds.upper
    call.zero_point = Float(output?.zeroPoint ?? 0)
    if let residual = convolution.residual, let from = values[residual].quantization, let output {
      call.residual_plane = memory.layouts[residual].plane
      call.residual_row = memory.layouts[residual].row
      call.residual_scale = from.scale / output.scale
      call.zero_point -= Float(from.zeroPoint) * call.residual_scale
    }
    if network.structure.givenIntegers != nil, convolution.residual == nil {
      call.rounds_product = true
      call.zero_point_after = Int16(output?.zeroPoint ?? 0)
      call.zero_point = 0
    }
    let others = abs(call.zero_point) + 255 * (convolution.residual == nil ? 0 : call.residual_scale)
    call.fits_words = !call.rounds_product && bounds == (0, 255) && largestScaled + others < 32_000
    return RequantizationPlaces(
      bias: constants.append(folded), scale: constants.append(scales), largest: largestOfAll)
  }
}
