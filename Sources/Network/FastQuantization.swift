import CKernels

/// QuantizeLinear from float32 to bytes and DequantizeLinear of them, with one scale for all elements. What does not fit
/// here the evaluator runs, or refuses.
struct FastQuantization {
  private let executor: FloatExecutor
  private let x: Tensor
  private let scale: Float
  private let zeroPoint: Tensor?

  /// - Returns: nil where there is no one scale.
  init?(_ executor: FloatExecutor, _ inputs: [Tensor?]) {
    guard inputs.count >= 2, let x = inputs[0], let scale = inputs[1], scale.element == .float32,
      scale.count == 1, x.count > 0
    else { return nil }
    let zeroPoint = inputs.count > 2 ? inputs[2] : nil
    guard zeroPoint.map({ $0.count == 1 && $0.element.isByte }) ?? true else { return nil }
    (self.executor, self.x, self.scale, self.zeroPoint) = (executor, x, scale.withFloats { $0[0] }, zeroPoint)
  }

  func result(of operation: Operation) -> Tensor? {
    switch operation {
    case .quantizeLinear(let quantization):
      quantized(to: zeroPoint?.element ?? quantization.element ?? .uint8)
    case .dequantizeLinear(let quantization):
      quantization.element ?? .float32 == .float32 ? dequantized() : nil
    default: nil
    }
  }

  private var zero: Int32 { zeroPoint.map { Int32($0.withFloats { $0[0] }) } ?? 0 }

  private func quantized(to element: Tensor.Element) -> Tensor? {
    guard x.element == .float32, element.isByte else { return nil }
    let levels = x.withFloats { input in
      [UInt8](unsafeUninitializedCapacity: input.count) { levels, initialized in
        synoptic_float_to_levels(
          executor.instructionSet.kernelSet, input.baseAddress, scale, zero, element == .int8,
          levels.baseAddress, input.count)
        initialized = input.count
      }
    }
    return Tensor(shape: x.shape, element: element, storage: .bytes(levels))
  }

  private func dequantized() -> Tensor? {
    guard x.element.isByte, let levels = x.bytes else { return nil }
    let buffer = executor.pool.buffer(levels.count)
    synoptic_levels_to_float(
      executor.instructionSet.kernelSet, levels, scale, zero, x.element == .int8, buffer.start, levels.count)
    return Tensor(shape: x.shape, storage: .buffer(buffer))
  }
}

extension Tensor.Element {
  fileprivate var isByte: Bool { self == .int8 || self == .uint8 }
}
