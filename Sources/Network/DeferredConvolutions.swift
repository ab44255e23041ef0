/// Convolutions that wait for the addition or concatenation that alone reads them, so that both are one pass over the
/// result.
///
/// The results are the same bits as those of the nodes one after another.
struct DeferredConvolutions {
  /// A convolution whose inputs are there.
  struct Waiting {
    let node: Node
    let inputs: [Tensor?]
  }

  private let deferrable: Set<String>
  private var waiting: [String: Waiting] = [:]

  /// None wait.
  init() { deferrable = [] }

  /// - Parameters:
  ///   - nodes: those that will run, in order.
  ///   - readers: how many read each value, as inputs of nodes and as results.
  init(among nodes: [Node], readers: [String: Int]) {
    var (summands, parts): (Set<String>, Set<String>) = ([], [])
    for node in nodes {
      switch node.operation {
      case .add: summands.formUnion(node.inputs)
      case .concat(axis: 1): parts.formUnion(node.inputs)
      default: continue
      }
    }
    var deferrable: Set<String> = []
    for node in nodes {
      guard case .convolution(let convolution) = node.operation, convolution.groups == 1,
        let output = node.outputs.first, readers[output] == 1
      else { continue }
      let activation = convolution.activation
      if activation == nil && summands.contains(output)
        || (activation == nil || activation?.bounds != nil) && parts.contains(output)
      {
        deferrable.insert(output)
      }
    }
    self.deferrable = deferrable
  }

  /// - Returns: false if the node is to run now.
  mutating func defers(_ node: Node, _ inputs: [Tensor?]) -> Bool {
    guard let output = node.outputs.first, deferrable.contains(output) else { return false }
    waiting[output] = Waiting(node: node, inputs: inputs)
    return true
  }

  /// Those that wait for this node, by the index of its input that each will make.
  mutating func take(for node: Node) -> [Int: Waiting] {
    if waiting.isEmpty { return [:] }
    var taken: [Int: Waiting] = [:]
    for (index, name) in node.inputs.enumerated() { taken[index] = waiting.removeValue(forKey: name) }
    return taken
  }
}

extension FloatExecutor {
  /// A node that convolutions waited for; their results are missing among the arguments.
  func execute(
    _ node: Node, _ arguments: [Tensor?], after waiting: [Int: DeferredConvolutions.Waiting]
  ) throws(NetworkError) -> Tensor {
    if case .add(let activation) = node.operation {
      return try sum(node, activation, arguments, waiting)
    }
    if let whole = try concatenation(arguments, waiting) { return whole }
    return try execute(node, try made(arguments, waiting))[0]
  }

  /// The arguments, with what the convolutions make.
  private func made(_ arguments: [Tensor?], _ waiting: [Int: DeferredConvolutions.Waiting])
    throws(NetworkError) -> [Tensor?]
  {
    var arguments = arguments
    for (index, convolution) in waiting {
      arguments[index] = try execute(convolution.node, convolution.inputs)[0]
    }
    return arguments
  }

  /// One convolution ends with the addition.
  private func sum(
    _ node: Node, _ activation: Activation?, _ arguments: [Tensor?],
    _ waiting: [Int: DeferredConvolutions.Waiting]
  ) throws(NetworkError) -> Tensor {
    var (arguments, waiting) = (arguments, waiting)
    // Of two, one is the other's addend.
    if waiting.count == 2, let first = waiting.removeValue(forKey: 0) {
      arguments[0] = try execute(first.node, first.inputs)[0]
    }
    if let convolution = waiting.values.first, case .convolution(var last) = convolution.node.operation,
      let addend = arguments.compactMap(\.self).first, addend.element == .float32,
      hasFastKernel(convolution.node, convolution.inputs)
    {
      last.activation = activation
      var whole = convolution.node
      whole.operation = .convolution(last)
      let step = try fastStep(whole, convolution.inputs, addend: addend)
      if step.shape == addend.shape { return try step.result() }
    }
    return try execute(node, try made(arguments, waiting))[0]
  }

  /// Convolutions that write where their channels lie in the whole; nil if that is not in one piece.
  private func concatenation(_ arguments: [Tensor?], _ waiting: [Int: DeferredConvolutions.Waiting])
    throws(NetworkError) -> Tensor?
  {
    var steps: [Int: FloatStep] = [:]
    for (index, convolution) in waiting where hasFastKernel(convolution.node, convolution.inputs) {
      steps[index] = try fastStep(convolution.node, convolution.inputs)
    }
    guard var whole = steps.values.first?.shape, whole.count == 4, whole[0] == 1 else { return nil }
    let shapes = arguments.indices.compactMap { steps[$0]?.shape ?? arguments[$0]?.shape }
    guard shapes.count == arguments.count,
      arguments.allSatisfy({ $0.map { $0.element == .float32 } ?? true }),
      shapes.allSatisfy({ $0.count == 4 && [$0[0], $0[2], $0[3]] == [1, whole[2], whole[3]] })
    else { return nil }
    whole[1] = shapes.reduce(0) { $0 + $1[1] }
    let buffer = pool.buffer(whole.reduce(1, *))
    var place = buffer.start
    for (index, shape) in shapes.enumerated() {
      let count = shape.reduce(1, *)
      if let step = steps[index], case .convolution(let convolution) = step.node.operation {
        step.writeProduct(try step.kernel(convolution), to: place)
      } else {
        arguments[index]?.withFloats { elements in
          if let start = elements.baseAddress { place.update(from: start, count: count) }
        }
      }
      place += count
    }
    return Tensor(shape: whole, storage: .buffer(buffer))
  }
}
