/// Operators that move elements, reduce, or compute shapes.
extension ONNXOperators {
  static func reshaping(
    _ context: ONNXOperatorContext, _ inputs: inout [String], _ graph: inout Graph
  ) throws(NetworkError) -> Operation? {
    let node = context.node
    switch node.kind {
    case "Concat":
      guard let axis = node.attributes["axis"]?.integer else { throw node.invalid("there is no axis") }
      return .concat(axis: Int(clamping: axis))
    case "Flatten": return .flatten(axis: node.integer("axis", default: 1))
    case "Reshape": return .reshape(allowsZero: node.flag("allowzero"))
    case "Squeeze":
      inputs = [node.inputs[0]]
      return .squeeze(axes: try context.integers(attribute: "axes", input: 1))
    case "Unsqueeze":
      inputs = [node.inputs[0]]
      guard let axes = try context.integers(attribute: "axes", input: 1) else {
        throw node.invalid("there are no axes")
      }
      return .unsqueeze(axes: axes)
    case "Transpose": return .transpose(permutation: node.integers("perm"))
    case "Pad": return .pad(try pad(context, &inputs))
    case "ReduceMean":
      inputs = [node.inputs[0]]
      let axes = try context.integers(attribute: "axes", input: 1)
      if axes?.isEmpty ?? true, node.flag("noop_with_empty_axes") { return .identity }
      return .reduceMean(
        axes: axes?.isEmpty ?? true ? nil : axes, keepsDimensions: node.flag("keepdims", default: true))
    case "Cast": return .cast(try castTarget(node))
    case "Shape":
      return .shape(
        start: node.integer("start", default: 0),
        end: node.attributes["end"]?.integer.map { Int(clamping: $0) })
    case "Gather": return .gather(axis: node.integer("axis", default: 0))
    case "Slice":
      try sliceInputs(context, &inputs, &graph)
      return .slice
    case "ConstantOfShape":
      let value = node.attributes["value"]?.tensor ?? Tensor(shape: [1], values: [0])
      guard value.count == 1 else { throw node.invalid("its value has \(value.count) elements") }
      return .constantOfShape(value)
    default: return nil
    }
  }

  private static func pad(
    _ context: ONNXOperatorContext, _ inputs: inout [String]
  ) throws(NetworkError) -> ConstantPad {
    let node = context.node
    let mode = node.text("mode") ?? "constant"
    guard mode == "constant" else { throw node.unsupported("mode \"\(mode)\", only \"constant\" is there") }
    guard context.opset >= 11 else {
      return ConstantPad(amounts: node.integers("pads") ?? [], value: node.float("value", default: 0))
    }
    guard context.input(3) == nil else { throw node.unsupported("pads for chosen axes") }
    let value = try context.number(input: 2) ?? 0
    guard let name = context.input(1) else { throw node.invalid("there are no pads") }
    if let amounts = context.constants[name]?.integers {
      inputs = [node.inputs[0]]
      return ConstantPad(amounts: amounts.map { Int(clamping: $0) }, value: value)
    }
    inputs = [node.inputs[0], name]
    return ConstantPad(amounts: nil, value: value)
  }

  private static func castTarget(_ node: ONNXNode) throws(NetworkError) -> Tensor.Element {
    let type = node.integer("to", default: 0)
    guard let element = Tensor.Element(rawValue: type) else {
      throw node.unsupported("a cast to element type \(type)")
    }
    guard node.flag("saturate", default: true), element != .float8e8m0 else {
      throw node.unsupported("it has its own way of rounding")
    }
    return element
  }

  /// Before opset 10 the bounds of Slice are attributes: they become constants.
  private static func sliceInputs(
    _ context: ONNXOperatorContext, _ inputs: inout [String], _ graph: inout Graph
  ) throws(NetworkError) {
    let node = context.node
    guard context.opset < 10 else {
      guard context.input(1) != nil, context.input(2) != nil else {
        throw node.invalid("there are no bounds")
      }
      return
    }
    guard let starts = node.integers("starts"), let ends = node.integers("ends") else {
      throw node.invalid("there are no bounds")
    }
    inputs = [node.inputs[0]]
    let axes = node.integers("axes") ?? Array(starts.indices)
    for (suffix, values) in [("starts", starts), ("ends", ends), ("axes", axes)] {
      let name = "\(node.name)/\(suffix)"
      graph.constants[name] = Tensor(shape: [values.count], integers: values.map(Int64.init))
      inputs.append(name)
    }
  }
}
