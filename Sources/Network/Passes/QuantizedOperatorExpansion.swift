/// Operators on quantised tensors (QLinearConv and the like, as ONNX Runtime's `quantize_static` writes them) become
/// DequantizeLinear, the same operator in float, QuantizeLinear: one form for whoever looks for integers.
///
/// DequantizeLinear of constant weights is left in the graph, so that a lowering to int8 sees the integers and their
/// scales: a weight is a node `.dequantizeLinear` whose first input is a constant of int8 or uint8, a bias one whose
/// first input is a constant of int32 with the scale (input scale * weight scale) and no zero point.
extension Graph {
  mutating func expandQuantizedOperators() {
    guard nodes.contains(where: { if case .general = $0.operation { true } else { false } }) else { return }
    var expanded: [Node] = []
    for node in nodes {
      guard case .general(let general) = node.operation,
        let parts = expansion(of: node, general)
      else {
        expanded.append(node)
        continue
      }
      expanded += parts
    }
    nodes = expanded
  }

  private mutating func expansion(of node: Node, _ general: GeneralOperator) -> [Node]? {
    var expansion = QuantizedExpansion(node: node)
    let inputs = node.inputs
    switch general.kind {
    case "QLinearConv" where inputs.count >= 8:
      guard let weights = constants[inputs[3]], weights.shape.count == 4,
        let convolution = try? ONNXOperators.convolution(general, weights: weights.shape, node: node.name)
      else { return nil }
      let x = expansion.dequantize(inputs[0], inputs[1], inputs[2], "x")
      let w = expansion.dequantize(inputs[3], inputs[4], inputs[5], "w", axis: 0)
      var parts = [x, w]
      if inputs.count > 8, !inputs[8].isEmpty {
        guard let scale = product(inputs[1], inputs[4], "\(node.name)/bias_scale") else { return nil }
        parts.append(expansion.dequantize(inputs[8], scale, "", "bias", axis: 0))
      }
      expansion.finish(parts, .convolution(convolution), inputs[6], inputs[7])
    case "QLinearMatMul" where inputs.count >= 8:
      let parts = [
        expansion.dequantize(inputs[0], inputs[1], inputs[2], "a", axis: -2),
        expansion.dequantize(inputs[3], inputs[4], inputs[5], "b", axis: -1),
      ]
      expansion.finish(parts, .matMul, inputs[6], inputs[7])
    case "QGemm" where inputs.count >= 9:
      let gemm = Gemm(
        alpha: general.float("alpha", default: 1), transposeA: general.flag("transA"),
        transposeB: general.flag("transB"))
      var parts = [
        expansion.dequantize(inputs[0], inputs[1], inputs[2], "a"),
        expansion.dequantize(inputs[3], inputs[4], inputs[5], "b", axis: gemm.transposeB ? 0 : 1),
      ]
      if !inputs[6].isEmpty {
        guard let scale = product(inputs[1], inputs[4], "\(node.name)/bias_scale", times: gemm.alpha) else {
          return nil
        }
        parts.append(expansion.dequantize(inputs[6], scale, "", "bias", axis: 0))
      }
      expansion.finish(parts, .gemm(gemm), inputs[7], inputs.count > 8 ? inputs[8] : "")
    case "QLinearAdd" where inputs.count >= 7, "QLinearMul" where inputs.count >= 7:
      let parts = [
        expansion.dequantize(inputs[0], inputs[1], inputs[2], "a"),
        expansion.dequantize(inputs[3], inputs[4], inputs[5], "b"),
      ]
      expansion.finish(
        parts, general.kind == "QLinearAdd" ? .add(activation: nil) : .multiply, inputs[6],
        inputs.count > 7 ? inputs[7] : "")
    case "QLinearConcat" where inputs.count >= 5:
      let parts = stride(from: 2, to: inputs.count - 2, by: 3).map {
        expansion.dequantize(inputs[$0], inputs[$0 + 1], inputs[$0 + 2], "x\($0 / 3)")
      }
      expansion.finish(parts, .concat(axis: general.integer("axis", default: 0)), inputs[0], inputs[1])
    case "ConvInteger" where inputs.count >= 2, "MatMulInteger" where inputs.count >= 2:
      var operation = Operation.matMul
      if general.kind == "ConvInteger" {
        guard let weights = constants[inputs[1]], weights.shape.count == 4,
          let convolution = try? ONNXOperators.convolution(general, weights: weights.shape, node: node.name)
        else { return nil }
        operation = .convolution(convolution)
      }
      let isConvolution = operation != .matMul
      let zeros = inputs.dropFirst(2) + ["", ""]
      // Without a scale the products stay integers, which float32 holds exactly up to 2^24.
      let scales = zip(zeros, ["a_scale", "b_scale"]).map { zero, suffix in
        let name = "\(node.name)/\(suffix)"
        let count = constants[zero]?.count ?? 1
        constants[name] = Tensor(
          shape: constants[zero]?.shape ?? [], values: [Float](repeating: 1, count: count))
        return name
      }
      let parts = [
        expansion.dequantize(inputs[0], scales[0], zeros[zeros.startIndex], "a", axis: -2),
        expansion.dequantize(
          inputs[1], scales[1], zeros[zeros.startIndex + 1], "b", axis: isConvolution ? 0 : -1),
      ]
      expansion.finish(parts, operation, castTo: .int32)
    default:
      guard inputs.count >= 4, let operation = unary(general, node) else { return nil }
      let x = expansion.dequantize(inputs[0], inputs[1], inputs[2], "x")
      expansion.finish([x], operation, inputs[3], inputs.count > 4 ? inputs[4] : "")
    }
    return expansion.nodes
  }

  /// The float operation of one quantised tensor.
  private func unary(_ general: GeneralOperator, _ node: Node) -> Operation? {
    switch general.kind {
    case "QLinearGlobalAveragePool" where !general.flag("channels_last"): return .globalAveragePool
    case "QLinearAveragePool" where !general.flag("channels_last"):
      guard var pooling = try? ONNXOperators.pooling(general, node: node.name) else { return nil }
      pooling.countsOverhang = true
      return .averagePool(pooling)
    case "QLinearSigmoid": return .activation(.sigmoid)
    case "QLinearLeakyRelu": return .activation(.leakyRelu(general.float("alpha", default: 0.01)))
    case "QLinearSoftmax":
      let isOld = general.integer("opset", default: 13) < 13
      return .softmax(SoftmaxAxis(axis: general.integer("axis", default: isOld ? 1 : -1), throughLast: isOld))
    default: return nil
    }
  }

  /// A constant: the input's scale times the weights' scales, times a factor that both have.
  private mutating func product(
    _ input: String, _ weights: String, _ name: String, times factor: Float = 1
  ) -> String? {
    guard let a = constants[input]?.floats, let b = constants[weights], a.count == 1 else { return nil }
    constants[name] = Tensor(shape: b.shape, values: b.floats.map { $0 * a[0] * factor })
    return name
  }
}

/// The nodes that take one quantised operator's place.
private struct QuantizedExpansion {
  let node: Node
  var nodes: [Node] = []

  init(node: Node) { self.node = node }

  /// Appends a DequantizeLinear and gives the name of its result.
  mutating func dequantize(
    _ x: String, _ scale: String, _ zero: String, _ suffix: String, axis: Int = 1
  ) -> String {
    let name = "\(node.name)/\(suffix)"
    nodes.append(
      Node(
        name: name, inputs: zero.isEmpty ? [x, scale] : [x, scale, zero], outputs: [name],
        operation: .dequantizeLinear(LinearQuantization(axis: axis))))
    return name
  }

  mutating func finish(_ inputs: [String], _ operation: Operation, castTo element: Tensor.Element) {
    let name = "\(node.name)/float"
    nodes.append(Node(name: name, inputs: inputs, outputs: [name], operation: operation))
    nodes.append(Node(name: node.name, inputs: [name], outputs: node.outputs, operation: .cast(element)))
  }

  mutating func finish(_ inputs: [String], _ operation: Operation, _ scale: String, _ zero: String) {
    let name = "\(node.name)/float"
    nodes.append(Node(name: name, inputs: inputs, outputs: [name], operation: operation))
    nodes.append(
      Node(
        name: node.name, inputs: zero.isEmpty ? [name, scale] : [name, scale, zero], outputs: node.outputs,
        operation: .quantizeLinear(LinearQuantization())))
  }
}

extension Graph {
  /// Weights that are quantised constants become float constants: for running in float, where they would else be
  /// dequantised in every run.
  ///
  /// - Throws: `NetworkError` where a scale does not fit its tensor.
  public func dequantizingConstants() throws(NetworkError) -> Graph {
    var graph = self
    var remaining: [Node] = []
    for node in nodes {
      guard case .dequantizeLinear = node.operation, let output = node.outputs.first else {
        remaining.append(node)
        continue
      }
      let values = node.inputs.map { $0.isEmpty ? nil : graph.constants[$0] }
      guard zip(node.inputs, values).allSatisfy({ $0.isEmpty || $1 != nil }),
        let result = try Evaluation.results(of: node, values)?.first
      else {
        remaining.append(node)
        continue
      }
      graph.constants[output] = result
    }
    graph.nodes = remaining
    return graph
  }
}
