/// Operators that work element by element, or along one axis.
extension ONNXOperators {
  static func elementwise(
    _ context: ONNXOperatorContext, _ inputs: inout [String]
  ) throws(NetworkError) -> Operation? {
    let node = context.node
    if let activation = try activation(context) {
      inputs = [node.inputs[0]]
      return .activation(activation)
    }
    if context.opset < 7, node.flag("broadcast"), node.attributes["axis"] != nil {
      throw node.unsupported("it broadcasts along an axis")
    }
    switch node.kind {
    case "PRelu":
      guard context.opset >= 7 else { throw node.unsupported("slopes of channels") }
      return .parametricRelu
    case "Add": return .add(activation: nil)
    case "Sub": return .subtract
    case "Mul": return .multiply
    case "Div": return .divide
    case "Sum": return .sum
    case "Softmax": return .softmax(softmaxAxis(context))
    case "LogSoftmax": return .logSoftmax(softmaxAxis(context))
    case "Dropout":
      if let training = context.input(2), context.constants[training]?.integers?.first != 0 {
        throw node.unsupported("training mode")
      }
      inputs = [node.inputs[0]]
      return .identity
    case "Identity": return .identity
    default: return nil
    }
  }

  private static func activation(_ context: ONNXOperatorContext) throws(NetworkError) -> Activation? {
    let node = context.node
    switch node.kind {
    case "Relu": return .relu
    case "Clip":
      let isAttribute = context.opset < 11
      let lower = isAttribute ? node.attributes["min"]?.float : try context.number(input: 1)
      let upper = isAttribute ? node.attributes["max"]?.float : try context.number(input: 2)
      return .clip(min: lower ?? -.infinity, max: upper ?? .infinity)
    case "LeakyRelu": return .leakyRelu(node.float("alpha", default: 0.01))
    case "Sigmoid": return .sigmoid
    case "Tanh": return .tanh
    case "Elu": return .elu(node.float("alpha", default: 1))
    case "HardSigmoid":
      return .hardSigmoid(alpha: node.float("alpha", default: 0.2), beta: node.float("beta", default: 0.5))
    case "HardSwish": return .hardSwish
    case "Exp": return .exponential
    default: return nil
    }
  }

  private static func softmaxAxis(_ context: ONNXOperatorContext) -> SoftmaxAxis {
    let isOld = context.opset < 13
    return SoftmaxAxis(
      axis: context.node.integer("axis", default: isOld ? 1 : -1), throughLast: isOld)
  }
}
