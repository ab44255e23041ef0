/// Turns nodes of a file into nodes of a graph, one operator after another; what opsets do differently ends here.
///
/// Source: the ONNX operator specification, opsets 7 to 21.
enum ONNXOperators {
  /// Appends a node's meaning to the graph: a node, or for Constant a constant.
  ///
  /// `known` collects the shapes of values that are a constant's elements in another form, as quantised weights are.
  static func append(
    _ node: ONNXNode, opset: Int, to graph: inout Graph, known: inout [String: [Int]]
  ) throws(NetworkError) {
    // ONNX Runtime's own quantising operators came before ONNX's, and mean the same.
    let isOwn =
      node.domain.isEmpty || node.domain == "ai.onnx"
      || (node.domain == "com.microsoft" && ["QuantizeLinear", "DequantizeLinear"].contains(node.kind))
    guard isOwn || Evaluation.knows(node.kind) else {
      throw node.unsupported("it belongs to the operator set \"\(node.domain)\"")
    }
    if node.kind == "Constant" { return try appendConstant(node, to: &graph) }
    let context = ONNXOperatorContext(
      node: node, opset: opset, constants: graph.constants, knownShapes: known)
    if ["QuantizeLinear", "DequantizeLinear", "Cast", "Identity"].contains(node.kind),
      let input = node.inputs.first,
      let output = node.outputs.first
    {
      known[output] = graph.constants[input]?.shape ?? known[input]
    }
    var inputs = node.inputs
    if isOwn {
      try context.checkInputs()
      do {
        if let operation = try operation(context, &inputs, &graph) {
          graph.nodes.append(
            Node(name: node.name, inputs: inputs, outputs: try context.usedOutputs(), operation: operation))
          return
        }
      } catch {
        // A form that has no fast kernel, such as a convolution in one dimension: the evaluator may have it.
        guard case .unsupported = error, Evaluation.knows(node.kind) else { throw error }
      }
    }
    guard Evaluation.knows(node.kind) else { throw node.unsupported("this program has no such operator") }
    guard node.outputs.contains(where: { !$0.isEmpty }) else { throw node.invalid("it has no output") }
    graph.nodes.append(
      Node(
        name: node.name, inputs: node.inputs, outputs: node.outputs,
        operation: .general(try node.general(opset: opset))))
  }

  private static func appendConstant(_ node: ONNXNode, to graph: inout Graph) throws(NetworkError) {
    guard let output = node.outputs.first else { throw node.invalid("it has no output") }
    let value: Tensor
    if let tensor = node.attributes["value"]?.tensor {
      value = tensor
    } else if let number = node.attributes["value_float"]?.float {
      value = Tensor(shape: [], values: [number])
    } else if let number = node.attributes["value_int"]?.integer {
      value = Tensor(shape: [], integers: [number])
    } else if let numbers = node.attributes["value_floats"]?.floats {
      value = Tensor(shape: [numbers.count], values: numbers)
    } else if let numbers = node.attributes["value_ints"]?.integers {
      value = Tensor(shape: [numbers.count], integers: numbers)
    } else {
      throw node.unsupported("a constant can be a tensor, a number or a list of numbers here")
    }
    graph.constants[output] = value
  }

  private static func operation(
    _ context: ONNXOperatorContext, _ inputs: inout [String], _ graph: inout Graph
  ) throws(NetworkError) -> Operation? {
    if let operation = try windowed(context) { return operation }
    if let operation = quantizing(context) { return operation }
    if let operation = try elementwise(context, &inputs) { return operation }
    return try reshaping(context, &inputs, &graph)
  }
}

/// A node with what is needed to understand it.
struct ONNXOperatorContext {
  let node: ONNXNode
  let opset: Int
  let constants: [String: Tensor]
  let knownShapes: [String: [Int]]

  /// How many inputs each operator must at least have.
  private static let requiredInputs = [
    "Conv": 2, "Gemm": 2, "MatMul": 2, "PRelu": 2, "Add": 2, "Sub": 2, "Mul": 2, "Div": 2, "Reshape": 2,
    "BatchNormalization": 5, "Gather": 2, "QuantizeLinear": 2, "DequantizeLinear": 2,
  ]

  func checkInputs() throws(NetworkError) {
    let needed = Self.requiredInputs[node.kind] ?? 1
    guard node.inputs.count >= needed, node.inputs.prefix(needed).allSatisfy({ !$0.isEmpty }) else {
      throw node.invalid("it needs \(needed) inputs and has \(node.inputs.count)")
    }
  }

  /// The output; operations in their own form have only one.
  func usedOutputs() throws(NetworkError) -> [String] {
    guard let first = node.outputs.first, !first.isEmpty else { throw node.invalid("it has no output") }
    let extra = node.outputs.dropFirst().filter { !$0.isEmpty }
    if !extra.isEmpty {
      throw node.unsupported("its further output \"\(extra[0])\" is not computed here")
    }
    return [first]
  }

  /// The shape of a value that is a constant, or one in another form.
  func constantShape(_ name: String) -> [Int]? { constants[name]?.shape ?? knownShapes[name] }

  func input(_ index: Int) -> String? {
    node.inputs.indices.contains(index) && !node.inputs[index].isEmpty ? node.inputs[index] : nil
  }

  /// Integers that are an attribute in older opsets and a (constant) input in newer ones; nil where neither is there.
  func integers(attribute: String, input index: Int) throws(NetworkError) -> [Int]? {
    guard let name = input(index) else { return node.integers(attribute) }
    guard let values = constants[name]?.integers else {
      throw node.unsupported("\(attribute) must be constant, \"\(name)\" is computed")
    }
    return values.map { Int(clamping: $0) }
  }

  /// A number that is a constant input; nil where it is left out.
  func number(input index: Int) throws(NetworkError) -> Float? {
    guard let name = input(index) else { return nil }
    guard let tensor = constants[name], tensor.count == 1 else {
      throw node.unsupported("\"\(name)\" must be a constant of one element")
    }
    return tensor.withFloats { $0[0] }
  }
}
