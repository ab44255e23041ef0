import CKernels

/// How steps are cut into shares.
enum CutChoice: Sendable, Hashable {
  /// As is cheapest; a step that takes no longer than a meeting not at all.
  case cheapest
  /// Along this wherever it can be, and along something else where not, however small the step is.
  case along(StepCut)
}

/// About how many processor cycles a step takes, and each member of a team when the step is cut: near enough to choose
/// between cuts, which differ by tens of percent where it matters.
///
/// A cut along rows lets every member read all weights; one along blocks lets every member read all of the map, much of
/// which then lies in another core's cache. Neither can give a member less than one row, block or tile.
struct StepCosts {
  /// Of a meeting, and of what comes late to it.
  private static let meeting = 1500.0
  /// From beyond a core's own cache.
  private static let bytesPerCycle = 8.0
  /// Products of 8-bit values that the widest dot products do in a cycle.
  private static let productsPerCycle = 256.0

  private let memory: MemoryPlan
  private let members: Int
  private let isTail: Bool

  init(_ part: PlanPart, members: Int) {
    (memory, isTail) = (part.memory, part.isTail)
    self.members = members
  }

  func cut(of step: PlanStep, _ choice: CutChoice) -> StepCut {
    let (whole, cuts) = costs(of: step)
    if case .along(let wanted) = choice {
      return cuts.contains { $0.cut == wanted } ? wanted : cuts.first?.cut ?? .none
    }
    guard let best = cuts.min(by: { $0.cycles < $1.cycles }) else { return .none }
    return best.cycles + Self.meeting < whole ? best.cut : .none
  }

  private typealias Costs = (whole: Double, cuts: [(cut: StepCut, cycles: Double)])

  private func costs(of step: PlanStep) -> Costs {
    switch step {
    case .convolution(let step): dense(step.call.arguments, step.layer)
    case .winograd(let step): winograd(step.call.arguments, step.layer)
    case .depthwise(let step):
      evenly(
        cycles(step.call.arguments), rows: Int(step.call.arguments.rows),
        blocks: Int(step.call.arguments.blocks))
    case .expandedDepthwise(let pair):
      evenly(
        cycles(pair.expansion.call.arguments) + cycles(pair.depthwise.call.arguments),
        blocks: Int(pair.depthwise.call.arguments.blocks))
    case .pooling(let call, _, _, _):
      evenly(cycles(call.arguments), blocks: Int(call.arguments.blocks))
    case .globalAverage(let input, _): map(input, cyclesPerByte: 0.1, .blocks)
    case .add(_, _, let output, _, _, _, _): map(output, cyclesPerByte: 0.3, .rows, .blocks)
    case .multiply(_, _, let output, _): map(output, cyclesPerByte: 0.3, .rows, .blocks)
    case .lookup(_, let output, _): map(output, cyclesPerByte: 1, .rows, .blocks)
    case .rearrange(let step): map(step.output, cyclesPerByte: 1, .rows)
    case .copyChannels(let input, _, _): map(input, cyclesPerByte: 0.25, .rows)
    case .quantize(_, let output): map(output, cyclesPerByte: 1, .blocks)
    case .clamp(let value, _, _): map(value, cyclesPerByte: 0.1, .blocks)
    case .softmax, .floatIsland, .fillBorder: (0, [])
    }
  }

  /// Of `total` things as equal as can be, the largest share's part of the whole.
  private func largestShare(of total: Int, unit: Int = 1) -> Double {
    let units = (total + unit - 1) / unit
    return Double((units + members - 1) / members) / Double(max(1, units))
  }

  /// What costs as much along any cut.
  private func evenly(_ cycles: Double, rows: Int? = nil, blocks: Int? = nil) -> Costs {
    var cuts: [(StepCut, Double)] = []
    if let rows { cuts.append((.rows, cycles * largestShare(of: rows))) }
    if let blocks { cuts.append((.blocks, cycles * largestShare(of: blocks))) }
    return (cycles, cuts)
  }

  private func map(_ value: Int, cyclesPerByte: Double, _ cuts: StepCut...) -> Costs {
    let layout = memory.layouts[value]
    return evenly(
      Double(layout.blocks * layout.plane) * cyclesPerByte,
      rows: cuts.contains(.rows) ? layout.shape.height : nil,
      blocks: cuts.contains(.blocks) ? layout.blocks : nil)
  }

  // MARK: Convolutions

  /// Reading once what others have written, for a member that reads all of it.
  private func reading(_ value: Int) -> Double {
    let layout = memory.layouts[value]
    let others = Double(members - 1) / Double(members)
    return Double(layout.blocks * layout.plane) * others / Self.bytesPerCycle
  }

  private func cycles(_ call: synoptic_int8_convolution) -> Double {
    Double(Int(call.rows) * Int(call.columns) * Int(call.blocks) * call.step_count * Int(call.quads) * 64)
      / Self.productsPerCycle
  }

  /// The depthwise kernels do about as many products in a cycle as a vector has bytes.
  private func cycles(_ call: synoptic_int8_depthwise) -> Double {
    Double(
      Int(call.rows) * Int(call.columns) * Int(call.blocks) * Int(call.kernel_height * call.kernel_width)) / 4
  }

  private func cycles(_ call: synoptic_int8_pooling) -> Double {
    Double(
      Int(call.rows) * Int(call.columns) * Int(call.blocks) * Int(call.kernel_height * call.kernel_width)) / 2
  }

  private func dense(_ call: synoptic_int8_convolution, _ layer: QuantizedConvolution) -> Costs {
    let products = cycles(call)
    let weights = Double(Int(call.blocks) * call.step_count * Int(call.quads) * 64) / Self.bytesPerCycle
    let share = largestShare(of: Int(call.blocks))
    var cuts: [(StepCut, Double)] = [(.blocks, (products + weights) * share + reading(layer.input))]
    // A tail's pixels are few, and not always all there.
    if !isTail {
      let pixels = call.rows == 1 ? Int(call.columns) : Int(call.rows)
      cuts.append((call.rows == 1 ? .columns : .rows, products * largestShare(of: pixels) + weights))
    }
    return (products + weights, cuts)
  }

  private func winograd(_ call: synoptic_int8_winograd, _ layer: QuantizedConvolution) -> Costs {
    let channels = Int(call.input_blocks) * 16
    let across = (Int(call.columns) + 3) / 4
    let down = (Int(call.rows) + 3) / 4
    func cycles(rows: Int, outputs: Double) -> Double {
      // Transforming a tile's inputs takes as long as multiplying them for twelve outputs.
      let products = Double(across * rows * 36 * channels) * (outputs + 12) / (Self.productsPerCycle / 4)
      let strips = Double((across * rows + Self.stripTiles - 1) / Self.stripTiles)
      // Weights are mostly fetched meanwhile.
      return products + strips * Double(channels * 72) * outputs / (2 * Self.bytesPerCycle)
    }
    let outputs = Double(call.blocks) * 16
    let rows = (down + members - 1) / members
    let blocks = largestShare(of: Int(call.blocks), unit: synoptic_int8_winograd.groupBlocks)
    return (
      cycles(rows: down, outputs: outputs),
      [
        (.rows, cycles(rows: rows, outputs: outputs)),
        (.blocks, cycles(rows: down, outputs: outputs * blocks) + reading(layer.input)),
      ]
    )
  }

  /// Tiles that the kernel transforms together.
  private static let stripTiles = 25
}
