import Network

/// Element-by-element functions of one activation: however many operators they are written with (x * sigmoid(x), a
/// Gelu by its Erf, a hard swish by its constants), they are one table of 256 bytes.
extension GraphLowering {
  /// - Returns: false where the node is no such function.
  mutating func lowerFunction(_ node: Node) throws -> Bool {
    var roots: [String: String?] = [:]
    guard let root = functionRoot(of: node, depth: 0, &roots), shapes[root] == shapes[node.outputs[0]] else {
      return false
    }
    let source = try bytes(of: root, node: node.name)
    guard let from = values[source].quantization else { return false }
    let to = try quantization(of: node.outputs[0])
    guard let results = try results(of: node, root: root, for: (0...255).map { from.dequantize($0) }) else {
      return false
    }
    let output = try define(node.outputs[0], node: node.name, quantization: to)
    operations.append(.lookup(input: source, output: output, table: data.append(results.map(to.quantize))))
    return true
  }

  private static let deepest = 16

  /// The one value that a node's result is a function of, element by element; nil where there is none.
  ///
  /// - Parameter roots: what was found before, by result: a node may be come to over many ways.
  private func functionRoot(of node: Node, depth: Int, _ roots: inout [String: String?]) -> String? {
    guard let output = node.outputs.first else { return nil }
    if let known = roots[output] { return known }
    let root = newFunctionRoot(of: node, depth: depth, &roots)
    roots[output] = .some(root)
    return root
  }

  private func newFunctionRoot(of node: Node, depth: Int, _ roots: inout [String: String?]) -> String? {
    guard node.operation.isElementwise, node.outputs.count == 1, depth < Self.deepest else { return nil }
    var found: String?
    for name in node.inputs where !name.isEmpty {
      if let constant = graph.constants[name] {
        guard constant.count == 1 else { return nil }
        continue
      }
      let root = makers[name].flatMap { functionRoot(of: $0, depth: depth + 1, &roots) } ?? name
      guard found == nil || found == root else { return nil }
      found = root
    }
    return found
  }

  /// What a node makes of numbers in its root; what the model rounds on the way is rounded.
  private mutating func results(of node: Node, root: String, for numbers: [Float]) throws -> [Float]? {
    var nodes: [Node] = []
    var known: Set<String> = [root]
    func add(_ node: Node) {
      for name in node.inputs where !known.contains(name) {
        if let maker = makers[name] { add(maker) }
      }
      if known.insert(node.outputs[0]).inserted { nodes.append(node) }
    }
    add(node)
    var all: [Node] = []
    for inner in nodes {
      let name = inner.outputs[0]
      if let sum = levelSum(inner) {
        all += sum
        continue
      }
      guard let quantization = model?.activations[name], name != node.outputs[0] else {
        all.append(inner)
        continue
      }
      var exact = inner
      exact.outputs[0] = "\(name)/exact"
      all += [exact] + roundingNodes(exact.outputs[0], to: name, quantization)
    }
    var constants: [String: Tensor] = [:]
    for name in all.flatMap(\.inputs) {
      constants[name] = model?.constants[name]?.tensor ?? graph.constants[name] ?? roundingConstants[name]
    }
    let input = Tensor(shape: [1, 1, 1, numbers.count], values: numbers)
    let part = Graph(
      name: node.name, inputs: [GraphInput(name: root, shape: input.shape)], outputs: [node.outputs[0]],
      nodes: all, constants: constants)
    let results = try? FloatExecutor(part).run([root: input], outputs: [node.outputs[0]])
    guard let values = results?[node.outputs[0]]?.floats, values.count == numbers.count else { return nil }
    return values
  }
}

extension Operation {
  /// Whether each element of the result is made of one element of each input.
  var isElementwise: Bool {
    switch self {
    case .activation, .add, .subtract, .multiply, .divide, .sum, .parametricRelu: true
    case .general(let other): Self.elementwise.contains(other.kind)
    default: false
    }
  }

  private static let elementwise: Set<String> = [
    "Abs", "Ceil", "Celu", "Clip", "Cos", "Erf", "Exp", "Floor", "Gelu", "HardSwish", "Log", "Max", "Min",
    "Mish", "Neg", "Pow", "QuickGelu", "Reciprocal", "Round", "Selu", "Shrink", "Sign", "Sin", "Softplus",
    "Softsign", "Sqrt", "Swish", "Tanh", "ThresholdedRelu",
  ]
}
