/// Convolutions that wait for the addition that alone reads them, so that both are one pass over the result.
///
/// The sums are the same bits as those of the two nodes one after another.
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
    var summands: Set<String> = []
    for node in nodes { if case .add = node.operation { summands.formUnion(node.inputs) } }
    var deferrable: Set<String> = []
    for node in nodes {
      guard case .convolution(let convolution) = node.operation, convolution.activation == nil,
        convolution.groups == 1, let output = node.outputs.first, readers[output] == 1,
        summands.contains(output)
      else { continue }
      deferrable.insert(output)
    }
    self.deferrable = deferrable
  }

  /// - Returns: false if the node is to run now.
  mutating func defers(_ node: Node, _ inputs: [Tensor?]) -> Bool {
    guard let output = node.outputs.first, deferrable.contains(output) else { return false }
    waiting[output] = Waiting(node: node, inputs: inputs)
    return true
  }

  /// Those that wait for this node, its first input's before its second's.
  mutating func take(for node: Node) -> [Waiting] {
    waiting.isEmpty ? [] : node.inputs.compactMap { waiting.removeValue(forKey: $0) }
  }
}

extension DeferredConvolutions.Waiting {
  /// The convolution that ends with the addition, or nil if it cannot: its activation comes after the sum.
  func ending(in addition: Node) -> Node? {
    guard case .convolution(var convolution) = node.operation, case .add(let activation) = addition.operation
    else { return nil }
    convolution.activation = activation
    var whole = node
    whole.outputs = addition.outputs
    whole.operation = .convolution(convolution)
    return whole
  }
}
