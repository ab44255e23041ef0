/// Steps over memory that was planned for them.
struct PlanPart: Sendable {
  let values: [QuantizedValue]
  let memory: MemoryPlan
  let steps: [PlanStep]
  let scratchSize: Int
  /// Whether its maps hold several images side by side.
  let isTail: Bool
  /// The steps, to the last one, that several images take turns in.
  var turns: TurnSteps?

  /// Kernels' scratch lies behind the activations.
  var scratchOffset: Int { (memory.size + 63) / 64 * 64 }
  /// Bytes of activations and scratch.
  var arenaSize: Int { scratchOffset + scratchSize }
}
