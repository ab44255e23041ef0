import CKernels
import Network

/// Turns operations into kernel calls.
struct PlanCompiler {
  let network: QuantizedNetwork
  let memory: MemoryPlan
  let instructionSet: InstructionSet
  var constants = PackedConstants.Builder()
  private var steps: [PlanStep] = []

  init(network: QuantizedNetwork, memory: MemoryPlan, instructionSet: InstructionSet) {
    self.instructionSet = instructionSet
    self.network = network
    self.memory = memory
  }

  private var values: [QuantizedValue] { network.structure.values }

  mutating func compile() throws(QuantizationError) -> [PlanStep] {
    fillBorder(of: network.structure.input)
    for operation in network.structure.operations {
      switch operation {
      case .convolution(let convolution):
        if convolution.isDepthwise { try addDepthwise(convolution) } else { try addDense(convolution) }
      case .pooling(let pooling):
        addPooling(pooling)
      case .globalAverage(let input, let output):
        steps.append(.globalAverage(input: input, output: output))
      case .add(let left, let right, let output, let lower, let upper):
        addAddition(left, right, output, lower: lower, upper: upper)
      case .multiply(let left, let right, let output):
        let scales = [left, right, output].map { values[$0].quantization?.scale ?? 1 }
        let scale = scales[0] * scales[1] / scales[2]
        steps.append(.multiply(left: left, right: right, output: output, scale: scale))
      case .lookup(let input, let output, let table):
        let bytes = network.int8s(table)
        steps.append(.lookup(input: input, output: output, table: constants.append(bytes)))
      case .concat(let inputs, let output):
        addConcatenation(inputs, output)
      case .quantize(let input, let output):
        steps.append(.quantize(input: input, output: output))
      case .softmax(let input, let output):
        steps.append(.softmax(input: input, output: output))
      case .floatIsland(let island):
        steps.append(
          .floatIsland(
            try IslandRunner(island, network: network, memory: memory, instructionSet: instructionSet)))
      }
      for output in operation.outputs { fillBorder(of: output) }
    }
    return steps
  }

  private mutating func fillBorder(of value: Int) {
    if values[value].quantization != nil, memory.layouts[value].hasBorder {
      steps.append(.fillBorder(value: value))
    }
  }

  // MARK: Convolutions

  private mutating func addDense(_ convolution: QuantizedConvolution) throws(QuantizationError) {
    let input = memory.layouts[convolution.input]
    let output = memory.layouts[convolution.output]
    let window = convolution.window
    let taps = window.kernelHeight * window.kernelWidth
    let weights = network.int8s(convolution.weights)
    let offsets = Self.tapOffsets(window, layout: input)
    var call = synoptic_int8_convolution()
    call.row_step = input.row * window.strideHeight
    call.pixel_step = input.pixel * window.strideWidth
    call.step_count = offsets.count
    call.quads = UInt32(input.block / 4)
    call.output_plane = output.plane / output.elementSize
    call.output_row = output.row / output.elementSize
    call.rows = UInt32(output.shape.height)
    call.columns = UInt32(output.shape.width)
    call.blocks = UInt32(output.blocks)
    let perChannel = input.shape.channels * taps
    let places = try requantize(convolution, weights, perChannel: perChannel, into: &call.requantization)
    let packed = WeightPacking.dense(
      weights, outputs: output.shape.channels, inputs: input.shape.channels, taps: taps, block: input.block)
    joinRows(&call, input: input, output: output, window: window, residual: convolution.residual)
    steps.append(
      .convolution(
        UnboundCall(arguments: call),
        ConvolutionOffsets(
          input: firstTap(of: convolution), output: memory.interiorOffset(of: convolution.output),
          writesFloats: output.elementSize == 4, residual: convolution.residual.map(memory.interiorOffset),
          weights: constants.append(packed), bias: places.bias, scale: places.scale,
          tapOffsets: constants.append(offsets))))
    if output.elementSize == 4, convolution.lower != nil || convolution.upper != nil {
      steps.append(
        .clamp(
          value: convolution.output, lower: convolution.lower ?? -.infinity,
          upper: convolution.upper ?? .infinity))
    }
  }

  private mutating func addDepthwise(_ convolution: QuantizedConvolution) throws(QuantizationError) {
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
      convolution, weights, perChannel: window.kernelHeight * window.kernelWidth, into: &call.requantization)
    let packed = WeightPacking.depthwise(
      weights, channels: output.shape.channels, height: window.kernelHeight, width: window.kernelWidth)
    steps.append(
      .depthwise(
        UnboundCall(arguments: call),
        ConvolutionOffsets(
          input: firstTap(of: convolution), output: memory.interiorOffset(of: convolution.output),
          writesFloats: false, residual: convolution.residual.map(memory.interiorOffset),
          weights: constants.append(packed), bias: places.bias, scale: places.scale, tapOffsets: 0)))
  }

  /// The first tap of the first output: up and left of the map by the padding.
  private func firstTap(of convolution: QuantizedConvolution) -> Int {
    let layout = memory.layouts[convolution.input]
    return memory.interiorOffset(of: convolution.input) - convolution.window.padTop * layout.row
      - convolution.window.padLeft * layout.pixel
  }

  private static func tapOffsets(_ window: Window, layout: ValueLayout) -> [Int32] {
    var offsets: [Int32] = []
    for block in 0..<layout.blocks {
      for row in 0..<window.kernelHeight {
        for column in 0..<window.kernelWidth {
          offsets.append(
            Int32(
              block * layout.plane + row * window.dilationHeight * layout.row
                + column * window.dilationWidth * layout.pixel))
        }
      }
    }
    return offsets
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

  /// Scales, folded biases, clamps and the residual of a convolution's epilogue.
  private mutating func requantize(
    _ convolution: QuantizedConvolution, _ weights: [Int8], perChannel: Int,
    into call: inout synoptic_int8_requantization
  ) throws(QuantizationError) -> (bias: Int, scale: Int) {
    let input = values[convolution.input].quantization ?? AffineQuantization(scale: 1, zeroPoint: 0)
    let output = values[convolution.output].quantization
    let weightScales = network.floats(convolution.weightScales)
    let biases = network.int32s(convolution.bias)
    let padded = (biases.count + 15) / 16 * 16
    var scales = [Float](repeating: 0, count: padded)
    var folded = [Int32](repeating: 0, count: padded)
    for channel in biases.indices {
      var sum = 0
      var magnitude = 0
      for weight in weights[channel * perChannel..<(channel + 1) * perChannel] {
        sum += Int(weight)
        magnitude += abs(Int(weight))
      }
      let bias = Int(biases[channel]) - Int(input.zeroPoint) * sum
      scales[channel] = input.scale * weightScales[channel] / (output?.scale ?? 1)
      let largest = abs(bias) + 255 * magnitude
      guard largest < Int(Int32.max), Float(largest) * scales[channel] < 0x1p30 || output == nil else {
        throw .unsupported(
          operation: "a product of \(perChannel) terms", node: convolution.node,
          reason: "channel \(channel) could overflow 32 bits")
      }
      folded[channel] = Int32(bias)
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
    return (constants.append(folded), constants.append(scales))
  }

  // MARK: The rest

  private mutating func addPooling(_ pooling: QuantizedPooling) {
    let input = memory.layouts[pooling.input]
    let output = memory.layouts[pooling.output]
    var call = synoptic_int8_pooling()
    call.input_plane = input.plane
    call.input_row = input.row
    call.input_height = UInt32(input.shape.height)
    call.input_width = UInt32(input.shape.width)
    call.kernel_height = UInt32(pooling.window.kernelHeight)
    call.kernel_width = UInt32(pooling.window.kernelWidth)
    call.stride_height = UInt32(pooling.window.strideHeight)
    call.stride_width = UInt32(pooling.window.strideWidth)
    call.dilation_height = UInt32(pooling.window.dilationHeight)
    call.dilation_width = UInt32(pooling.window.dilationWidth)
    call.pad_top = UInt32(pooling.window.padTop)
    call.pad_left = UInt32(pooling.window.padLeft)
    call.output_plane = output.plane
    call.output_row = output.row
    call.rows = UInt32(output.shape.height)
    call.columns = UInt32(output.shape.width)
    call.blocks = UInt32(output.blocks)
    call.includes_padding = pooling.includesPadding
    if let from = values[pooling.input].quantization, let to = values[pooling.output].quantization {
      call.input_zero_point = from.zeroPoint
      call.scale = from.scale / to.scale
      call.zero_point = Float(to.zeroPoint)
    }
    steps.append(
      .pooling(
        UnboundCall(arguments: call), input: pooling.input, output: pooling.output,
        isMaximum: pooling.isMaximum))
  }

  private mutating func addAddition(_ left: Int, _ right: Int, _ output: Int, lower: Float?, upper: Float?) {
    guard let a = values[left].quantization, let b = values[right].quantization,
      let to = values[output].quantization
    else { return }
    let scales = (left: a.scale / to.scale, right: b.scale / to.scale)
    let addend = Float(to.zeroPoint) - Float(a.zeroPoint) * scales.left - Float(b.zeroPoint) * scales.right
    let bounds = to.byteBounds((lower, upper))
    steps.append(
      .add(
        left: left, right: right, output: output, scales: scales, addend: addend,
        bounds: ByteBounds(lower: bounds.lower, upper: bounds.upper)))
  }

  private mutating func addConcatenation(_ inputs: [Int], _ output: Int) {
    var channel = 0
    for input in inputs {
      let isInPlace =
        memory.places[input].root == memory.places[output].root
        && memory.places[input].firstBlock == memory.places[output].firstBlock + channel / 16
      if !isInPlace { steps.append(.copyChannels(input: input, output: output, firstChannel: channel)) }
      channel += values[input].shape.channels
    }
  }
}
