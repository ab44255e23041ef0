import CKernels
import Foundation
import Network
import Synchronization

/// Runs a compiled plan on the thread that calls it, and on others that it keeps. It owns the activations' memory.
///
/// Several threads take images apart as long as there is one for each, a few at a time where these can take turns
/// (`TurnSteps`), and then the dense layers of all together, of which each computes a share of the channels: every weight
/// is read once. Of fewer images they share every layer. What
/// comes out are the same bits for any number of threads.
public final class PlanExecutor {
  public let plan: CompiledPlan
  public var threads: Int { team?.count ?? 1 }

  let head: StepRunner
  let tail: StepRunner?
  private let team: ThreadTeam?
  /// Of each member of the team; made when images are first run apart.
  private var takers: [TurnTaker] = []

  /// - Parameter threads: at least 1, the calling one included. More than there are processors would only wait for one
  ///   another, and are not kept.
  public convenience init(_ plan: CompiledPlan, threads: Int = 1) {
    self.init(plan, threads: min(threads, ProcessInfo.processInfo.activeProcessorCount), cuts: .cheapest)
  }

  init(_ plan: CompiledPlan, threads: Int, cuts: CutChoice) {
    self.plan = plan
    func runner(_ part: PlanPart) -> StepRunner {
      StepRunner(
        part, constants: plan.constants, instructionSet: plan.instructionSet, members: max(1, threads),
        cuts: cuts)
    }
    head = runner(plan.head)
    tail = plan.tail.map { runner($0.part) }
    team = threads > 1 ? ThreadTeam(count: threads) : nil
  }

  /// Runs the network on one image; `output` then gives what came of it.
  ///
  /// - Parameters:
  ///   - pixels: 8-bit, `[height][width][channels]`, of the network's input size.
  ///   - tables: what each pixel value means to the network.
  public func run(pixels: [UInt8], tables: PixelTables) throws(QuantizationError) {
    try runShared { [self] (head, share) throws(QuantizationError) in
      try load(pixels: pixels, tables: tables, into: head, share)
    }
  }

  /// Runs the network on one float32 `[channels][height][width]` tensor, quantised on the way in.
  public func run(tensor: [Float]) throws(QuantizationError) {
    try runShared { [self] (head, share) throws(QuantizationError) in
      try load(tensor: tensor, into: head, share)
    }
  }

  /// Runs the network on several images: each goes through the convolutions alone, and all at once through the dense
  /// layers, whose weights are then read once.
  ///
  /// - Returns: for each image the plan's outputs, float32 `[channels][height][width]`.
  public func run(pixels images: [[UInt8]], tables: PixelTables) throws(QuantizationError) -> [[[Float]]] {
    try run(count: images.count) { [self] (index, head, share) throws(QuantizationError) in
      try load(pixels: images[index], tables: tables, into: head, share)
    }
  }

  /// As `run(pixels:tables:)` for several images.
  public func run(tensors: [[Float]]) throws(QuantizationError) -> [[[Float]]] {
    try run(count: tensors.count) { [self] (index, head, share) throws(QuantizationError) in
      try load(tensor: tensors[index], into: head, share)
    }
  }

  /// What the last run gave for output number `index` of the plan: float32 `[channels][height][width]`.
  public func output(_ index: Int) -> [Float] { output(index, image: 0) }

  // MARK: Running

  /// Quantises a member's share of an image, by rows, into a head. What is wrong with an image all members find.
  private typealias Load = (_ image: Int, _ head: StepRunner, _ share: StepShare) throws(QuantizationError) ->
    Void

  private func runShared(
    load: @escaping (_ head: StepRunner, _ share: StepShare) throws(QuantizationError) -> Void
  ) throws(QuantizationError) {
    try runHead(image: 0) { (_, head, share) throws(QuantizationError) in try load(head, share) }
    try runTail(images: 1)
  }

  /// All members share an image.
  private func runHead(image: Int, load: @escaping Load) throws(QuantizationError) {
    try runTogether { [head] member throws(QuantizationError) in
      try load(image, head, StepShare(cut: .rows, index: member.index, count: member.count))
      member.meet()
      try head.run(as: &member)
    }
    handOver(image, from: head)
  }

  private func runTail(images: Int) throws(QuantizationError) {
    guard let tail else { return }
    try runTogether { member throws(QuantizationError) in try tail.run(as: &member, images: images) }
  }

  private func run(count: Int, load: @escaping Load) throws(QuantizationError) -> [[[Float]]] {
    let largest = tail == nil ? max(1, count) : plan.preferredBatch
    var results: [[[Float]]] = []
    results.reserveCapacity(count)
    for first in stride(from: 0, to: count, by: largest) {
      results += try runBatch(count: min(largest, count - first)) {
        (index, head, share) throws(QuantizationError) in
        try load(first + index, head, share)
      }
    }
    return results
  }

  /// No more than the tail takes at once.
  private func runBatch(count: Int, load: @escaping Load) throws(QuantizationError) -> [[[Float]]] {
    let apart = imagesApart(of: count)
    var made = try runApart(count: apart, load: load)
    for image in apart..<count {
      try runHead(image: image, load: load)
      made.append(outputs(of: head))
    }
    try runTail(images: count)
    for image in 0..<count {
      for index in plan.outputs.indices where plan.isOfTail(index) {
        made[image][index] = output(index, image: image)
      }
    }
    return made
  }

  /// How many images threads take whole. Those left over are shared, unless most threads have one: layers that are
  /// shared never divide quite evenly.
  private func imagesApart(of count: Int) -> Int {
    let rest = count % threads
    return rest * 2 > threads || threads == 1 ? count : count - rest
  }

  /// Each thread takes images through the head: one after another, or a few at a time that take turns at its end.
  private func runApart(count: Int, load: @escaping Load) throws(QuantizationError) -> [[[Float]]] {
    let atOnce = imagesAtOnce(of: count)
    while takers.count < min(threads, count) {
      takers.append(TurnTaker(plan, head: takers.isEmpty ? head : nil))
    }
    for member in takers.indices { takers[member].makeRoom(for: atOnce) }
    let takers = takers
    let next = Atomic<Int>(0)
    let made = Mutex([[[Float]]](repeating: [], count: count))
    try runTogether { [self] member throws(QuantizationError) in
      guard member.index < takers.count else { return }
      while true {
        let first = next.add(atOnce, ordering: .relaxed).oldValue
        guard first < count else { return }
        try takers[member.index].run(first..<min(count, first + atOnce)) {
          (image, head) throws(QuantizationError) in
          try load(image, head, .whole)
        } finish: { image, head in
          handOver(image, from: head)
          let outputs = outputs(of: head)
          made.withLock { $0[image] = outputs }
        }
      }
    }
    return made.withLock { $0 }
  }

  /// How many images of a thread take turns: the same for all threads as nearly as can be.
  private func imagesAtOnce(of count: Int) -> Int {
    guard plan.head.turns != nil, count > 0 else { return 1 }
    let most = threads * TurnSteps.images
    let rounds = (count + most - 1) / most
    return (count + threads * rounds - 1) / (threads * rounds)
  }

  /// - Throws: what a member has thrown, when all have returned.
  private func runTogether(
    _ body: @escaping (_ member: inout TeamMember) throws(QuantizationError) -> Void
  ) throws(QuantizationError) {
    guard let team else {
      var member = TeamMember.alone
      return try body(&member)
    }
    let failure = Mutex<QuantizationError?>(nil)
    team.run { member in
      do throws(QuantizationError) {
        try body(&member)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  // MARK: Outputs

  /// Puts what the head made of an image where the tail reads it.
  private func handOver(_ image: Int, from head: StepRunner) {
    guard let tail, let value = plan.tail?.input else { return }
    let layout = tail.part.memory.layouts[value]
    var slot = tail.region(value)
    slot.pixels += image * layout.imageStride
    synoptic_int8_copy_channels(
      head.region(value), UInt32(layout.shape.channels), slot, 0, UInt32(layout.shape.height),
      UInt32(layout.shape.width))
  }

  /// What comes of an image before the tail, which the next image overwrites; of the tail nothing yet.
  private func outputs(of head: StepRunner) -> [[Float]] {
    plan.outputs.indices.map { plan.isOfTail($0) ? [] : head.elements(of: plan.outputValues[$0]) }
  }

  private func output(_ index: Int, image: Int) -> [Float] {
    let value = plan.outputValues[index]
    guard let tail, plan.isOfTail(index) else { return head.elements(of: value) }
    // A tail's maps have the images side by side.
    return tail.elements(of: value, column: image)
  }

  // MARK: Input

  private func load(
    pixels: [UInt8], tables: PixelTables, into head: StepRunner, _ share: StepShare
  ) throws(QuantizationError) {
    let input = plan.network.structure.input
    let layout = head.part.memory.layouts[input]
    guard pixels.count == layout.shape.height * layout.shape.width * tables.imageChannels,
      layout.shape.channels == tables.channels
    else {
      throw .invalidInput(
        reason: "the network takes \(layout.shape.width) x \(layout.shape.height) pixels of "
          + "\(layout.shape.channels) channels; \(pixels.count) bytes were given")
    }
    guard layout.isImage else { return try load(tensor: tables.tensor(pixels), into: head, share) }
    let rows = share.range(of: layout.shape.height, along: .rows)
    pixels.withUnsafeBufferPointer { pixels in
      tables.withKernelTables { order, bytes in
        synoptic_int8_load_pixels(
          pixels.baseAddress.map { $0 + rows.lowerBound * layout.shape.width * tables.imageChannels },
          UInt32(tables.imageChannels), UInt32(layout.shape.channels), order, bytes,
          head.region(input).pixels + rows.lowerBound * layout.row, UInt32(layout.pixel), layout.row,
          UInt32(rows.count),
          UInt32(layout.shape.width))
      }
    }
  }

  private func load(tensor: [Float], into head: StepRunner, _ share: StepShare) throws(QuantizationError) {
    let input = plan.network.structure.input
    let value = plan.network.structure.values[input]
    let layout = head.part.memory.layouts[input]
    guard tensor.count == value.shape.count, let quantization = value.quantization else {
      throw .invalidInput(
        reason: "the network takes \(value.shape.count) numbers an image (\(value.shape.channels) x "
          + "\(value.shape.height) x \(value.shape.width)); \(tensor.count) were given")
    }
    let rows = share.range(of: layout.shape.height, along: .rows)
    tensor.withUnsafeBufferPointer { tensor in
      synoptic_int8_quantize(
        tensor.baseAddress.map { $0 + rows.lowerBound * layout.shape.width },
        layout.shape.height * layout.shape.width, UInt32(layout.shape.channels), UInt32(layout.block),
        quantization.scale,
        quantization.zeroPoint, head.region(input).pixels + rows.lowerBound * layout.row, layout.plane,
        layout.row, UInt32(rows.count), UInt32(layout.shape.width))
    }
  }
}
