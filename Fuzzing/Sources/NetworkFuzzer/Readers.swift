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

  /// A stored network whose structure, JSON, is the input. Its lengths and checksums are made to fit, for all would end
  /// there; weights are zeros.
  static func readStoredNetwork(_ structure: [UInt8]) {
    let weights = [UInt8](repeating: 0, count: 1 << 18)
    var bytes: [UInt8] = []
    var writer = ChecksummedWriter { bytes.append(contentsOf: $0) }
    func write(_ value: some FixedWidthInteger) throws {
      try withUnsafeBytes(of: value.littleEndian) { try writer.write($0) }
    }
    do {
      try writer.write(QuantizedNetwork.magic)
      try write(QuantizedNetwork.formatVersion)
      for length in [structure.count, 0, weights.count, 0] { try write(UInt64(length)) }
      try writer.write(structure)
      try writer.pad(to: QuantizedNetwork.alignment)
      try writer.write(weights)
      try writer.finish()
    } catch { return }
    guard let network = try? QuantizedNetwork(serialized: bytes), let plan = try? CompiledPlan(network) else {
      return
    }
    _ = PlanExecutor(plan)
  }
}
