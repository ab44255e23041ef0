import CKernels
import Network

/// Runs a part of a plan on the threads that call it together. It owns the activations' memory.
final class StepRunner {
  let part: PlanPart
  private let steps: [SharedStep]
  private let constants: PackedConstants
  private let kernels: synoptic_instruction_set
  /// Channels that fill up a block are never written by some steps: they must not hold what memory held before.
  private let memory: AlignedMemory
  /// By member.
  private var workspaces: [Workspace]

  /// - Parameter members: how many threads will run it together; any one may also run it alone.
  init(
    _ part: PlanPart, constants: PackedConstants, instructionSet: InstructionSet, members: Int = 1,
    cuts: CutChoice = .cheapest
  ) {
    self.part = part
    self.constants = constants
    kernels = instructionSet.kernelSet
    steps = SharedStep.steps(of: part, members: members, cuts: cuts)
    memory = AlignedMemory(size: part.arenaSize)
    workspaces = [Workspace(scratch: memory.start + part.scratchOffset)]
    if members > 1 {
      let scratchSize = scratchSize(members: members)
      workspaces = (0..<members).map {
        Workspace(scratchSize: scratchSize, expandedSize: $0 > 0 ? part.memory.largestExpanded : nil)
      }
    }
  }

  private var arena: UnsafeMutableRawPointer { memory.start }

  /// Every member of a team calls it at the same time, or one thread by itself as `TeamMember.alone`.
  ///
  /// - Parameter images: how many of a tail's images are there.
  func run(as member: inout TeamMember, images: Int = 1) throws(QuantizationError) {
    var failure: QuantizationError?
    for shared in steps {
      if shared.waits { member.meet() }
      let share = StepShare(cut: shared.cut, index: member.index, count: member.count)
      // Others wait for a member that has failed where they would for any.
      if share.isEmpty || failure != nil { continue }
      do { try run(shared.step, images: images, share) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Some of the steps, on one thread.
  func run(_ range: Range<Int>) throws(QuantizationError) {
    for step in part.steps[range] { try run(step) }
  }

  /// A share of a step, on one thread.
  func run(_ index: Int, share: Int, of shares: Int) throws(QuantizationError) {
    try run(
      part.steps[index], shares == 1 ? .whole : StepShare(cut: .blocks, index: share, count: shares), as: 0)
  }

  /// Takes a value, with its border, from a runner of the same part.
  func copy(_ value: Int, from other: StepRunner) {
    let layout = part.memory.layouts[value]
    bytes(part.memory.start(of: value)).update(
      from: other.bytes(part.memory.start(of: value)), count: layout.blocksInMemory * layout.plane)
  }

  /// What the hungriest share of a step needs.
  private func scratchSize(members: Int) -> Int {
    var largest = part.scratchSize
    for shared in steps {
      guard case .winograd(let step) = shared.step else { continue }
      for index in 0..<members {
        var call = bound(step)
        if call.narrow(to: StepShare(cut: shared.cut, index: index, count: members)) {
          largest = max(largest, synoptic_int8_winograd_scratch_size(&call))
        }
      }
    }
    return largest
  }

  /// A value's elements in row-major order, float32 `[channels][height][width]`.
  func elements(of value: Int) -> [Float] {
    let layout = part.memory.layouts[value]
    let shape = layout.shape
    return [Float](unsafeUninitializedCapacity: shape.count) { output, count in
      count = shape.count
      if let quantization = part.values[value].quantization {
        synoptic_int8_dequantize(
          bytes(part.memory.interiorOffset(of: value)), layout.plane, layout.row, UInt32(layout.block),
          UInt32(shape.channels), quantization.scale, quantization.zeroPoint, output.baseAddress,
          UInt32(shape.height), UInt32(shape.width))
        return
      }
      let source = floats(value)
      let pixels = shape.height * shape.width
      if layout.block == 1 {
        output.baseAddress?.update(from: source, count: shape.count)
        return
      }
      for channel in 0..<shape.channels {
        for pixel in 0..<pixels {
          output[channel * pixels + pixel] = source[(channel / 16 * pixels + pixel) * 16 + channel % 16]
        }
      }
    }
  }

  /// The channels of one pixel of a map that is one row in blocks of 16.
  func elements(of value: Int, column: Int) -> [Float] {
    let layout = part.memory.layouts[value]
    let channels = layout.shape.channels
    return [Float](unsafeUninitializedCapacity: channels) { output, count in
      count = channels
      if let quantization = part.values[value].quantization {
        synoptic_int8_dequantize(
          bytes(part.memory.interiorOffset(of: value) + column * layout.pixel), layout.plane, layout.row,
          UInt32(layout.block), UInt32(channels), quantization.scale, quantization.zeroPoint,
          output.baseAddress, 1, 1)
        return
      }
      let source = floats(value) + column * layout.block
      let plane = layout.shape.width * layout.block
      for channel in 0..<channels { output[channel] = source[channel / 16 * plane + channel % 16] }
    }
  }

  // MARK: Addresses

  func bytes(_ offset: Int) -> UnsafeMutablePointer<UInt8> {
    (arena + offset).assumingMemoryBound(to: UInt8.self)
  }

  func floats(_ value: Int) -> UnsafeMutablePointer<Float> {
    (arena + part.memory.interiorOffset(of: value)).assumingMemoryBound(to: Float.self)
  }

  func region(_ value: Int) -> synoptic_int8_region {
    let layout = part.memory.layouts[value]
    return synoptic_int8_region(
      pixels: bytes(part.memory.interiorOffset(of: value)), plane: layout.plane, row: layout.row)
  }

  /// An image's map in a mosaic.
  func region(_ value: Int, ofImage number: Int) -> synoptic_int8_region {
    var region = region(value)
    let layout = part.memory.layouts[value]
    guard let seam = layout.seam else { return region }
    let (row, column) = (number / ImageMosaic.across, number % ImageMosaic.across)
    region.pixels += row * (seam.row + 1) * layout.row + column * (seam.column + 1) * layout.pixel
    return region
  }

  func constant<Element>(_ number: Int, as type: Element.Type) -> UnsafePointer<Element> {
    constants[number].assumingMemoryBound(to: type)
  }

  // MARK: Steps

  /// - Parameter member: whose workspace it is done in; by default that of the share's index.
  func run(
    _ step: PlanStep, images: Int = 1, _ share: StepShare = .whole, as member: Int? = nil
  ) throws(QuantizationError) {
    let workspace = workspaces[member ?? share.index]
    switch step {
    case .floatIsland(let island):
      try island.run(read: elements, write: floats)
    case .convolution(let step):
      var call = bound(step)
      call.scratch = workspace.scratch
      if part.isTail { call.columns = UInt32(images) }
      if call.narrow(to: share) { synoptic_int8_convolve(kernels, &call) }
    case .winograd(let step):
      var call = bound(step)
      call.scratch = workspace.scratch
      if call.narrow(to: share) { synoptic_int8_convolve_winograd(kernels, &call) }
    case .depthwise(let step):
      var call = bound(step)
      if call.narrow(to: share) { synoptic_int8_convolve_depthwise(kernels, &call) }
    case .expandedDepthwise(let pair):
      run(pair, share)
    case .pooling(let unbound, let input, let output, let isMaximum):
      var call = unbound.arguments
      call.input = UnsafePointer(bytes(part.memory.interiorOffset(of: input)))
      call.output = bytes(part.memory.interiorOffset(of: output))
      guard call.narrow(to: share) else { return }
      if isMaximum { synoptic_int8_pool_maximum(&call) } else { synoptic_int8_pool_average(&call) }
    case .softmax(let input, let output):
      let layout = part.memory.layouts[output]
      let pixels = layout.shape.height * layout.shape.width
      softmax(
        floats(input), floats(output), channels: layout.shape.channels, pixels: pixels,
        used: part.isTail ? images : pixels)
    default:
      runElementwise(step, share)
    }
  }

  private func bound(_ step: ConvolutionStep<synoptic_int8_convolution>) -> synoptic_int8_convolution {
    var call = step.call.arguments
    call.input = UnsafePointer(bytes(step.offsets.input))
    call.tap_offsets = constant(step.offsets.tapOffsets, as: Int32.self)
    call.weights = constant(step.offsets.weights, as: Int8.self)
    bind(step.offsets, &call.requantization)
    if step.offsets.writesFloats {
      call.float_output = (arena + step.offsets.output).assumingMemoryBound(to: Float.self)
    } else {
      call.output = bytes(step.offsets.output)
    }
    return call
  }

  private func bound(_ step: ConvolutionStep<synoptic_int8_depthwise>) -> synoptic_int8_depthwise {
    var call = step.call.arguments
    call.input = UnsafePointer(bytes(step.offsets.input))
    call.weights = constant(step.offsets.weights, as: Int8.self)
    call.output = bytes(step.offsets.output)
    bind(step.offsets, &call.requantization)
    return call
  }

  private func bound(_ step: ConvolutionStep<synoptic_int8_winograd>) -> synoptic_int8_winograd {
    var call = step.call.arguments
    call.input = UnsafePointer(bytes(step.offsets.input))
    call.weights = constants[step.offsets.weights]
    call.output = bytes(step.offsets.output)
    bind(step.offsets, &call.requantization)
    return call
  }

  private func run(_ pair: ExpandedDepthwise, _ share: StepShare) {
    var expansion = bound(pair.expansion)
    var depthwise = bound(pair.depthwise)
    let shift = shift(ofExpanded: pair.expansion.layer.output, share.index)
    expansion.output += shift
    expansion.scratch = workspaces[share.index].scratch
    depthwise.input += shift
    let endsHalf = expansion.last_block_is_half
    let blocks = share.range(of: Int(depthwise.blocks), along: .blocks)
    expansion.advance(blocks: blocks.lowerBound)
    depthwise.advance(blocks: blocks.lowerBound)
    let isLast = blocks.upperBound == Int(depthwise.blocks)
    for first in stride(from: 0, to: blocks.count, by: pair.group) {
      let count = min(pair.group, blocks.count - first)
      expansion.blocks = UInt32(count)
      expansion.last_block_is_half = endsHalf && isLast && first + count == blocks.count
      depthwise.blocks = UInt32(count)
      synoptic_int8_convolve(kernels, &expansion)
      synoptic_int8_convolve_depthwise(kernels, &depthwise)
      expansion.advance(blocks: count)
      depthwise.advance(blocks: count)
    }
  }

  /// Bytes from where a value that is never there as a whole lies in the arena to where a member has it.
  func shift(ofExpanded value: Int, _ member: Int) -> Int {
    workspaces[member].expanded.map { $0 - (arena + part.memory.start(of: value)) } ?? 0
  }

  private func bind(_ offsets: ConvolutionOffsets, _ call: inout synoptic_int8_requantization) {
    call.bias = constant(offsets.bias, as: Int32.self)
    call.scale = constant(offsets.scale, as: Float.self)
    call.residual = offsets.residual.map { UnsafePointer(bytes($0)) }
  }
}
