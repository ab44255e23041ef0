/// Runs operators on tensors of any type, one after another: what folds constants, and what runs operators and types
/// that have no fast float kernel.
///
/// Numbers are computed in double precision or 64-bit integers and then rounded to the type of the result. For float32
/// that gives the correctly rounded result of every single addition, product, quotient and square root.
enum Evaluation {
  /// More elements than this a result may not have: a small file could else ask for any amount of memory.
  static let elementLimit = 1 << 27

  typealias Function = @Sendable (EvaluatedNode) throws(NetworkError) -> [Tensor]
  /// Shapes of the results; it throws where only a run can tell them.
  typealias ShapeRule = @Sendable (EvaluatedNode) throws(NetworkError) -> [[Int]]

  /// Operators whose time grows with the elements they read and write, and no faster.
  private static let linear = table([
    quantizing, elementwiseUnary, elementwiseBinary, bits, comparison, reducing, moving, gathering, making,
    ordering,
  ])

  private static let functions = table([
    linear, normalizing, multiplying, convolving, pooling, resizing, sampling, detecting, losses, attending,
    recurring, transforming,
  ])

  static let shapeRules = table([
    movingShapes, gatheringShapes, makingShapes, orderingShapes, normalizingShapes, multiplyingShapes,
    convolvingShapes, poolingShapes, resizingShapes, samplingShapes, quantizingShapes, lossShapes,
    detectingShapes, recurringShapes, transformingShapes, attendingShapes,
  ])

  private static func table<Value>(_ parts: [[String: Value]]) -> [String: Value] {
    parts.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }

  /// Quantised operators that only `Graph.simplified()` makes sense of, by turning them into others.
  private static let expanded: Set<String> = [
    "QGemm", "QLinearAdd", "QLinearMul", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearAveragePool",
    "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax",
  ]

  static func knows(_ kind: String) -> Bool { functions[kind] != nil || expanded.contains(kind) }

  /// Whether running it on constants, to fold them, takes no more time than reading them.
  static func isCheap(_ operation: Operation) -> Bool {
    if operation.movesElements { return true }
    guard let general = operation.asGeneral else { return false }
    return linear[general.kind] != nil
  }

  /// What the node gives; nil where this operator is not evaluated here.
  static func results(of node: Node, _ inputs: [Tensor?]) throws(NetworkError) -> [Tensor]? {
    if node.operation.movesElements { return [try moved(node, inputs)] }
    guard let general = node.operation.asGeneral, let function = functions[general.kind] else { return nil }
    return try function(
      EvaluatedNode(
        name: node.name, operation: general, inputs: inputs, inputShapes: inputs.map { $0?.shape ?? [] },
        presentInputs: inputs.map { $0 != nil }, outputCount: node.outputs.count))
  }

  /// The shapes of the results where the inputs' shapes, and those values that are known, decide them.
  static func shapes(
    of node: Node, _ shapes: [[Int]], _ known: [Tensor?]
  ) throws(NetworkError) -> [[Int]] {
    guard let general = node.operation.asGeneral else {
      throw .invalidNode(node: node.name, reason: "its shape cannot be told")
    }
    let node = EvaluatedNode(
      name: node.name, operation: general, inputs: known, inputShapes: shapes,
      presentInputs: node.inputs.map { !$0.isEmpty }, outputCount: node.outputs.count)
    return try node.shapes()
  }
}

/// A node about to be evaluated, or about to have its shapes told.
struct EvaluatedNode {
  let name: String
  let operation: GeneralOperator
  /// Values; nil for an input that is left out, or not known yet.
  let inputs: [Tensor?]
  /// Of every input; empty where it is left out.
  let inputShapes: [[Int]]
  /// Which inputs are not left out.
  let presentInputs: [Bool]
  let outputCount: Int

  /// The same node with other inputs.
  func with(_ inputs: [Tensor]) -> EvaluatedNode {
    EvaluatedNode(
      name: name, operation: operation, inputs: inputs, inputShapes: inputs.map(\.shape),
      presentInputs: inputs.map { _ in true }, outputCount: outputCount)
  }

  func invalid(_ reason: String) -> NetworkError {
    .invalidNode(node: name, reason: "\(operation.kind): \(reason)")
  }

  func input(_ index: Int) throws(NetworkError) -> Tensor {
    guard let tensor = optional(index) else {
      throw invalid(
        isPresent(index) ? "its input \(index + 1) must be known" : "it has no input \(index + 1)")
    }
    return tensor
  }

  func optional(_ index: Int) -> Tensor? { inputs.indices.contains(index) ? inputs[index] : nil }

  func isPresent(_ index: Int) -> Bool { presentInputs.indices.contains(index) && presentInputs[index] }

  func shape(_ index: Int) throws(NetworkError) -> [Int] {
    guard isPresent(index), inputShapes.indices.contains(index) else {
      throw invalid("it has no input \(index + 1)")
    }
    return inputShapes[index]
  }

  /// The elements of an input of integers or booleans.
  func integers(_ index: Int) throws(NetworkError) -> [Int] {
    guard let values = try input(index).integers else {
      throw invalid("its input \(index + 1) is not of integers")
    }
    return values.map { Int(clamping: $0) }
  }

  /// Integers that are an attribute in older opsets and an input in newer ones; nil where neither is there.
  func integers(_ attribute: String, input index: Int) throws(NetworkError) -> [Int]? {
    isPresent(index) ? try integers(index) : operation.integers(attribute)
  }

  /// An input of integers that are sizes.
  func sizes(_ index: Int) throws(NetworkError) -> [Int] {
    let sizes = try integers(index)
    guard ShapeLimit.allows(sizes) else { throw invalid("sizes of \(sizes)") }
    return sizes
  }

  /// An input that is one number.
  func number(_ index: Int) throws(NetworkError) -> Double {
    guard let number = try input(index).doubles.first else {
      throw invalid("its input \(index + 1) is empty")
    }
    return number
  }

  /// - Throws: where a result of this shape would be too large.
  @discardableResult
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

  /// Axes counted from the front, each once.
  func axes(_ axes: [Int], rank: Int) throws(NetworkError) -> [Int] {
    let positive = try axes.map { axis throws(NetworkError) in try self.axis(axis, rank: rank) }
    guard Set(positive).count == positive.count else { throw invalid("one of the axes \(axes) twice") }
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
    try count(of: result)
    return result
  }

  /// The result's shape of an operation that is not a general one.
  func typed(_ operation: Operation) throws(NetworkError) -> [Int] {
    let node = Node(
      name: name, inputs: inputs.indices.map { isPresent($0) ? "\($0)" : "" }, outputs: [],
      operation: operation)
    return try ShapeInference(
      node: node, inputs: inputShapes, integers: inputs.map { $0?.integers?.map { Int(clamping: $0) } }
    ).output()
  }
}
