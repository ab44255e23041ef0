/// Runs a graph in float32 on one thread. Several may run at once on one executor.
public struct FloatExecutor: Sendable {
  public let graph: Graph
  public let instructionSet: InstructionSet

  public init(_ graph: Graph, instructionSet: InstructionSet = .best) throws(NetworkError) {
    self.graph = graph
    self.instructionSet = instructionSet
  }

  public func run(
    _ inputs: [String: Tensor], outputs: [String],
    observe: ((_ value: String, _ tensor: Tensor) -> Void)? = nil
  ) throws(NetworkError) -> [String: Tensor] { throw .invalidGraph(reason: "not there yet") }

  public func run(node: Node, inputs: [Tensor]) throws(NetworkError) -> [Tensor] {
    throw .invalidGraph(reason: "not there yet")
  }
}
