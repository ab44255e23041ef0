/// Operations that have a form of their own in a graph, for the types that the fast kernels lack.
extension Operation {
  /// Whether it only moves elements, so that their type does not matter to it.
  var movesElements: Bool {
    switch self {
    case .concat, .flatten, .reshape, .squeeze, .unsqueeze, .transpose, .identity, .shape, .gather, .slice,
      .constantOfShape:
      true
    default: false
    }
  }

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
    case .sum: return GeneralOperator("Sum")
    case .matMul: return GeneralOperator("MatMul")
    case .parametricRelu: return GeneralOperator("PRelu")
    case .globalAveragePool: return GeneralOperator("GlobalAveragePool")
    case .globalMaxPool: return GeneralOperator("GlobalMaxPool")
    case .cast(let element): return GeneralOperator("Cast", attributes: ["to": .integer(element.rawValue)])
    case .activation(let activation): return activation.general
    case .softmax(let axis): return axis.general("Softmax")
    case .logSoftmax(let axis): return axis.general("LogSoftmax")
    case .gemm(let gemm) where gemm.activation == nil: return gemm.general
    case .convolution(let convolution) where convolution.activation == nil: return convolution.general
    case .maxPool(let pooling): return pooling.general("MaxPool")
    case .averagePool(let pooling): return pooling.general("AveragePool")
    case .batchNormalization(let epsilon):
      return GeneralOperator("BatchNormalization", attributes: ["epsilon": .float(epsilon)])
    case .localResponseNormalization(let lrn):
      return GeneralOperator(
        "LRN",
        attributes: [
          "alpha": .float(lrn.alpha), "beta": .float(lrn.beta), "bias": .float(lrn.bias),
          "size": .integer(lrn.size),
        ])
    case .pad(let pad):
      var general = GeneralOperator("Pad", attributes: ["value": .float(pad.value)])
      if let amounts = pad.amounts { general.attributes["pads"] = .integers(amounts) }
      return general
    case .reduceMean(let axes, let keepsDimensions):
      var general = GeneralOperator("ReduceMean", attributes: ["keepdims": .integer(keepsDimensions ? 1 : 0)])
      if let axes { general.attributes["axes"] = .integers(axes) }
      return general
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

extension Activation {
  fileprivate var general: GeneralOperator {
    switch self {
    case .relu: GeneralOperator("Relu")
    case .clip(let lower, let upper):
      GeneralOperator("Clip", attributes: ["min": .float(lower), "max": .float(upper)])
    case .leakyRelu(let alpha): GeneralOperator("LeakyRelu", attributes: ["alpha": .float(alpha)])
    case .sigmoid: GeneralOperator("Sigmoid")
    case .tanh: GeneralOperator("Tanh")
    case .elu(let alpha): GeneralOperator("Elu", attributes: ["alpha": .float(alpha)])
    case .hardSigmoid(let alpha, let beta):
      GeneralOperator("HardSigmoid", attributes: ["alpha": .float(alpha), "beta": .float(beta)])
    case .hardSwish: GeneralOperator("HardSwish")
    case .exponential: GeneralOperator("Exp")
    }
  }
}

extension SoftmaxAxis {
  fileprivate func general(_ kind: String) -> GeneralOperator {
    GeneralOperator(kind, opset: throughLast ? 12 : 13, attributes: ["axis": .integer(axis)])
  }
}

extension Gemm {
  fileprivate var general: GeneralOperator {
    GeneralOperator(
      "Gemm",
      attributes: [
        "alpha": .float(alpha), "beta": .float(beta), "transA": .integer(transposeA ? 1 : 0),
        "transB": .integer(transposeB ? 1 : 0),
      ])
  }
}

extension Convolution {
  fileprivate var general: GeneralOperator {
    GeneralOperator(
      "Conv",
      attributes: windowAttributes(kernel, strides, dilations, pads, automaticPadding)
        .merging(["group": .integer(groups)]) { first, _ in first })
  }
}

extension Pooling {
  fileprivate func general(_ kind: String) -> GeneralOperator {
    GeneralOperator(
      kind,
      attributes: windowAttributes(kernel, strides, dilations, pads, automaticPadding).merging(
        [
          "ceil_mode": .integer(ceilMode ? 1 : 0),
          "count_include_pad": .integer(countIncludesPadding ? 1 : 0),
        ]) { first, _ in first })
  }
}

private func windowAttributes(
  _ kernel: Int2, _ strides: Int2, _ dilations: Int2, _ pads: Padding, _ automatic: AutomaticPadding?
) -> [String: GeneralOperator.Attribute] {
  let mode =
    switch automatic {
    case .sameUpper: "SAME_UPPER"
    case .sameLower: "SAME_LOWER"
    case nil: "NOTSET"
    }
  return [
    "kernel_shape": .integers([kernel.height, kernel.width]),
    "strides": .integers([strides.height, strides.width]),
    "dilations": .integers([dilations.height, dilations.width]),
    "pads": .integers([pads.top, pads.left, pads.bottom, pads.right]), "auto_pad": .text(mode),
  ]
}

extension Evaluation {
  /// The result of an operation that only moves elements.
  static func moved(_ node: Node, _ inputs: [Tensor?]) throws(NetworkError) -> Tensor {
    let inference = ShapeInference(
      node: node, inputs: inputs.map { $0?.shape ?? [] },
      integers: inputs.map { $0?.integers?.map { Int(clamping: $0) } })
    guard let first = inputs.first, let x = first else { throw inference.invalid("it has no input 1") }
    let shape = try inference.output()
    guard shape.reduce(1, *) <= elementLimit else {
      throw inference.invalid("its result would have the shape \(shape)")
    }
    switch node.operation {
    case .shape(let start, let end):
      let part = x.shape[ShapeInference.shapeRange(rank: x.shape.count, start, end)]
      return Tensor(shape: [part.count], integers: part.map(Int64.init))
    case .concat(let axis):
      return try concatenated(inputs, try inference.axis(axis, rank: shape.count), shape, inference)
    case .transpose(let permutation):
      let steps = FloatStep.steps(x.shape)
      let order = try inference.permutation(permutation, rank: shape.count)
      return x.picking(places(shape, steps: order.map { steps[$0] }), shape: shape)
    case .slice:
      let indices = try inference.sliceRanges().map { range in
        (0..<range.count).map { range.start + $0 * range.step }
      }
      return x.picking(places(indices, of: x.shape), shape: shape)
    case .gather(let axis):
      let axis = try inference.axis(axis, rank: x.shape.count)
      let size = x.shape[axis]
      var indices = x.shape.map { Array(0..<$0) }
      indices[axis] = try inference.known(1).map { index throws(NetworkError) in
        let place = index < 0 ? index + size : index
        guard place >= 0, place < size else { throw inference.invalid("index \(index) of \(size) elements") }
        return place
      }
      return x.picking(places(indices, of: x.shape), shape: shape)
    case .constantOfShape(let value):
      guard value.count == 1 else { throw inference.invalid("its value has \(value.count) elements") }
      return value.picking([Int](repeating: 0, count: shape.reduce(1, *)), shape: shape)
    default: return x.reshaped(shape)
    }
  }

  private static func concatenated(
    _ inputs: [Tensor?], _ axis: Int, _ shape: [Int], _ inference: ShapeInference
  ) throws(NetworkError) -> Tensor {
    let tensors = inputs.compactMap { $0 }
    guard let element = tensors.first?.element, tensors.count == inputs.count,
      tensors.allSatisfy({ $0.element == element })
    else { throw inference.invalid("its inputs are of different types") }
    let joined = Tensor(
      shape: shape, element: element, Elements.joined(tensors.map(Elements.init)))
    guard axis > 0 else { return joined }
    // One tensor after another, then in the order of rows.
    let outer = shape[..<axis].reduce(1, *)
    var places: [Int] = []
    places.reserveCapacity(joined.count)
    for row in 0..<outer {
      var start = 0
      for tensor in tensors {
        let part = outer == 0 ? 0 : tensor.count / outer
        places.append(contentsOf: start + row * part..<start + (row + 1) * part)
        start += tensor.count
      }
    }
    return joined.picking(places, shape: shape)
  }
}
