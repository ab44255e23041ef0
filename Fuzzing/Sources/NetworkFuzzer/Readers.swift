import Digest
import Foundation
import Network

@testable import Quantization

/// An ONNX model goes through reading, simplification and shape inference, a stored int8 network through its checks and
/// compilation. Errors are what should happen; a trap or a long time is found.
enum Readers {
  /// The reader maps a file, so the bytes go to one in memory.
  private static let path: String = {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    return "\(folder)/synoptic-fuzz-\(getpid()).onnx"
  }()

  static func readModel(_ bytes: [UInt8]) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, bytes, bytes.count)
    close(descriptor)
    guard let graph = try? Graph.load(onnx: path) else { return }
    _ = try? graph.shapes(batch: 1)
    guard let simple = try? graph.simplified() else { return }
    _ = try? simple.shapes(batch: 1)
    _ = try? simple.shapes(batch: 2)
  }

  /// A stored network whose structure is the input. A mutation breaks the length before it and the checksum, and all
  /// would end there: they are made right again. Weights are zeros.
  static func readStoredNetwork(_ bytes: [UInt8]) {
    let start = QuantizedNetwork.magic.count + 12
    guard bytes.count > start else { return }
    let structure = bytes[start...]
    let length = (0..<8).map { UInt8(truncatingIfNeeded: structure.count >> (8 * $0)) }
    let contents = Array(bytes[..<(start - 8)]) + length + structure + [UInt8](repeating: 0, count: 1 << 18)
    guard let network = try? QuantizedNetwork(serialized: contents + SHA256.hash(contents).bytes),
      let plan = try? CompiledPlan(network)
    else { return }
    _ = PlanExecutor(plan)
  }
}
