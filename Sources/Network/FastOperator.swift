import CKernels
import Foundation

/// Operators in their general form that transformers and ConvNeXt spend time in, on float32. What does not fit here the
/// evaluator runs, or refuses.
struct FastOperator {
  private let executor: FloatExecutor
  private let node: Node
  private let general: GeneralOperator
  private let inputs: [Tensor?]

  init(_ executor: FloatExecutor, _ node: Node, _ general: GeneralOperator, _ inputs: [Tensor?]) {
    self.executor = executor
    self.node = node
    self.general = general
    self.inputs = inputs
  }

  func results() -> [Tensor]? {
    guard let first = inputs.first, let x = first, x.element == .float32, x.count > 0 else { return nil }
    switch general.kind {
    case "LayerNormalization": return layerNormalization(x)
    case "Erf": return [apply(x) { erff($0) }]
    case "Gelu":
      let root = Float(0.5).squareRoot()
      return general.text("approximate") == "tanh" ? nil : [apply(x) { 0.5 * $0 * (1 + erff($0 * root)) }]
    case "Split": return split(x)
    default: return nil
    }
  }

  private func make(_ shape: [Int], _ body: (UnsafeMutablePointer<Float>) -> Void) -> Tensor {
    let buffer = executor.pool.buffer(shape.reduce(1, *))
    body(buffer.start)
    return Tensor(shape: shape, storage: .buffer(buffer))
  }

  private func apply(_ x: Tensor, _ function: (Float) -> Float) -> Tensor {
    make(x.shape) { output in
      x.withFloats { for index in $0.indices { output[index] = function($0[index]) } }
    }
  }

  /// Rows less their mean, divided by their deviation, times a scale, plus a bias.
  private func layerNormalization(_ x: Tensor) -> [Tensor]? {
    let given = general.integer("axis", default: -1)
    let axis = given < 0 ? given + x.shape.count : given
    guard node.outputs.count == 1, x.shape.indices.contains(axis), inputs.count >= 2, let scale = inputs[1],
      scale.shape == Array(x.shape[axis...]), scale.element == .float32
    else { return nil }
    let bias = inputs.count > 2 ? inputs[2] : nil
    guard bias.map({ $0.shape == scale.shape && $0.element == .float32 }) ?? true else { return nil }
    let size = scale.count
    let epsilon = general.float("epsilon", default: 1e-5)
    let biases = bias?.floats ?? [Float](repeating: 0, count: size)
    return [
      make(x.shape) { output in
        x.withFloats { input in
          scale.withFloats { scale in
            biases.withUnsafeBufferPointer { bias in
              guard let start = input.baseAddress else { return }
              for row in stride(from: 0, to: input.count, by: size) {
                synoptic_float_normalize(
                  executor.instructionSet.kernelSet, start + row, scale.baseAddress, bias.baseAddress,
                  epsilon,
                  output + row, size)
              }
            }
          }
        }
      }
    ]
  }

  private func split(_ x: Tensor) -> [Tensor]? {
    let evaluated = EvaluatedNode(
      name: node.name, operation: general, inputs: inputs, inputShapes: inputs.map { $0?.shape ?? [] },
      presentInputs: inputs.map { $0 != nil }, outputCount: node.outputs.count)
    guard let shapes = try? evaluated.shapes(),
      let axis = try? evaluated.axis(general.integer("axis", default: 0), rank: x.shape.count)
    else { return nil }
    let outer = x.shape[..<axis].reduce(1, *)
    let whole = x.count / max(outer, 1)
    var offset = 0
    return shapes.map { shape in
      let part = shape[axis...].reduce(1, *)
      defer { offset += part }
      return make(shape) { output in
        x.withFloats { input in
          guard let start = input.baseAddress else { return }
          for row in 0..<outer {
            (output + row * part).update(from: start + row * whole + offset, count: part)
          }
        }
      }
    }
  }
}
