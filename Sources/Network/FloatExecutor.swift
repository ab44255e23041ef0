/// Runs a graph in float32 on the calling thread. Several threads may run one executor at once.
///
/// Weights of convolutions are packed for the kernels when first used, once for all runs; those of dense layers are
/// read where they lie in the file.
public struct FloatExecutor: Sendable {
  public let graph: Graph
  public let instructionSet: InstructionSet
  let pool = FloatBufferPool()
  let packed = PackedWeights()
  private let knownValues: Set<String>

  /// - Throws: `NetworkError.invalidInput` for an instruction set this processor does not have.
  public init(_ graph: Graph, instructionSet: InstructionSet = .best) throws(NetworkError) {
    guard InstructionSet.available.contains(instructionSet) else {
      throw .invalidInput(
        name: instructionSet.rawValue, reason: "this processor does not have that instruction set")
    }
    self.graph = graph
    self.instructionSet = instructionSet
    knownValues = Set(graph.nodes.flatMap(\.outputs)).union(graph.inputs.map(\.name)).union(
      graph.constants.keys)
  }

  /// Computes the values named in `outputs`, and no more than they need.
  ///
  /// - Parameters:
  ///   - inputs: by name; shapes as the graph's inputs have them (open dimensions of any size).
  ///   - outputs: names of any values of the graph.
  ///   - observe: called with every value that a node makes, in order (not with the inputs).
  /// - Throws: `NetworkError` for missing or misshapen inputs, unknown outputs, or shapes that do not fit.
  public func run(
    _ inputs: [String: Tensor], outputs: [String],
    observe: ((_ value: String, _ tensor: Tensor) -> Void)? = nil
  ) throws(NetworkError) -> [String: Tensor] {
    if let unknown = outputs.first(where: { !knownValues.contains($0) }) {
      throw .unknownLayer(name: unknown, nearest: nearestNames(to: unknown, among: Array(knownValues)))
    }
    let nodes = neededNodes(outputs)
    try check(inputs)
    var values = inputs
    var readers: [String: Int] = [:]
    for name in nodes.flatMap(\.inputs) + outputs { readers[name, default: 0] += 1 }
    // Who observes sees every value, so each node has to make its own.
    var deferred =
      observe == nil ? DeferredConvolutions(among: nodes, readers: readers) : DeferredConvolutions()
    for node in nodes {
      let waiting = deferred.take(for: node)
      let arguments = try node.inputs.enumerated().map { index, name throws(NetworkError) -> Tensor? in
        if name.isEmpty || waiting[index] != nil { return nil }
        if let value = values[name] ?? graph.constants[name] { return value }
        throw .invalidInput(name: name, reason: "node \"\(node.name)\" needs it and it was not given")
      }
      // The last reader frees its inputs, so that the next layer can have the memory.
      for name in node.inputs {
        readers[name, default: 0] -= 1
        if readers[name] == 0 { values[name] = nil }
      }
      if deferred.defers(node, arguments) { continue }
      let results =
        if waiting.isEmpty { try execute(node, arguments) } else {
          [try execute(node, arguments, after: waiting)]
        }
      for (output, result) in zip(node.outputs, results) where !output.isEmpty {
        observe?(output, result)
        if readers[output, default: 0] > 0 { values[output] = result }
      }
    }
    var results: [String: Tensor] = [:]
    for name in outputs { results[name] = values[name] ?? graph.constants[name] }
    return results
  }

  /// Runs one node alone on its inputs, constants among them (an optional one left out at the end is not there).
  ///
  /// - Throws: `NetworkError.invalidNode` if they do not fit.
  public func run(node: Node, inputs: [Tensor]) throws(NetworkError) -> [Tensor] {
    var given = inputs.makeIterator()
    let arguments = node.inputs.map { $0.isEmpty ? nil : given.next() }
    guard zip(node.inputs, arguments).allSatisfy({ $0.isEmpty || $1 != nil }) else {
      throw .invalidNode(
        node: node.name, reason: "it needs \(node.inputs.count) inputs, \(inputs.count) are there")
    }
    return try execute(node, arguments)
  }

  private func neededNodes(_ outputs: [String]) -> [Node] {
    var needed = Set(outputs)
    var nodes: [Node] = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      nodes.append(node)
    }
    return nodes.reversed()
  }

  private func check(_ inputs: [String: Tensor]) throws(NetworkError) {
    for (name, tensor) in inputs { try ShapeLimit.check(input: name, tensor.shape) }
    for input in graph.inputs {
      guard let tensor = inputs[input.name] else { continue }
      guard tensor.shape.count == input.shape.count || input.shape.isEmpty,
        zip(tensor.shape, input.shape).allSatisfy({ $0 == $1 || $1 == -1 })
      else {
        let wanted = input.shape.map { $0 == -1 ? "any" : "\($0)" }.joined(separator: ", ")
        throw .invalidInput(
          name: input.name, reason: "its shape is \(tensor.shape), the network takes [\(wanted)]")
      }
    }
  }

  func execute(_ node: Node, _ inputs: [Tensor?]) throws(NetworkError) -> [Tensor] {
    if case .general(let general) = node.operation,
      let results = FastOperator(self, node, general, inputs).results()
    {
      return results
    }
    if let result = FastQuantization(self, inputs)?.result(of: node.operation) { return [result] }
    if !hasFastKernel(node, inputs), let results = try Evaluation.results(of: node, inputs) { return results }
    return [try fastStep(node, inputs).result()]
  }

  /// The fast kernels are for float32; operators on other types, and those they lack, are evaluated.
  func hasFastKernel(_ node: Node, _ inputs: [Tensor?]) -> Bool {
    func isFloat(_ index: Int) -> Bool {
      inputs.indices.contains(index) && inputs[index]?.element == .float32
    }
    switch node.operation {
    case .general, .quantizeLinear, .dequantizeLinear, .shape, .cast: return false
    case .constantOfShape(let value): return value.element == .float32
    // Their other inputs are indices and sizes.
    case .reshape, .squeeze, .unsqueeze, .slice, .gather, .pad: return isFloat(0)
    default: return inputs.allSatisfy { $0.map { $0.element == .float32 } ?? true }
    }
  }

  func fastStep(_ node: Node, _ inputs: [Tensor?], addend: Tensor? = nil) throws(NetworkError)
    -> FloatStep
  {
    let inference = ShapeInference(
      node: node, inputs: inputs.map { $0?.shape ?? [] },
      integers: inputs.map { $0?.integers?.map { Int(clamping: $0) } })
    let shape = try inference.output()
    // Only a slice can leave out an input before its last one, and its kernel looks at the first alone.
    if node.operation != .slice, let missing = inputs.firstIndex(where: { $0 == nil }) {
      throw inference.invalid("its input \(missing + 1) is left out")
    }
    return FloatStep(
      node: node, inputs: inputs.compactMap { $0 }, shape: shape, inference: inference,
      executor: self, addend: addend)
  }
}
