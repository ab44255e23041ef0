import CKernels

/// One node about to run: its inputs, and the shape its result will have. Its shapes have been checked.
struct FloatStep {
  let node: Node
  let inputs: [Tensor]
  let shape: [Int]
  let inference: ShapeInference
  let executor: FloatExecutor
  /// What a convolution adds to its result before its activation; of the same shape.
  let addend: Tensor?

  var count: Int { shape.reduce(1, *) }
  var kernelSet: synoptic_instruction_set { executor.instructionSet.kernelSet }

  func result() throws(NetworkError) -> Tensor {
    let x = inputs[0]
    switch node.operation {
    case .convolution(let convolution): return try self.convolution(convolution)
    case .gemm(let gemm): return self.gemm(gemm)
    case .matMul: return matrixProduct()
    case .maxPool(let pooling): return try maxPool(pooling)
    case .averagePool(let pooling): return try averagePool(pooling)
    case .globalAveragePool: return planes { synoptic_float_mean($0, $1) }
    case .globalMaxPool:
      return planes { start, count in UnsafeBufferPointer(start: start, count: count).max() ?? 0 }
    case .activation(let activation): return apply(activation, to: x)
    case .parametricRelu: return combine(x, inputs[1]) { $0 < 0 ? $0 * $1 : $0 }
    case .add(let activation): return add(activation)
    case .levelSum(let sum): return levelSum(sum)
    case .subtract: return difference()
    case .multiply: return product()
    case .divide: return quotient()
    case .sum: return sum()
    case .concat(let axis): return concatenated(try inference.axis(axis, rank: shape.count))
    case .flatten, .reshape, .squeeze, .unsqueeze: return x.reshaped(shape)
    case .identity: return x
    case .transpose(let permutation):
      return transposed(try inference.permutation(permutation, rank: shape.count))
    case .softmax(let axis): return softmax(axis, logarithm: false)
    case .logSoftmax(let axis): return softmax(axis, logarithm: true)
    case .batchNormalization(let epsilon): return try batchNormalization(epsilon)
    case .localResponseNormalization(let lrn): return try localResponseNormalization(lrn)
    case .pad(let pad): return padded(try inference.padAmounts(pad), pad.value)
    case .reduceMean(let axes, _):
      return mean(try inference.axes(axes ?? Array(x.shape.indices), rank: x.shape.count))
    case .gather(let axis): return try gathered(try inference.axis(axis, rank: x.shape.count))
    case .slice: return sliced(try inference.sliceRanges())
    case .constantOfShape(let value): return filled(value.withFloats { $0[0] })
    case .cast(let element): return try Evaluation.cast(x, to: element)
    case .quantizeLinear, .dequantizeLinear, .general:
      throw .unsupported(operation: node.operation.kind, node: node.name, reason: "it has no float kernel")
    case .shape: throw inference.invalid("its shape cannot be told")
    }
  }

  /// A new tensor of the result's shape, written by `body`.
  func make(_ body: (UnsafeMutablePointer<Float>) -> Void) -> Tensor {
    let buffer = executor.pool.buffer(count)
    body(buffer.start)
    return Tensor(shape: shape, storage: .buffer(buffer))
  }

  func filled(_ value: Float) -> Tensor { make { $0.update(repeating: value, count: count) } }

  /// Lends elements' address; an empty tensor lends an address that is not read.
  func withPointer<R>(_ tensor: Tensor, _ body: (UnsafePointer<Float>) -> R) -> R {
    tensor.withFloats { elements in
      if let start = elements.baseAddress { return body(start) }
      return withUnsafePointer(to: Float(0), body)
    }
  }

  /// The same for one that may be missing.
  func withOptionalPointer<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
    tensor.map { withPointer($0) { body($0) } } ?? body(nil)
  }
}

extension Activation? {
  /// The clamp that a kernel does at its end; infinities where there is none.
  var kernelBounds: (lower: Float, upper: Float) {
    let bounds = self?.bounds
    return ((bounds?.lower ?? nil) ?? -.infinity, (bounds?.upper ?? nil) ?? .infinity)
  }
}
