import CKernels
import Network

/// A float island ready to run: shared by all executors of a plan.
struct IslandRunner: Sendable {
  let node: String
  let executor: FloatExecutor
  let inputs: [FloatIsland.Input]
  /// Those that something reads or that are kept.
  let outputs: [FloatIsland.Output]

  init(
    _ island: FloatIsland, network: QuantizedNetwork, memory: MemoryPlan, instructionSet: InstructionSet
  ) throws(QuantizationError) {
    node = island.nodes.first?.name ?? ""
    inputs = island.inputs
    outputs = island.outputs.filter { memory.offsets[$0.value] >= 0 }
    do {
      executor = try FloatExecutor(island.graph(in: network), instructionSet: instructionSet)
    } catch {
      throw .floatIsland(node: island.nodes.first?.name ?? "", reason: error.description)
    }
  }

  /// - Parameters:
  ///   - read: a value's elements in row-major order.
  ///   - write: where a value's elements go, in row-major order.
  func run(
    read: (_ value: Int) -> [Float], write: (_ value: Int) -> UnsafeMutablePointer<Float>
  ) throws(QuantizationError) {
    var tensors: [String: Tensor] = [:]
    for input in inputs { tensors[input.name] = Tensor(shape: input.shape, values: read(input.value)) }
    let results: [String: Tensor]
    do {
      results = try executor.run(tensors, outputs: outputs.map(\.name))
    } catch {
      throw .floatIsland(node: node, reason: error.description)
    }
    for output in outputs {
      results[output.name]?.withFloats { elements in
        if let base = elements.baseAddress { write(output.value).update(from: base, count: elements.count) }
      }
    }
  }
}
