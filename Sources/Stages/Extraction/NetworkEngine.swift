import Imaging
import Network
import Quantization

/// A network ready to run, in int8 or float32, with the values to be had from it. Shared by all threads.
enum NetworkEngine: Sendable {
  case int8(CompiledPlan)
  case float32(FloatExecutor, outputs: [String])

  /// - Parameter outputs: names as the network knows them, not aliases.
  init(_ network: QuantizedNetwork, outputs: [String], instructionSet: InstructionSet) throws {
    self = .int8(try CompiledPlan(network, outputs: outputs, instructionSet: instructionSet))
  }

  /// - Parameter graph: simplified.
  init(_ graph: Graph, outputs: [String], instructionSet: InstructionSet) throws {
    self = .float32(try FloatExecutor(graph, instructionSet: instructionSet), outputs: outputs)
  }

  /// Elements of one image's output, by position.
  func elementCounts() throws -> [Int] {
    switch self {
    case .int8(let plan):
      return try plan.outputs.map { try plan.network.elementCount(of: $0) }
    case .float32(let executor, let outputs):
      let shapes = try executor.graph.shapes(batch: 1)
      return outputs.map { (shapes[$0] ?? []).reduce(1, *) }
    }
  }

  /// How many images are best run at once.
  var preferredBatch: Int {
    if case .int8(let plan) = self { return plan.preferredBatch }
    return 1
  }

  /// What one thread runs it with.
  ///
  /// - Parameter threads: how many a run may keep busy, the calling one included.
  func makeRunner(_ recipe: PreprocessingRecipe?, threads: Int = 1) throws -> EngineRunner {
    switch self {
    case .int8(let plan):
      let tables = try recipe.map {
        try PixelTables(plan.network, normalization: $0.normalizationTable(), order: $0.channelOrder)
      }
      return EngineRunner(.int8(PlanExecutor(plan, threads: threads), tables), threads: threads)
    case .float32(let executor, let outputs):
      return EngineRunner(.float32(executor, outputs, recipe), threads: threads)
    }
  }
}

/// One thread's way to run a network on images, with the help of others where that was asked for; owns the activations'
/// memory.
struct EngineRunner {
  enum Kind {
    case int8(PlanExecutor, PixelTables?)
    case float32(FloatExecutor, [String], PreprocessingRecipe?)
  }

  private let kind: Kind
  private let threads: Int

  init(_ kind: Kind, threads: Int) { (self.kind, self.threads) = (kind, threads) }

  /// - Parameter pixels: of the network's input size, before normalization.
  /// - Returns: the engine's outputs in their order, each flat.
  func run(_ pixels: PixelImage) throws -> [[Float]] {
    switch kind {
    case .int8(let executor, let tables?):
      try executor.run(pixels: pixels.pixels, tables: tables)
      return executor.plan.outputs.indices.map(executor.output)
    case .float32(_, _, let recipe?):
      return try run(tensor: recipe.tensor(of: pixels))
    case .int8(_, nil), .float32(_, _, nil):
      throw QuantizationError.invalidInput(reason: "pixels need a preprocessing recipe to be normalized by")
    }
  }

  /// - Returns: for each image, what `run` gives for it.
  func run(_ images: [PixelImage]) throws -> [[[Float]]] {
    guard case .int8(let executor, let tables?) = kind else { return try images.map(run) }
    return try executor.run(pixels: images.map(\.pixels), tables: tables)
  }

  /// - Returns: for each tensor, what `run(tensor:)` gives for it.
  func run(tensors: [[Float]]) throws -> [[[Float]]] {
    switch kind {
    case .int8(let executor, _):
      return try executor.run(tensors: tensors)
    case .float32(let executor, let outputs, _):
      return try ParallelWork.map(count: tensors.count, threads: threads) {
        try Self.run(executor, outputs, tensors[$0])
      }
    }
  }

  /// - Parameter tensor: normalized [C, H, W].
  func run(tensor: [Float]) throws -> [[Float]] {
    switch kind {
    case .int8(let executor, _):
      try executor.run(tensor: tensor)
      return executor.plan.outputs.indices.map(executor.output)
    case .float32(let executor, let outputs, _):
      return try Self.run(executor, outputs, tensor)
    }
  }

  private static func run(_ executor: FloatExecutor, _ outputs: [String], _ tensor: [Float]) throws
    -> [[Float]]
  {
    guard let input = executor.graph.inputs.first else { return [] }
    let shape = [1] + input.shape.dropFirst()
    guard shape.reduce(1, *) == tensor.count else {
      throw NetworkError.invalidInput(
        name: input.name, reason: "\(tensor.count) numbers were given for the shape \(shape)")
    }
    let results = try executor.run([input.name: Tensor(shape: shape, values: tensor)], outputs: outputs)
    return outputs.map { results[$0]?.floats ?? [] }
  }
}
