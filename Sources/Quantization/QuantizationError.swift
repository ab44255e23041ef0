import Foundation

/// What can go wrong on the way from a float graph to an int8 plan.
public enum QuantizationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An operator, or a form of it, that the int8 engine does not have.
  case unsupported(operation: String, node: String, reason: String)
  /// A model that quantises activations itself, but not so that int8 could be what it says.
  case unknownQuantization(node: String)
  /// No calibration image got as far as this value.
  case notCalibrated(value: String)
  /// A value asked for that the quantised network does not keep.
  case unknownLayer(name: String, available: [String])
  /// A serialized network that is damaged or was written by another version.
  case damaged(reason: String)
  /// Operators that run in float32 inside an int8 network did not fit together.
  case floatIsland(node: String, reason: String)
  /// An input of the wrong size.
  case invalidInput(reason: String)

  public var description: String {
    switch self {
    case .unsupported(let operation, let node, let reason):
      "The int8 engine can't run \(operation) at node \"\(node)\": \(reason). Use `precision: float32` for this network."
    case .unknownQuantization(let node):
      "Node \"\(node)\" quantises activations, but int8 can't be run as this model says: its input is not quantised first, only "
        + "parts of it are, or not to 8 bits. Run it in float32 (`--float`, `precision: float32`), which rounds wherever the "
        + "model does, or quantise the float model it was made from."
    case .notCalibrated(let value):
      "No range is known for \"\(value)\": calibration saw no finite number there. Give it at least one readable image, and check that the network "
        + "gives finite numbers."
    case .unknownLayer(let name, let available):
      "The int8 network has no layer \"\(name)\". "
        + "Take \(Self.examples(near: name, available).joined(separator: ", ")) or embedding. If the ONNX file has it, it comes "
        + "just before an addition and is computed as one with it: `precision: float32` keeps it."
    case .damaged(let reason):
      "The stored network can't be used: \(reason). Make it again from the model's ONNX file."
    case .floatIsland(let node, let reason):
      "The part of the network that begins with node \"\(node)\" and runs in float32 failed: \(reason)"
    case .invalidInput(let reason): reason
    }
  }

  /// A few layers that share the longest beginning with the name.
  private static func examples(near name: String, _ available: [String]) -> [String] {
    let shared = available.map { ($0.commonPrefix(with: name).count, $0) }
    let longest = shared.map(\.0).max() ?? 0
    return shared.filter { $0.0 == longest }.map(\.1).suffix(5)
  }
}
