/// A step as a team's members do it.
struct SharedStep: Sendable {
  let step: PlanStep
  let cut: StepCut
  /// Whether members meet before it. They need not where none reads or overwrites what another may still be at.
  let waits: Bool

  /// - Parameter members: at least 1.
  static func steps(of part: PlanPart, members: Int, cuts: CutChoice) -> [SharedStep] {
    guard members > 1 else { return part.steps.map { SharedStep(step: $0, cut: .none, waits: false) } }
    let costs = StepCosts(part, members: members)
    var steps: [SharedStep] = []
    for step in part.steps {
      let previous = steps.last
      let cut = cut(of: step, after: previous, part.memory) ?? costs.cut(of: step, cuts)
      let waits = previous.map { !follows(step, cut, at: $0, part.memory) } ?? false
      steps.append(SharedStep(step: step, cut: cut, waits: waits))
    }
    return steps
  }

  /// How borders are filled: nil for any other step.
  private static func cut(of step: PlanStep, after previous: SharedStep?, _ memory: MemoryPlan) -> StepCut? {
    guard case .fillBorder(let value) = step else { return nil }
    // Each member has memory of its own for what is never there as a whole.
    if memory.layouts[value].heldBlocks != nil { return .repeated }
    return previous?.cut == StepCut.none ? StepCut.none : .blocks
  }

  /// Whether a step can begin while other members are still at the one before.
  private static func follows(
    _ step: PlanStep, _ cut: StepCut, at previous: SharedStep, _ memory: MemoryPlan
  ) -> Bool {
    // One member does both.
    if cut == .none, previous.cut == .none { return true }
    switch (step, previous.step) {
    case (.fillBorder(let value), let before):
      // A map's border shares no memory with its pixels, nor with those that these are made of: a residual that the map
      // overwrites had the same border, but none of it was read. What came before that step is done, because a step
      // that is cut waits for it.
      return cut == .blocks && before.description.output == value
    case (.expandedDepthwise(let pair), .fillBorder(let value)):
      // Each has filled the border that it now reads.
      return pair.expansion.layer.output == value
    default:
      return false
    }
  }
}
