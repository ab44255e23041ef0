/// Weights that a model has in float32 and quantises itself, as ONNX Runtime's `AddQDQPairToWeight` leaves them, become
/// the integers that whoever lowers it to int8 looks for.
extension Graph {
  mutating func quantizeConstants() throws(NetworkError) {
    var remaining: [Node] = []
    for node in nodes {
      guard case .quantizeLinear = node.operation, let output = node.outputs.first,
        node.inputs.allSatisfy({ $0.isEmpty || constants[$0] != nil }),
        let result = try Evaluation.results(of: node, node.inputs.map { constants[$0] })?.first
      else {
        remaining.append(node)
        continue
      }
      constants[output] = result
    }
    nodes = remaining
  }
}
