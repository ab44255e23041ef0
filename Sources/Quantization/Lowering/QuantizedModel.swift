import Network

/// A model that is quantised already, told apart: what it computes, as a float graph without any quantising, and with
/// which scales it does.
///
/// Sources: ONNX QuantizeLinear and DequantizeLinear; the QDQ and QOperator forms of ONNX Runtime's `quantize_static`.
/// QOperator nodes have become DequantizeLinear, operator, QuantizeLinear before (`Graph.simplified()`); operators
/// that only move elements may still be there on integers.
struct QuantizedModel {
  /// Without Q/DQ nodes but for those that change a scale: these are identities here. Values keep the names that they
  /// have as numbers; others stand in `replaced`. Constants with scales are integers.
  private(set) var graph: Graph
  /// Of the values that the model has as integers, signed ones moved by 128.
  private(set) var activations: [String: AffineQuantization] = [:]
  private(set) var constants: [String: QuantizedConstant] = [:]

  /// All activations of one kind, as `quantize_static` makes them, are signed or not; of both kinds, unsigned counts.
  private(set) var givenIntegers = GivenIntegers.unsigned

  private let original: Graph
  /// Names of the model to values of the graph.
  private var numbers: [String: String] = [:]
  private var integers: [String: IntegerValue] = [:]
  private var readers: [String: [Node]] = [:]

  private struct IntegerValue {
    var value: String
    var quantization: AffineQuantization
    var isSigned: Bool
  }

  private struct NotUnderstood: Error {}

  /// - Returns: nil for a model whose input isn't quantised, or that does with integers what isn't known here.
  init?(_ original: Graph) {
    self.original = original
    graph = original
    graph.nodes = []
    for node in original.nodes {
      for name in node.inputs { readers[name, default: []].append(node) }
    }
    do {
      for node in original.nodes { try take(node) }
      for output in original.outputs { try keep(output) }
    } catch {
      return nil
    }
    guard original.inputs.count == 1, activations[original.inputs[0].name] != nil else { return nil }
    if integers.values.allSatisfy(\.isSigned) { givenIntegers = .signed }
    for (name, value) in numbers where graph.constants[name] == nil { graph.replaced[name] = .equal(value) }
    for (name, integer) in integers where integer.value != name {
      graph.replaced[name] = .equal(integer.value)
    }
  }

  private mutating func take(_ node: Node) throws {
    switch node.operation {
    case .quantizeLinear(let linear): try takeQuantize(node, linear)
    case .dequantizeLinear(let linear): try takeDequantize(node, linear)
    default:
      var result = node
      let parts = node.inputs.compactMap { integers[$0] }
      if let first = parts.first {
        guard node.operation.movesElements, parts.allSatisfy({ $0.quantization == first.quantization }),
          node.inputs.allSatisfy({ integers[$0] != nil || original.constants[$0] != nil || $0.isEmpty })
        else { throw NotUnderstood() }
        for output in node.outputs {
          activations[output] = first.quantization
          integers[output] = IntegerValue(
            value: output, quantization: first.quantization, isSigned: first.isSigned)
        }
      }
      result.inputs = node.inputs.map { integers[$0]?.value ?? numbers[$0] ?? $0 }
      graph.nodes.append(result)
    }
  }

  private mutating func takeQuantize(_ node: Node, _ linear: LinearQuantization) throws {
    guard let name = node.inputs.first, let output = node.outputs.first,
      let (quantization, isSigned) = parameters(node, element: linear.element)
    else { throw NotUnderstood() }
    guard original.constants[name] == nil else { throw NotUnderstood() }
    var value = numbers[name] ?? name
    let isOnlyQuantized =
      !original.outputs.contains(name)
      && (readers[name] ?? []).allSatisfy { reader in
        guard case .quantizeLinear(let other) = reader.operation else { return false }
        return parameters(reader, element: other.element).map { $0 == (quantization, isSigned) } ?? false
      }
    if activations[value] == nil, numbers[name] == nil, isOnlyQuantized {
      if value.hasSuffix("/float") { value = rename(value, to: output) }
      activations[value] = quantization
    } else if activations[value] != quantization {
      graph.nodes.append(Node(name: node.name, inputs: [value], outputs: [output], operation: .identity))
      value = output
      activations[value] = quantization
    }
    integers[output] = IntegerValue(value: value, quantization: quantization, isSigned: isSigned)
  }

  private mutating func takeDequantize(_ node: Node, _ linear: LinearQuantization) throws {
    guard let name = node.inputs.first, let output = node.outputs.first, node.inputs.count > 1,
      linear.blockSize == 0
    else { throw NotUnderstood() }
    if let constant = original.constants[name] {
      let zeroPoint = node.inputs.count > 2 ? original.constants[node.inputs[2]] : nil
      guard let scale = original.constants[node.inputs[1]],
        node.inputs.count < 3 || node.inputs[2].isEmpty || zeroPoint != nil,
        let quantized = QuantizedConstant(constant, scale: scale, zeroPoint: zeroPoint, axis: linear.axis)
      else { throw NotUnderstood() }
      constants[output] = quantized
      graph.constants[output] = constant
      return
    }
    guard let integer = integers[name],
      let (quantization, _) = parameters(node, element: integer.isSigned ? .int8 : .uint8),
      quantization == integer.quantization
    else { throw NotUnderstood() }
    numbers[output] = integer.value
  }

  /// One scale for all elements and its zero point, in unsigned bytes.
  private func parameters(_ node: Node, element: Tensor.Element?) -> (AffineQuantization, isSigned: Bool)? {
    guard node.inputs.count > 1, let scale = original.constants[node.inputs[1]], scale.count == 1,
      let number = scale.floats.first, number.isFinite, number > 0
    else { return nil }
    var element = element ?? .uint8
    var zero: Int64 = 0
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      guard let zeroPoint = original.constants[node.inputs[2]], zeroPoint.count == 1,
        let level = zeroPoint.integers?.first
      else { return nil }
      (zero, element) = (level, zeroPoint.element)
    }
    switch element {
    case .uint8: return (AffineQuantization(scale: number, zeroPoint: Int32(zero)), false)
    case .int8: return (AffineQuantization(scale: number, zeroPoint: Int32(zero) + 128), true)
    default: return nil
    }
  }

  /// A value that only the expansion of a QOperator node named gets the name that the float model has for it.
  private mutating func rename(_ value: String, to integer: String) -> String {
    let suffix = "_quantized"
    let name = integer.hasSuffix(suffix) ? String(integer.dropLast(suffix.count)) : integer
    guard let maker = graph.nodes.lastIndex(where: { $0.outputs.first == value }),
      !original.inputs.contains(where: { $0.name == name }),
      !original.nodes.contains(where: { $0.outputs.contains(name) })
    else { return value }
    graph.nodes[maker].outputs[0] = name
    return name
  }

  /// Gives an output of the model its name.
  private mutating func keep(_ output: String) throws {
    guard integers[output] == nil else { throw NotUnderstood() }
    guard let value = numbers.removeValue(forKey: output) else { return }
    let isFree = !original.outputs.contains(value) && !original.inputs.contains { $0.name == value }
    guard isFree, let maker = graph.nodes.firstIndex(where: { $0.outputs.contains(value) }) else {
      graph.nodes.append(Node(name: output, inputs: [value], outputs: [output], operation: .identity))
      activations[output] = activations[value]
      return
    }
    graph.nodes[maker].outputs = graph.nodes[maker].outputs.map { $0 == value ? output : $0 }
    for index in graph.nodes.indices {
      graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == value ? output : $0 }
    }
    activations[output] = activations.removeValue(forKey: value)
    for (name, other) in numbers where other == value { numbers[name] = output }
    for (name, other) in integers where other.value == value { integers[name]?.value = output }
    numbers[value] = output
  }
}

extension Operation {
  /// What comes out are elements of what goes in.
  fileprivate var movesElements: Bool {
    switch self {
    case .maxPool, .globalMaxPool, .flatten, .reshape, .squeeze, .unsqueeze, .identity, .transpose, .slice,
      .gather, .concat:
      true
    case .general(let other): other.movesElements
    default: false
    }
  }
}
