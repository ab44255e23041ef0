/// One line of `network show`: a node by the name of the value it makes.
public struct Layer: Sendable, Equatable {
  public var name: String
  /// The operation, such as "convolution 3x3/2".
  public var kind: String
  /// For a batch of one; empty where only running tells.
  public var shape: [Int]
  public var multiplyAccumulates: Int
  public var parameters: Int
}

extension Graph {
  /// The layers in order of computation, with shapes and multiply-accumulates for one image.
  ///
  /// - Throws: as `shapes(batch:)`.
  public func layers() throws(NetworkError) -> [Layer] {
    let shapes = try shapes(batch: 1)
    return nodes.compactMap { node in
      guard let name = node.outputs.first else { return nil }
      let shape = shapes[name] ?? []
      return Layer(
        name: name, kind: node.operation.kind, shape: shape,
        multiplyAccumulates: shape.isEmpty ? 0 : multiplyAccumulates(node, shape, shapes),
        parameters: node.inputs.reduce(0) { sum, input in
          guard let constant = constants[input], !constant.element.isInteger || constant.count > 64 else {
            return sum
          }
          return sum + constant.count
        })
    }
  }

  private func multiplyAccumulates(_ node: Node, _ shape: [Int], _ shapes: [String: [Int]]) -> Int {
    let count = shape.reduce(1, *)
    switch node.operation {
    case .convolution: return count * (shapes[node.inputs[1]] ?? []).dropFirst().reduce(1, *)
    case .gemm(let gemm):
      return count * ((shapes[node.inputs[0]] ?? []).dropFirst(gemm.transposeA ? 0 : 1).first ?? 0)
    case .matMul: return count * (shapes[node.inputs[0]]?.last ?? 0)
    default: return 0
    }
  }
}

extension Operation {
  /// A few words for listings.
  public var kind: String {
    func window(_ kernel: Int2, _ strides: Int2) -> String {
      "\(kernel.height)x\(kernel.width)" + (strides == Int2(1, 1) ? "" : "/\(strides.height)")
    }
    switch self {
    case .convolution(let convolution):
      let size = window(convolution.kernel, convolution.strides)
      return convolution.groups == 1
        ? "convolution \(size)" : "convolution \(size) in \(convolution.groups) groups"
    case .maxPool(let pooling): return "max pool \(window(pooling.kernel, pooling.strides))"
    case .averagePool(let pooling): return "average pool \(window(pooling.kernel, pooling.strides))"
    case .gemm: return "dense"
    case .matMul: return "matrix product"
    case .globalAveragePool: return "global average pool"
    case .globalMaxPool: return "global max pool"
    case .activation(let activation): return activation.kind
    case .parametricRelu: return "parametric relu"
    case .add: return "add"
    case .levelSum: return "add"
    case .subtract: return "subtract"
    case .multiply: return "multiply"
    case .divide: return "divide"
    case .sum: return "sum"
    case .concat: return "concat"
    case .flatten: return "flatten"
    case .reshape: return "reshape"
    case .squeeze: return "squeeze"
    case .unsqueeze: return "unsqueeze"
    case .transpose: return "transpose"
    case .softmax: return "softmax"
    case .logSoftmax: return "log softmax"
    case .batchNormalization: return "batch normalization"
    case .localResponseNormalization: return "local response normalization"
    case .pad: return "pad"
    case .identity: return "identity"
    case .reduceMean: return "mean"
    case .cast: return "cast"
    case .shape: return "shape"
    case .gather: return "gather"
    case .slice: return "slice"
    case .constantOfShape: return "constant of shape"
    case .quantizeLinear: return "quantize"
    case .dequantizeLinear: return "dequantize"
    case .general(let other): return other.kind
    }
  }
}

extension Activation {
  /// A word or two for listings.
  public var kind: String {
    switch self {
    case .relu: "relu"
    case .clip(let lower, let upper): "clip \(lower)…\(upper)"
    case .leakyRelu: "leaky relu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .elu: "elu"
    case .hardSigmoid: "hard sigmoid"
    case .hardSwish: "hard swish"
    case .exponential: "exponential"
    }
  }
}
