import CKernels
import Network

/// Runs a part of a plan on the thread that calls it. It owns the activations' memory.
final class StepRunner {
  let part: PlanPart
  private let constants: PackedConstants
  private let kernels: synoptic_instruction_set
  /// Channels that fill up a block are never written by some steps: they must not hold what memory held before.
  private let memory: AlignedMemory

  init(_ part: PlanPart, constants: PackedConstants, instructionSet: InstructionSet) {
    self.part = part
    self.constants = constants
    kernels = instructionSet.kernelSet
    memory = AlignedMemory(size: part.arenaSize)
  }

  private var arena: UnsafeMutableRawPointer { memory.start }

  /// - Parameter images: how many of a tail's images are there.
  func run(images: Int = 1) throws(QuantizationError) {
    for step in part.steps { try run(step, images: images) }
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

  // MARK: Addresses

  func bytes(_ offset: Int) -> UnsafeMutablePointer<UInt8> {
    (arena + offset).assumingMemoryBound(to: UInt8.self)
  }

  private func floats(_ value: Int) -> UnsafeMutablePointer<Float> {
    (arena + part.memory.interiorOffset(of: value)).assumingMemoryBound(to: Float.self)
  }

  func region(_ value: Int) -> synoptic_int8_region {
    let layout = part.memory.layouts[value]
    return synoptic_int8_region(
      pixels: bytes(part.memory.interiorOffset(of: value)), plane: layout.plane, row: layout.row)
  }

  private func constant<Element>(_ number: Int, as type: Element.Type) -> UnsafePointer<Element> {
    constants[number].assumingMemoryBound(to: type)
  }

  // MARK: Steps

  func run(_ step: PlanStep, images: Int = 1) throws(QuantizationError) {
    switch step {
    case .floatIsland(let island):
      try island.run(read: elements, write: floats)
    case .convolution(let step):
      var call = bound(step)
      if part.isTail { call.columns = UInt32(images) }
      synoptic_int8_convolve(kernels, &call)
    case .winograd(let step):
      var call = step.call.arguments
      call.input = UnsafePointer(bytes(step.offsets.input))
      call.weights = constants[step.offsets.weights]
      call.output = bytes(step.offsets.output)
      call.scratch = arena + part.scratchOffset
      bind(step.offsets, &call.requantization)
      synoptic_int8_convolve_winograd(kernels, &call)
    case .depthwise(let step):
      var call = bound(step)
      synoptic_int8_convolve_depthwise(kernels, &call)
    case .expandedDepthwise(let pair):
      run(pair)
    case .pooling(let unbound, let input, let output, let isMaximum):
      var call = unbound.arguments
      call.input = UnsafePointer(bytes(part.memory.interiorOffset(of: input)))
      call.output = bytes(part.memory.interiorOffset(of: output))
      if isMaximum { synoptic_int8_pool_maximum(&call) } else { synoptic_int8_pool_average(&call) }
    default:
      runElementwise(step, images: images)
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

  private func run(_ pair: ExpandedDepthwise) {
    let blocks = pair.depthwise.call.arguments.blocks
    var expansion = bound(pair.expansion)
    var depthwise = bound(pair.depthwise)
    for first in stride(from: 0, to: blocks, by: pair.group) {
      let count = min(UInt32(pair.group), blocks - first)
      expansion.blocks = count
      expansion.last_block_is_half =
        pair.expansion.call.arguments.last_block_is_half && first + count == blocks
      depthwise.blocks = count
      synoptic_int8_convolve(kernels, &expansion)
      synoptic_int8_convolve_depthwise(kernels, &depthwise)
      expansion.advance(blocks: Int(count))
      depthwise.advance(blocks: Int(count))
    }
  }

  private func bind(_ offsets: ConvolutionOffsets, _ call: inout synoptic_int8_requantization) {
    call.bias = constant(offsets.bias, as: Int32.self)
    call.scale = constant(offsets.scale, as: Float.self)
    call.residual = offsets.residual.map { UnsafePointer(bytes($0)) }
  }

  private func runElementwise(_ step: PlanStep, images: Int) {
    switch step {
    case .globalAverage(let input, let output):
      let layout = part.memory.layouts[input]
      guard let quantization = part.values[input].quantization else { return }
      synoptic_int8_pool_global(
        bytes(part.memory.interiorOffset(of: input)), layout.plane, layout.row, UInt32(layout.shape.height),
        UInt32(layout.shape.width), UInt32(layout.blocks), quantization.scale, Float(quantization.zeroPoint),
        floats(output))
    case .add(let left, let right, let output, let scales, let addend, let origin, let bounds):
      let layout = part.memory.layouts[output]
      synoptic_int8_add(
        region(left), scales.left, region(right), scales.right, addend, origin, bounds.lower, bounds.upper,
        region(output), UInt32(layout.blocks), UInt32(layout.shape.height), UInt32(layout.shape.width))
    case .multiply(let left, let right, let output, let scale):
      let layout = part.memory.layouts[output]
      let zeroPoints = [left, right, output].map {
        part.values[$0].quantization?.zeroPoint ?? 0
      }
      synoptic_int8_multiply(
        region(left), zeroPoints[0], region(right), zeroPoints[1],
        part.memory.layouts[right].shape != layout.shape, scale, Float(zeroPoints[2]), region(output),
        UInt32(layout.blocks), UInt32(layout.shape.height), UInt32(layout.shape.width))
    case .lookup(let input, let output, let table):
      let layout = part.memory.layouts[output]
      synoptic_int8_lookup(
        region(input), constant(table, as: UInt8.self), region(output), UInt32(layout.blocks),
        UInt32(layout.shape.height), UInt32(layout.shape.width))
    case .rearrange(let step):
      let layout = part.memory.layouts[step.output]
      synoptic_int8_rearrange(
        region(step.input), constant(step.channels, as: Int32.self), UInt32(layout.shape.channels),
        constant(step.rows, as: Int32.self), constant(step.columns, as: Int32.self), region(step.output),
        UInt32(layout.shape.height), UInt32(layout.shape.width))
    case .copyChannels(let input, let output, let firstChannel):
      let layout = part.memory.layouts[input]
      synoptic_int8_copy_channels(
        region(input), UInt32(layout.shape.channels), region(output), UInt32(firstChannel),
        UInt32(layout.shape.height), UInt32(layout.shape.width))
    case .fillBorder(let value):
      let layout = part.memory.layouts[value]
      guard let quantization = part.values[value].quantization else { return }
      synoptic_int8_fill_border(
        bytes(part.memory.start(of: value)), layout.plane, UInt32(layout.blocksInMemory),
        UInt32(layout.pixel),
        UInt32(layout.top), UInt32(layout.bottom), UInt32(layout.left), UInt32(layout.right),
        UInt32(layout.shape.height), UInt32(layout.shape.width), UInt8(quantization.zeroPoint))
    case .quantize(let input, let output):
      let layout = part.memory.layouts[output]
      guard let quantization = part.values[output].quantization else { return }
      // A vector in blocks of 16 is in plain order as well.
      synoptic_int8_quantize(
        floats(input), UInt32(layout.shape.channels), UInt32(layout.block), quantization.scale,
        quantization.zeroPoint, bytes(part.memory.interiorOffset(of: output)), layout.plane, layout.row,
        UInt32(layout.shape.height), UInt32(layout.shape.width))
    case .softmax(let input, let output):
      let layout = part.memory.layouts[output]
      let pixels = layout.shape.height * layout.shape.width
      softmax(
        floats(input), floats(output), channels: layout.shape.channels, pixels: pixels,
        used: part.isTail ? images : pixels)
    case .clamp(let value, let lower, let upper):
      let layout = part.memory.layouts[value]
      let target = floats(value)
      for index in 0..<layout.blocks * layout.plane / 4 {
        target[index] = min(max(target[index], lower), upper)
      }
    case .convolution, .winograd, .depthwise, .expandedDepthwise, .pooling, .floatIsland:
      break
    }
  }
}
