import CKernels
import Network

/// Runs a compiled plan on the thread that calls it. It owns the activations' memory.
public final class PlanExecutor {
  public let plan: CompiledPlan
  let head: StepRunner
  let tail: StepRunner?

  public init(_ plan: CompiledPlan) {
    self.plan = plan
    func runner(_ part: PlanPart) -> StepRunner {
      StepRunner(part, constants: plan.constants, instructionSet: plan.instructionSet)
    }
    head = runner(plan.head)
    tail = plan.tail.map { runner($0.part) }
  }

  /// Runs the network on one image; `output` then gives what came of it.
  ///
  /// - Parameters:
  ///   - pixels: 8-bit, `[height][width][channels]`, of the network's input size.
  ///   - tables: what each pixel value means to the network.
  public func run(pixels: [UInt8], tables: PixelTables) throws(QuantizationError) {
    try load(pixels: pixels, tables: tables)
    try runLoaded()
  }

  /// Runs the network on one float32 `[channels][height][width]` tensor, quantised on the way in.
  public func run(tensor: [Float]) throws(QuantizationError) {
    try load(tensor: tensor)
    try runLoaded()
  }

  /// Runs the network on several images: each goes through the convolutions alone, and all at once through the dense
  /// layers, whose weights are then read once.
  ///
  /// - Returns: for each image the plan's outputs, float32 `[channels][height][width]`.
  public func run(pixels images: [[UInt8]], tables: PixelTables) throws(QuantizationError) -> [[[Float]]] {
    try run(count: images.count) { index throws(QuantizationError) in
      try load(pixels: images[index], tables: tables)
    }
  }

  /// As `run(pixels:tables:)` for several images.
  public func run(tensors: [[Float]]) throws(QuantizationError) -> [[[Float]]] {
    try run(count: tensors.count) { index throws(QuantizationError) in try load(tensor: tensors[index]) }
  }

  /// What the last run gave for output number `index` of the plan: float32 `[channels][height][width]`.
  public func output(_ index: Int) -> [Float] { output(index, image: 0) }

  private func run(
    count: Int, load: (_ index: Int) throws(QuantizationError) -> Void
  ) throws(QuantizationError) -> [[[Float]]] {
    let largest = plan.preferredBatch
    var results: [[[Float]]] = []
    results.reserveCapacity(count)
    for first in stride(from: 0, to: count, by: largest) {
      let images = min(largest, count - first)
      var made: [[[Float]]] = []
      for image in 0..<images {
        try load(first + image)
        try head.run()
        handOver(image)
        // The next image overwrites what comes of this one before the tail.
        made.append(plan.outputs.indices.map { plan.isOfTail($0) ? [] : output($0, image: 0) })
      }
      try tail?.run(images: images)
      for image in 0..<images {
        for index in plan.outputs.indices where plan.isOfTail(index) {
          made[image][index] = output(index, image: image)
        }
      }
      results += made
    }
    return results
  }

  private func runLoaded() throws(QuantizationError) {
    try head.run()
    handOver(0)
    try tail?.run()
  }

  /// Puts what the head made of an image where the tail reads it.
  private func handOver(_ image: Int) {
    guard let tail, let value = plan.tail?.input else { return }
    let layout = tail.part.memory.layouts[value]
    var slot = tail.region(value)
    slot.pixels += image * layout.imageStride
    synoptic_int8_copy_channels(
      head.region(value), UInt32(layout.shape.channels), slot, 0, UInt32(layout.shape.height),
      UInt32(layout.shape.width))
  }

  private func output(_ index: Int, image: Int) -> [Float] {
    let value = plan.outputValues[index]
    guard let tail, plan.isOfTail(index) else { return head.elements(of: value) }
    // A tail's maps have the images side by side.
    let images = tail.part.memory.layouts[value].shape.width
    let elements = tail.elements(of: value)
    return stride(from: image, to: elements.count, by: images).map { elements[$0] }
  }

  // MARK: Input

  private func load(pixels: [UInt8], tables: PixelTables) throws(QuantizationError) {
    let input = plan.network.structure.input
    let layout = head.part.memory.layouts[input]
    guard pixels.count == layout.shape.height * layout.shape.width * tables.imageChannels,
      layout.shape.channels == tables.channels
    else {
      throw .invalidInput(
        reason: "the network takes \(layout.shape.width) x \(layout.shape.height) pixels of "
          + "\(layout.shape.channels) channels; \(pixels.count) bytes were given")
    }
    guard layout.block == 4 else { return try load(tensor: tables.tensor(pixels)) }
    let target = head.region(input).pixels
    pixels.withUnsafeBufferPointer { pixels in
      tables.withKernelTables { order, bytes in
        synoptic_int8_load_pixels(
          pixels.baseAddress, UInt32(tables.imageChannels), UInt32(layout.shape.channels), order, bytes,
          target, layout.row, UInt32(layout.shape.height), UInt32(layout.shape.width))
      }
    }
  }

  private func load(tensor: [Float]) throws(QuantizationError) {
    let input = plan.network.structure.input
    let value = plan.network.structure.values[input]
    let layout = head.part.memory.layouts[input]
    guard tensor.count == value.shape.count, let quantization = value.quantization else {
      throw .invalidInput(
        reason: "the network takes \(value.shape.count) numbers an image (\(value.shape.channels) x "
          + "\(value.shape.height) x \(value.shape.width)); \(tensor.count) were given")
    }
    tensor.withUnsafeBufferPointer { tensor in
      synoptic_int8_quantize(
        tensor.baseAddress, UInt32(layout.shape.channels), UInt32(layout.block), quantization.scale,
        quantization.zeroPoint, head.region(input).pixels, layout.plane, layout.row,
        UInt32(layout.shape.height), UInt32(layout.shape.width))
    }
  }
}
