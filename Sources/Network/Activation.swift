import Foundation

/// A function of one element. Definitions are those of the ONNX operators of the same names.
public enum Activation: Sendable, Equatable, Hashable, Codable {
  case relu
  /// Either bound may be infinite.
  case clip(min: Float, max: Float)
  case leakyRelu(Float)
  case sigmoid
  case tanh
  case elu(Float)
  case hardSigmoid(alpha: Float, beta: Float)
  case hardSwish
  case exponential

  /// The clamp this is, if it is one: nil stands for "no bound on this side".
  public var bounds: (lower: Float?, upper: Float?)? {
    switch self {
    case .relu: (0, nil)
    case .clip(let min, let max): (min == -.infinity ? nil : min, max == .infinity ? nil : max)
    default: nil
    }
  }

  /// The function of one element.
  public func apply(_ x: Float) -> Float {
    switch self {
    case .relu: x > 0 ? x : 0
    case .clip(let min, let max): Swift.min(Swift.max(x, min), max)
    case .leakyRelu(let slope): x < 0 ? slope * x : x
    case .sigmoid: 1 / (1 + expf(-x))
    case .tanh: tanhf(x)
    case .elu(let alpha): x < 0 ? alpha * expm1f(x) : x
    case .hardSigmoid(let alpha, let beta): Swift.max(0, Swift.min(1, alpha * x + beta))
    case .hardSwish: x * Swift.max(0, Swift.min(1, x / 6 + 0.5))
    case .exponential: expf(x)
    }
  }
}
