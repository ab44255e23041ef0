import Network

extension QuantizedNetwork {
  /// Turns a float graph into int8.
  ///
  /// - Parameters:
  ///   - graph: a simplified graph with one input, [N, C, H, W].
  ///   - calibration: what the graph's values looked like on real images.
  ///   - inputRange: the input's exact range where the preprocessing fixes it; otherwise what calibration saw.
  ///   - options: how ranges and weights are chosen.
  /// - Throws: `QuantizationError.unsupported` naming the operator and its node; `.unknownQuantization` for a model with
  ///   scales of its own, which measured ones would silently replace.
  public static func quantize(
    _ graph: Graph, calibration: Calibration, inputRange: (lower: Float, upper: Float)? = nil,
    options: QuantizationOptions = QuantizationOptions()
  ) throws -> QuantizedNetwork {
    try checkQuantization(of: graph)
    var lowering = try GraphLowering(
      graph, calibration: calibration, inputRange: inputRange, options: options)
    return try lowering.lowered()
  }

  /// A model that is quantised already, with the scales that it has: nothing is measured, nothing rounded anew.
  ///
  /// What it has as integers gives, byte by byte, what ONNX Runtime gives (see `GivenIntegers`).
  /// - Parameter graph: a simplified graph.
  /// - Returns: nil where the graph is a float network, or quantised in a way that is not known here.
  /// - Throws: what lowering any graph can.
  public static func asGiven(_ graph: Graph) throws -> QuantizedNetwork? {
    guard let model = QuantizedModel(graph) else { return nil }
    var lowering = try GraphLowering(model.graph, model: model)
    return try lowering.lowered()
  }

  /// - Throws: `QuantizationError.unknownQuantization` where the graph rounds activations itself.
  static func checkQuantization(of graph: Graph) throws(QuantizationError) {
    for node in graph.nodes {
      guard case .quantizeLinear = node.operation, let input = node.inputs.first,
        graph.constants[input] == nil
      else { continue }
      throw .unknownQuantization(node: node.name)
    }
  }
}

/// The state of one lowering: values and operations made so far.
struct GraphLowering {
  let graph: Graph
  let calibration: Calibration
  /// One that has the scales itself: then nothing is calibrated.
  let model: QuantizedModel?
  let shapes: [String: [Int]]
  let sharing: SharedQuantization
  let residuals: ResidualFusion
  let options: QuantizationOptions
  /// Only to see what has an int8 form: scales and weights don't matter.
  let isTrial: Bool
  private let ranges: RangeSelection?

  var values: [QuantizedValue] = []
  var operations: [QuantizedOperation] = []
  var data = DataSection()
  /// Value of the float graph to index of the quantised one; several names may share one.
  var indices = RevertibleDictionary<String, Int>()
  /// Float32 values to the bytes made of them.
  var quantizedCopies = RevertibleDictionary<Int, Int>()
  /// Float operators not yet put among the operations.
  var islands: [OpenIsland] = []
  /// What moves elements into a tensor that is no map, by what it makes.
  var deferred = RevertibleDictionary<String, Node>()
  /// Scales and zero points of what float operators round as the model does.
  var roundingConstants: [String: Tensor] = [:]

  /// Of values that share one, by what stands for them.
  private var sharedQuantizations: [String: AffineQuantization] = [:]

  private let inputRange: (lower: Float, upper: Float)?
  private let readers: [String: Int]
  /// The node that makes a value.
  let makers: [String: Node]

  init(
    _ graph: Graph, calibration: Calibration = Calibration(), model: QuantizedModel? = nil,
    inputRange: (lower: Float, upper: Float)? = nil, options: QuantizationOptions = QuantizationOptions(),
    isTrial: Bool = false
  ) throws {
    self.options = options
    self.isTrial = isTrial
    self.model = model
    self.calibration = calibration
    ranges =
      model == nil && !isTrial ? RangeSelection(graph, calibration: calibration, rule: options.ranges) : nil
    self.graph = graph
    self.inputRange = inputRange
    shapes = try graph.shapes(batch: 1)
    sharing = SharedQuantization(graph)
    residuals = ResidualFusion(graph, shapes: shapes) { model?.activations[$0] == nil }
    makers = Dictionary(
      graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first }
    )
    readers = graph.nodes.reduce(into: [:]) { counts, node in
      for input in node.inputs { counts[input, default: 0] += 1 }
    }
  }

  mutating func lowered() throws -> QuantizedNetwork {
    guard graph.inputs.count == 1, let input = graph.inputs.first else {
      throw QuantizationError.unsupported(
        operation: "a network of \(graph.inputs.count) inputs", node: graph.name,
        reason: "one image input is expected")
    }
    if !isTrial { try checkWeights() }
    let inputIndex = try define(
      input.name, node: input.name, quantization: try inputQuantization(of: input.name))

    let fused = residuals.fused
    for (index, node) in graph.nodes.enumerated() where !fused.contains(index) {
      try lowerOrFloat(node, addition: residuals.additions[index].map { graph.nodes[$0] })
    }
    try closeIslands()

    var outputs: [Int] = []
    for output in graph.outputs { outputs.append(try index(of: output, node: output)) }
    let names = Set(values.map(\.name))
    let structure = QuantizedNetwork.Structure(
      name: graph.name, input: inputIndex, outputs: outputs, values: values, operations: operations,
      aliases: aliases.filter { !names.contains($0.key) }, givenIntegers: model?.givenIntegers)
    let network = QuantizedNetwork(structure: structure, data: NetworkBytes(data.bytes))
    try network.validate()
    return network
  }

  /// - Throws: `NetworkError.invalidNode` where a weight is infinite or no number: bytes would make numbers of it.
  private func checkWeights() throws(NetworkError) {
    for node in graph.nodes {
      switch node.operation {
      case .convolution, .gemm, .matMul: break
      default: continue
      }
      for name in node.inputs.dropFirst() {
        guard let constant = graph.constants[name], constant.element == .float32 else { continue }
        let greatest = constant.withFloats { $0.reduce(0) { max($0, $1.bitPattern & 0x7fff_ffff) } }
        guard greatest < 0x7f80_0000 else {
          throw .invalidNode(
            node: node.name,
            reason: "\"\(name)\" has weights that are infinite or no numbers; int8 has none such")
        }
      }
    }
  }

  private mutating func inputQuantization(of input: String) throws -> AffineQuantization {
    if model != nil || isTrial { return try quantization(of: input) }
    let exact = calibration.histograms[input].map { (lower: $0.minimum, upper: $0.maximum) }
    guard let range = inputRange ?? exact, range.lower <= range.upper else {
      throw QuantizationError.notCalibrated(value: input)
    }
    return AffineQuantization(lower: range.lower, upper: range.upper)
  }

  /// Every name that stands for a value: also those that passes took away, and `embedding`.
  private var aliases: [String: Int] {
    var result = indices.entries
    for name in graph.replaced.keys where result[name] == nil {
      var current = name
      for _ in 0..<graph.replaced.count {
        guard case .equal(let other)? = graph.replaced[current], result[current] == nil else { break }
        current = other
      }
      result[name] = result[current]
    }
    if result["embedding"] == nil, let embedding = try? graph.resolveLayer("embedding") {
      result["embedding"] = indices[embedding]
    }
    return result
  }

  /// In int8 where that can be, else in float32.
  private mutating func lowerOrFloat(_ node: Node, addition: Node?) throws {
    guard let reason = try obstacle(lowering: node, addition: addition) else { return }
    guard let addition else { return float(node, reason: reason) }
    try lowerOrFloat(node, addition: nil)
    try lowerOrFloat(addition, addition: nil)
  }

  /// Lowers a node to int8.
  ///
  /// - Returns: why that can't be; then nothing is changed.
  private mutating func obstacle(lowering node: Node, addition: Node?) throws -> String? {
    let before = (
      values: values.count, operations: operations.count, data: data.bytes.count, islands: islands
    )
    indices.mark()
    quantizedCopies.mark()
    deferred.mark()
    do {
      try lower(node, addition: addition)
      return nil
    } catch QuantizationError.unsupported(_, _, let reason) {
      values.removeLast(values.count - before.values)
      operations.removeLast(operations.count - before.operations)
      data.truncate(to: before.data)
      islands = before.islands
      indices.revert()
      quantizedCopies.revert()
      deferred.revert()
      return reason
    }
  }

  // MARK: Values

  /// Whether a value is only a result of the network: it can stay float32.
  func isFinal(_ name: String) -> Bool { readers[name] == nil }

  mutating func index(of name: String, node: String) throws -> Int {
    materialize(name)
    try closeIsland(making: name)
    guard let index = indices[name] else {
      throw QuantizationError.unsupported(
        operation: "the constant or computed input \"\(name)\"", node: node,
        reason: "an activation is expected here")
    }
    return index
  }

  /// The index of a value as bytes, made from float32 where it is that.
  ///
  /// - Parameter isFlattened: the node takes the elements in order, whatever shape they have been given since.
  mutating func bytes(of name: String, node: String, isFlattened: Bool = false) throws -> Int {
    let index = try index(of: name, node: node)
    // A reshaped tensor is another name for the same bytes; only who ignores its shape may read those.
    guard isFlattened || shapes[name].flatMap({ MapShape($0) }) == values[index].shape else {
      throw QuantizationError.unsupported(
        operation: "a layer on a tensor reshaped to \(shapes[name] ?? [])", node: node,
        reason: "only a dense layer can follow a reshape")
    }
    guard values[index].quantization == nil else { return index }
    guard isInPlainOrder(index) else {
      throw QuantizationError.unsupported(
        operation: "a layer on float32 maps", node: node, reason: "what it reads has no scale in the model")
    }
    if let copy = quantizedCopies[index] { return copy }
    quantizedCopies[index] = quantized(index, as: try quantization(of: name))
    return values.count - 1
  }

  /// Makes bytes of a float32 value.
  mutating func quantized(_ index: Int, as quantization: AffineQuantization) -> Int {
    values.append(
      QuantizedValue(
        name: values[index].name + " (int8)", shape: values[index].shape, quantization: quantization))
    operations.append(.quantize(input: index, output: values.count - 1))
    return values.count - 1
  }

  /// Whether a float32 value can be made bytes.
  func isInPlainOrder(_ index: Int) -> Bool {
    values[index].isRowMajor || values[index].shape.count == values[index].shape.channels
  }

  mutating func define(_ name: String, node: String, quantization: AffineQuantization?) throws -> Int {
    guard let shape = shapes[name], let map = MapShape(shape) else {
      throw QuantizationError.unsupported(
        operation: "a tensor of shape \(shapes[name] ?? [])", node: node,
        reason: "a map or a vector is expected")
    }
    values.append(QuantizedValue(name: name, shape: map, quantization: quantization))
    indices[name] = values.count - 1
    return values.count - 1
  }

  /// One range for all values that must share it.
  mutating func quantization(of name: String) throws -> AffineQuantization {
    if isTrial { return AffineQuantization(scale: 1, zeroPoint: 128) }
    if let model {
      guard let quantization = model.activations[name] else {
        throw QuantizationError.unsupported(
          operation: "the value", node: name, reason: "the model has no scale for it")
      }
      return quantization
    }
    guard calibration.histograms[name] != nil else { throw QuantizationError.notCalibrated(value: name) }
    let representative = sharing.representative(of: name)
    if let known = sharedQuantizations[representative] { return known }
    var lower: Float = 0
    var upper: Float = 0
    for member in sharing.group(of: name) where calibration.histograms[member] != nil {
      guard let range = try ranges?.range(of: member) else { continue }
      lower = min(lower, range.lower)
      upper = max(upper, range.upper)
    }
    let quantization = AffineQuantization(lower: lower, upper: upper)
    sharedQuantizations[representative] = quantization
    return quantization
  }
}

extension MapShape {
  /// From [1, C, H, W] or [1, C]; nil for anything else.
  init?(_ shape: [Int]) {
    guard shape.count >= 2, shape[0] == 1, shape.allSatisfy({ $0 > 0 }) else { return nil }
    switch shape.count {
    case 2: self.init(channels: shape[1], height: 1, width: 1)
    case 4: self.init(channels: shape[1], height: shape[2], width: shape[3])
    default: return nil
    }
  }
}
