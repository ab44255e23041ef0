/// One step of the computation.
public struct Node: Sendable, Equatable, Codable {
  /// From the file, or made from the first output's name.
  public var name: String
  /// Names of values; an optional input left out is empty.
  public var inputs: [String]
  public var outputs: [String]
  public var operation: Operation

  public init(name: String, inputs: [String], outputs: [String], operation: Operation) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.operation = operation
  }
}

/// What the network is given.
public struct GraphInput: Sendable, Equatable {
  public var name: String
  /// -1 stands for a dimension that the file leaves open.
  public var shape: [Int]
  public var element: Tensor.Element

  public init(name: String, shape: [Int], element: Tensor.Element = .float32) {
    self.name = name
    self.shape = shape
    self.element = element
  }
}

/// A network: nodes in an order in which they can be run, and the constants they use.
public struct Graph: Sendable {
  public var name: String
  public var inputs: [GraphInput]
  public var outputs: [String]
  /// Every node after those it takes values from; every value has one writer.
  public var nodes: [Node]
  /// Weights and other fixed values by name; those of a file stay in its mapping.
  public var constants: [String: Tensor]
  /// The file's `metadata_props`.
  public var metadata: [String: String]
  /// Values that a pass took away, by name: what came of each.
  public var replaced: [String: ReplacedValue] = [:]

  public init(
    name: String, inputs: [GraphInput], outputs: [String], nodes: [Node], constants: [String: Tensor],
    metadata: [String: String] = [:]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.constants = constants
    self.metadata = metadata
  }
}

/// What came of a value that a pass removed.
public enum ReplacedValue: Sendable, Equatable {
  /// Another value holds the same elements (an identity was removed).
  case equal(String)
  /// It is only an intermediate step of the computation of this value now.
  case fusedInto(String)
}
