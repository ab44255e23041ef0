import CKernels
import Network

/// Turns operations into kernel calls.
struct PlanCompiler {
  let network: QuantizedNetwork
  let memory: MemoryPlan
  let instructionSet: InstructionSet
  var constants = PackedConstants.Builder()
  /// Bytes that the hungriest step needs beside the activations.
  var scratchSize = 0
  var steps: [PlanStep] = []
  /// What a compiled file keeps of the constants.
  var weights: [PackedWeights] = []
  /// Weights of a compiled file that these kernels can read.
  let packed: PackedSection?

  /// - Parameter previous: the compiler of the part before, whose constants these are added to.
  init(
    network: QuantizedNetwork, memory: MemoryPlan, instructionSet: InstructionSet,
    after previous: PlanCompiler? = nil
  ) {
    if let previous { (constants, weights) = (previous.constants, previous.weights) }
    self.network = network
    self.memory = memory
    self.instructionSet = instructionSet
    packed = network.packed.flatMap {
      $0.directory.instructionSet == instructionSet.rawValue ? $0 : nil
    }
  }

  var values: [QuantizedValue] { network.structure.values }

  /// - Parameter turns: what several images are to take turns in.
  mutating func compile(isTail: Bool, turns: TurnSteps? = nil) throws(QuantizationError) -> PlanPart {
    var turns = turns
    fillBorder(of: network.structure.input)
    for (index, operation) in memory.operations.enumerated() {
      if index == turns?.operation { turns?.first = steps.count }
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
      case .rearrange(let rearrangement):
        addRearrangement(rearrangement)
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
      if let group = memory.fusion.groups[index - 1] { fuse(group: group) }
    }
    return PlanPart(
      values: values, memory: memory, steps: steps, scratchSize: scratchSize, isTail: isTail, turns: turns)
  }

  /// Puts an expansion and the depthwise convolution after it, which were added last, into one step.
  private mutating func fuse(group: Int) {
    func isConvolution(_ step: PlanStep) -> Bool {
      switch step {
      case .convolution, .depthwise: true
      default: false
      }
    }
    guard let last = steps.lastIndex(where: isConvolution),
      let first = steps[..<last].lastIndex(where: isConvolution),
      case .convolution(let expansion) = steps[first], case .depthwise(let depthwise) = steps[last]
    else { return }
    steps[last] = .expandedDepthwise(
      ExpandedDepthwise(
        expansion: expansion, depthwise: depthwise,
        expandedCount: values[expansion.layer.output].shape.count, group: group))
    steps.remove(at: first)
  }

  private mutating func fillBorder(of value: Int) {
    if values[value].quantization != nil, memory.layouts[value].hasBorder {
      steps.append(.fillBorder(value: value))
    }
  }

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
      call.rounds_product = network.structure.givenIntegers != nil
      if pooling.addsNumbers == true {
        (call.input_scale, call.output_scale) = (from.scale, to.scale)
        call.origin = network.structure.givenIntegers?.origin ?? 0
      }
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
    let origin = network.structure.givenIntegers?.origin ?? 0
    let zeros = (left: Float(a.zeroPoint - origin), right: Float(b.zeroPoint - origin))
    // In just these steps ONNX Runtime's sum comes out, to the last bit.
    let addend =
      Float(to.zeroPoint - origin) - (zeros.right * scales.right).addingProduct(zeros.left, scales.left)
    let bounds = to.byteBounds((lower, upper))
    steps.append(
      .add(
        left: left, right: right, output: output, scales: scales, addend: addend, origin: origin,
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
