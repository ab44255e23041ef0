import Network

/// Puts a graph together node by node.
struct GraphBuilder {
  private var nodes: [Node] = []
  private var constants: [String: Tensor] = [:]
  private var random: SeededGenerator
  private let size: Int
  private let channels: Int

  init(channels: Int = 3, size: Int = 20, seed: UInt64 = 1) {
    self.channels = channels
    self.size = size
    random = SeededGenerator(state: seed)
  }

  mutating func append(_ operation: Operation, _ inputs: [String]) -> String {
    let name = "value\(nodes.count)"
    nodes.append(Node(name: "node\(nodes.count)", inputs: inputs, outputs: [name], operation: operation))
    return name
  }

  /// He-initialised weights, small biases.
  mutating func convolution(
    _ input: String, from: Int, to: Int, kernel: Int, stride: Int = 1, groups: Int = 1, dilation: Int = 1,
    pads: Padding? = nil, activation: Activation? = .relu
  ) -> String {
    let pad = dilation * (kernel - 1) / 2
    let perChannel = from / groups * kernel * kernel
    let weights = constant([to, from / groups, kernel, kernel], scale: (2 / Float(perChannel)).squareRoot())
    let bias = constant([to], scale: 0.1)
    return append(
      .convolution(
        Convolution(
          kernel: Int2(kernel, kernel), strides: Int2(stride, stride), dilations: Int2(dilation, dilation),
          pads: pads ?? Padding(top: pad, left: pad, bottom: pad, right: pad), groups: groups,
          activation: activation)),
      [input, weights, bias])
  }

  mutating func dense(_ input: String, from: Int, to: Int, activation: Activation? = nil) -> String {
    let weights = constant([to, from], scale: (2 / Float(from)).squareRoot())
    let bias = constant([to], scale: 0.1)
    return append(.gemm(Gemm(transposeB: true, activation: activation)), [input, weights, bias])
  }

  mutating func integers(_ values: [Int64]) -> String {
    let name = "constant\(constants.count)"
    constants[name] = Tensor(shape: [values.count], integers: values)
    return name
  }

  mutating func scalar(_ value: Float) -> String {
    let name = "constant\(constants.count)"
    constants[name] = Tensor(shape: [], values: [value])
    return name
  }

  /// An operator with several results.
  mutating func split(_ input: String, into parts: Int) -> [String] {
    let number = nodes.count
    let names = (0..<parts).map { "value\(number).\($0)" }
    nodes.append(
      Node(
        name: "node\(number)", inputs: [input], outputs: names,
        operation: .general(
          GeneralOperator(
            "Split", opset: 18, attributes: ["axis": .integer(1), "num_outputs": .integer(parts)]))))
    return names
  }

  private mutating func constant(_ shape: [Int], scale: Float) -> String {
    let name = "constant\(constants.count)"
    let values = (0..<shape.reduce(1, *)).map { _ in random.normal() * scale }
    constants[name] = Tensor(shape: shape, values: values)
    return name
  }

  func graph(output: String) -> Graph {
    Graph(
      name: "small", inputs: [GraphInput(name: "input", shape: [-1, channels, size, size])],
      outputs: [output],
      nodes: nodes, constants: constants)
  }

  /// Images whose neighbouring pixels go together, as those of photographs do.
  func images(_ count: Int) -> [Tensor] {
    var random = SeededGenerator(state: 99)
    return (0..<count).map { _ in
      var values: [Float] = []
      for _ in 0..<channels {
        let (a, b, c) = (random.normal(), random.normal(), random.normal())
        for y in 0..<size {
          for x in 0..<size {
            let position = (Float(y) * a + Float(x) * b) / Float(size)
            values.append(max(-1, min(1, position + c / 2 + random.normal() * 0.2)))
          }
        }
      }
      return Tensor(shape: [1, channels, size, size], values: values)
    }
  }
}
