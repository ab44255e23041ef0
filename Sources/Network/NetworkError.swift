/// What can be wrong with a network file, a graph, or what is asked of them.
public enum NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file could not be opened or mapped.
  case unreadable(path: String, reason: String)
  /// The file could not be written.
  case unwritable(path: String, reason: String)
  /// The bytes at `offset` are not what the format says.
  case malformed(path: String, offset: Int, reason: String)
  /// An operator, or a form of it, that this program does not have.
  case unsupported(operation: String, node: String, reason: String)
  /// A node whose inputs or attributes do not fit together.
  case invalidNode(node: String, reason: String)
  /// The graph as a whole is not sound.
  case invalidGraph(reason: String)
  /// A tensor given to the network does not fit it.
  case invalidInput(name: String, reason: String)
  /// No value, and no alias, has this name.
  case unknownLayer(name: String, nearest: [String])
  /// The value was there in the file, but no longer after a fusion; `survivor` is the nearest that is.
  case fusedLayer(name: String, survivor: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "Cannot read \(path): \(reason)."
    case .unwritable(let path, let reason):
      "\(path) can't be written: \(reason)."
    case .malformed(let path, let offset, let reason):
      "\(path), byte \(offset): \(reason). The file is damaged, incomplete, or not what its name says."
    case .unsupported(let operation, let node, let reason):
      "The operator \(operation) of node \"\(node)\" is not supported: \(reason)."
    case .invalidNode(let node, let reason):
      "Node \"\(node)\": \(reason)."
    case .invalidGraph(let reason):
      "The network is not sound: \(reason)."
    case .invalidInput(let name, let reason):
      "Input \"\(name)\": \(reason)."
    case .unknownLayer(let name, let nearest):
      nearest.isEmpty
        ? "The network has no layer \"\(name)\". `synoptic network show` lists its layers."
        : "The network has no layer \"\(name)\". Nearest: \(nearest.joined(separator: ", ")); "
          + "`synoptic network show` lists all."
    case .fusedLayer(let name, let survivor):
      "Layer \"\(name)\" is computed as one with what follows it; the nearest layer is \"\(survivor)\"."
    }
  }
}
