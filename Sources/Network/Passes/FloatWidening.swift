/// Networks stored in float16, bfloat16 or float64 are computed in float32: the float executor and the int8 lowering
/// know one type of real numbers. What was a cast between such types then does nothing.
extension Graph {
  private static let widened: Set<Tensor.Element> = [.float16, .bfloat16, .float64]

  mutating func widenFloats() {
    for (name, tensor) in constants where Self.widened.contains(tensor.element) {
      constants[name] = Tensor(shape: tensor.shape, values: tensor.floats)
    }
    for index in inputs.indices where Self.widened.contains(inputs[index].element) {
      inputs[index].element = .float32
    }
    var isReal: Set<String> = []
    for input in inputs where input.element == .float32 { isReal.insert(input.name) }
    for (name, tensor) in constants where tensor.element == .float32 { isReal.insert(name) }
    for index in nodes.indices {
      let takesReal = nodes[index].inputs.first.map(isReal.contains) ?? false
      switch nodes[index].operation {
      case .cast(let element) where element == .float32 || Self.widened.contains(element):
        nodes[index].operation = takesReal ? .identity : .cast(.float32)
        isReal.formUnion(nodes[index].outputs)
      case .constantOfShape(let value) where Self.widened.contains(value.element):
        nodes[index].operation = .constantOfShape(Tensor(shape: value.shape, values: value.floats))
        isReal.formUnion(nodes[index].outputs)
      case .cast, .shape, .constantOfShape, .gather, .general, .quantizeLinear, .dequantizeLinear:
        // The type of what they make is not that of their input, or not known here.
        break
      default:
        if takesReal { isReal.formUnion(nodes[index].outputs) }
      }
    }
  }
}
