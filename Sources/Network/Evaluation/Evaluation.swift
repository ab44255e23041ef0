/// Runs operators on tensors of any type, one after another: what folds constants, and what runs operators and types
/// that have no fast float kernel.
///
/// Numbers are computed in double precision or 64-bit integers and then rounded to the type of the result. For float32
/// that gives the correctly rounded result of every single addition, product, quotient and square root.
enum Evaluation {
  /// More elements than this a result may not have: a small file could else ask for any amount of memory.
  static let elementLimit = 1 << 27

  typealias Function = @Sendable (EvaluatedNode) throws(NetworkError) -> [Tensor]

  private static let functions: [String: Function] = [
    quantizing, elementwiseUnary, elementwiseBinary, comparison, reducing,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// Quantised operators that only `Graph.simplified()` makes sense of, by turning them into others.
  private static let expanded: Set<String> = [
    "QLinearConv", "QLinearMatMul", "QGemm", "QLinearAdd", "QLinearMul", "QLinearConcat",
    "QLinearGlobalAveragePool", "QLinearAveragePool", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax",
    "ConvInteger", "MatMulInteger",
  ]

  static func knows(_ kind: String) -> Bool { functions[kind] != nil || expanded.contains(kind) }

  /// What the node gives; nil where this operator is not evaluated here.
  static func results(of node: Node, _ inputs: [Tensor?]) throws(NetworkError) -> [Tensor]? {
    guard let general = node.operation.asGeneral, let function = functions[general.kind] else { return nil }
    return try function(
      EvaluatedNode(
        name: node.name, operation: general, inputs: inputs, presentInputs: inputs.map { $0 != nil }))
  }

  /// The shapes of the results where the inputs' shapes decide them: by rule, or those of a run on zeros.
  static func shapes(
    of node: Node, _ shapes: [[Int]], _ known: [Tensor?]
  ) throws(NetworkError) -> [[Int]] {
    if let general = node.operation.asGeneral,
      let told = try shapesByRule(
        of: EvaluatedNode(
          name: node.name, operation: general, inputs: known, presentInputs: node.inputs.map { !$0.isEmpty }),
        shapes)
    {
      return told
    }
    var inputs: [Tensor?] = []
    for (index, shape) in shapes.enumerated() {
      if node.inputs[index].isEmpty {
        inputs.append(nil)
      } else if let value = known[index] {
        inputs.append(value)
      } else {
        guard shape.reduce(1, *) <= 1 << 24 else {
          throw .invalidNode(node: node.name, reason: "its input of shape \(shape) is too large")
        }
        inputs.append(Tensor(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *))))
      }
    }
    guard let results = try results(of: node, inputs) else {
      throw .invalidNode(node: node.name, reason: "its shape cannot be told")
    }
    return results.map(\.shape)
  }
}

/// A node about to be evaluated.
struct EvaluatedNode {
  let name: String
  let operation: GeneralOperator
  /// Values; nil for an input that is left out, or not known yet.
  let inputs: [Tensor?]
  /// Which inputs are not left out.
  let presentInputs: [Bool]

  func invalid(_ reason: String) -> NetworkError {
    .invalidNode(node: name, reason: "\(operation.kind): \(reason)")
  }

  func input(_ index: Int) throws(NetworkError) -> Tensor {
    guard let tensor = optional(index) else { throw invalid("it has no input \(index + 1)") }
    return tensor
  }

  func optional(_ index: Int) -> Tensor? { inputs.indices.contains(index) ? inputs[index] : nil }

  /// - Throws: where a result of this shape would be too large.
  func count(of shape: [Int]) throws(NetworkError) -> Int {
    guard ShapeLimit.allows(shape), shape.reduce(1, *) <= Evaluation.elementLimit else {
      throw invalid("its result would have the shape \(shape)")
    }
    return shape.reduce(1, *)
  }

  func axis(_ axis: Int, rank: Int) throws(NetworkError) -> Int {
    let positive = axis < 0 ? axis + rank : axis
    guard positive >= 0, positive < rank else { throw invalid("axis \(axis) of \(rank) dimensions") }
    return positive
  }

  /// NumPy's broadcasting.
  func broadcast(_ shapes: [[Int]]) throws(NetworkError) -> [Int] {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (index, size) in shape.enumerated() where size != 1 {
        let place = rank - shape.count + index
        guard result[place] == 1 || result[place] == size else {
          throw invalid("shapes \(shapes) do not fit")
        }
        result[place] = size
      }
    }
    _ = try count(of: result)
    return result
  }
}

extension Operation {
  /// The operator in its general form, for those that can be met with types the fast kernels lack.
  var asGeneral: GeneralOperator? {
    switch self {
    case .general(let general): return general
    case .quantizeLinear(let quantization): return quantization.general("QuantizeLinear")
    case .dequantizeLinear(let quantization): return quantization.general("DequantizeLinear")
    case .add(activation: nil): return GeneralOperator("Add")
    case .subtract: return GeneralOperator("Sub")
    case .multiply: return GeneralOperator("Mul")
    case .divide: return GeneralOperator("Div")
    case .cast(let element): return GeneralOperator("Cast", attributes: ["to": .integer(element.rawValue)])
    default: return nil
    }
  }
}

extension LinearQuantization {
  fileprivate func general(_ kind: String) -> GeneralOperator {
    GeneralOperator(
      kind,
      attributes: [
        "axis": .integer(axis), "block_size": .integer(blockSize),
        "output_dtype": .integer(element?.rawValue ?? 0), "saturate": .integer(saturates ? 1 : 0),
      ])
  }
}
