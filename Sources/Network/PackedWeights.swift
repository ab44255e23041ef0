import CKernels
import Synchronization

/// Weights of convolutions in the order the kernels read them, made when first asked for.
final class PackedWeights: Sendable {
  private let ready = Mutex<[String: FloatBuffer]>([:])
  private let pool = FloatBufferPool()

  func weights(named name: String, make: (FloatBufferPool) -> FloatBuffer) -> FloatBuffer {
    // Packing under the lock: a second thread that needs the same weights waits instead of packing them too.
    ready.withLock { ready in
      if let weights = ready[name] { return weights }
      let weights = make(pool)
      ready[name] = weights
      return weights
    }
  }
}

extension Tensor {
  /// Whether both are the same elements in memory, not only equal ones.
  func isSame(as other: Tensor) -> Bool {
    switch (storage, other.storage) {
    case (.mapped(let a, let offset), .mapped(let b, let otherOffset)): a === b && offset == otherOffset
    case (.array(let a), .array(let b)):
      a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { a.baseAddress == $0.baseAddress } }
    case (.buffer(let a), .buffer(let b)): a === b
    default: false
    }
  }
}
