/// What a node does. Semantics are those of the ONNX operators; opset differences are gone after reading.
public enum Operation: Sendable, Equatable, Hashable, Codable {
  case convolution(Convolution)
  case gemm(Gemm)
  case matMul
  case maxPool(Pooling)
  case averagePool(Pooling)
  /// [N,C,H,W] to [N,C,1,1].
  case globalAveragePool
  case globalMaxPool
  case activation(Activation)
  /// PRelu: the second input is the slope, broadcast to the first.
  case parametricRelu
  /// Element by element with NumPy broadcasting; the activation comes after.
  case add(activation: Activation?)
  /// Of two tensors of whole numbers, with broadcasting.
  case levelSum(LevelSum)
  case subtract
  case multiply
  case divide
  /// Of any number of tensors, with broadcasting.
  case sum
  case concat(axis: Int)
  /// To a matrix: the dimensions before the axis by those from it on.
  case flatten(axis: Int)
  /// The second input is the new shape.
  case reshape(allowsZero: Bool)
  /// nil: every dimension of one.
  case squeeze(axes: [Int]?)
  case unsqueeze(axes: [Int])
  /// nil: dimensions in reverse order.
  case transpose(permutation: [Int]?)
  case softmax(SoftmaxAxis)
  case logSoftmax(SoftmaxAxis)
  /// Inputs: x, scale, bias, mean, variance, each of those by channel.
  case batchNormalization(epsilon: Float)
  case localResponseNormalization(LocalResponseNormalization)
  case pad(ConstantPad)
  case identity
  case reduceMean(axes: [Int]?, keepsDimensions: Bool)
  /// Numbers to integers: round half to even, add the zero point, saturate.
  case quantizeLinear(LinearQuantization)
  case dequantizeLinear(LinearQuantization)
  // What exporters leave of shape arithmetic.
  case cast(Tensor.Element)
  case shape(start: Int, end: Int?)
  case gather(axis: Int)
  /// Inputs: x, starts, ends, maybe axes, maybe steps.
  case slice
  /// The input is the shape.
  case constantOfShape(Tensor)
  /// Anything else, run by the evaluator.
  case general(GeneralOperator)
}

extension Operation {
  /// How many inputs it must at least have.
  var requiredInputs: Int {
    switch self {
    case .batchNormalization: 5
    case .slice: 3
    case .convolution, .gemm, .matMul, .parametricRelu, .add, .levelSum, .subtract, .multiply, .divide,
      .reshape,
      .gather,
      .quantizeLinear, .dequantizeLinear:
      2
    case .pad(let pad): pad.amounts == nil ? 2 : 1
    default: 1
    }
  }

  var isGeneral: Bool {
    switch self {
    case .general, .quantizeLinear, .dequantizeLinear: true
    default: false
    }
  }
}

/// alpha * A' * B' + beta * C, for matrices A and B that may be transposed, and C broadcast.
public struct Gemm: Sendable, Equatable, Hashable, Codable {
  public var alpha: Float
  public var beta: Float
  public var transposeA: Bool
  public var transposeB: Bool
  public var activation: Activation?

  public init(
    alpha: Float = 1, beta: Float = 1, transposeA: Bool = false, transposeB: Bool = false,
    activation: Activation? = nil
  ) {
    self.alpha = alpha
    self.beta = beta
    self.transposeA = transposeA
    self.transposeB = transposeB
    self.activation = activation
  }
}

/// Over what a softmax sums to one.
public struct SoftmaxAxis: Sendable, Equatable, Hashable, Codable {
  public var axis: Int
  /// Before opset 13: all dimensions from the axis on together.
  public var throughLast: Bool
  /// Where its numbers are bytes that stand for them.
  public var levels: SoftmaxLevels?

  public init(axis: Int, throughLast: Bool = false) {
    self.axis = axis
    self.throughLast = throughLast
  }
}

/// Across channels: x / (bias + alpha / size * sum of squares over `size` neighbouring channels) ^ beta.
/// Source: Krizhevsky et al. 2012, section 3.3, as ONNX LRN scales it.
public struct LocalResponseNormalization: Sendable, Equatable, Hashable, Codable {
  public var alpha: Float
  public var beta: Float
  public var bias: Float
  public var size: Int

  public init(alpha: Float, beta: Float, bias: Float, size: Int) {
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
    self.size = size
  }
}

/// Padding by a constant; negative amounts crop.
public struct ConstantPad: Sendable, Equatable, Hashable, Codable {
  /// First all beginnings, then all ends, a number a dimension; nil: computed, the node's second input.
  public var amounts: [Int]?
  public var value: Float

  public init(amounts: [Int]?, value: Float = 0) {
    self.amounts = amounts
    self.value = value
  }
}
