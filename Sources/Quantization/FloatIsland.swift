import Network

/// Operators without int8 kernels, run in float32 between values of the plan.
///
/// Bytes that it reads are dequantised on the way in; what it makes are float32 values in row-major order, and who
/// needs one of those as bytes quantises it. Nothing is quantised inside.
public struct FloatIsland: Sendable, Codable {
  /// A value of the plan by the name, and in the shape, in which the nodes read it.
  public struct Input: Sendable, Codable {
    public var name: String
    public var shape: [Int]
    public var value: Int
  }

  public struct Output: Sendable, Codable {
    public var name: String
    public var value: Int
  }

  public struct Constant: Sendable, Codable {
    public var name: String
    public var shape: [Int]
    public var element: Tensor.Element
    /// Little-endian elements.
    public var elements: DataSpan
  }

  /// In an order in which they can be run; names are those of the float graph.
  public var nodes: [Node]
  public var inputs: [Input]
  /// Every value that the nodes make: an executor copies only those that something else reads.
  public var outputs: [Output]
  public var constants: [Constant]
  /// Why a node is not int8, by its first output.
  public var reasons: [String: String] = [:]

  /// The island as a graph of its own.
  func graph(in network: QuantizedNetwork) -> Graph {
    Graph(
      name: nodes.first?.name ?? "", inputs: inputs.map { GraphInput(name: $0.name, shape: $0.shape) },
      outputs: outputs.map(\.name), nodes: nodes,
      constants: Dictionary(constants.map { ($0.name, network.tensor($0)) }) { first, _ in first })
  }
}

extension QuantizedNetwork {
  func tensor(_ constant: FloatIsland.Constant) -> Tensor {
    switch constant.element {
    case .float32: Tensor(shape: constant.shape, values: floats(constant.elements))
    case .int8, .uint8, .boolean:
      Tensor(
        shape: constant.shape, element: constant.element, wrapping: int8s(constant.elements).map(Int64.init))
    default: Tensor(shape: constant.shape, element: constant.element, wrapping: int64s(constant.elements))
    }
  }
}

extension FloatIsland.Constant {
  /// Bytes of an element in the data section.
  static func size(of element: Tensor.Element) -> Int? {
    switch element {
    case .float32: 4
    case .int8, .uint8, .boolean: 1
    default: element.isInteger ? 8 : nil
    }
  }
}
