import Network

/// Float operators that wait for an int8 one to need what they make.
///
/// An island is put into the plan as late as possible: until then it can take in every float operator that reads it,
/// and join with others. What it reads is always in the plan before it, so that no circle can arise.
struct OpenIsland {
  var nodes: [Node]
  var made: Set<String>
  /// Why a node is here, by its first output.
  var reasons: [String: String] = [:]

  mutating func take(_ other: Self) {
    nodes += other.nodes
    made.formUnion(other.made)
    reasons.merge(other.reasons) { first, _ in first }
  }
}

extension GraphLowering {
  /// Puts a node among the float operators, together with those that make what it reads.
  mutating func float(_ node: Node, reason: String) {
    for name in node.inputs { materialize(name) }
    let nodes = rounded(node)
    let inputs = nodes.flatMap(\.inputs)
    let touched = islands.indices.filter { index in inputs.contains(where: islands[index].made.contains) }
    var joined = touched.first.map { islands[$0] } ?? OpenIsland(nodes: [], made: [])
    for index in touched.dropFirst() { joined.take(islands[index]) }
    for index in touched.reversed() { islands.remove(at: index) }
    joined.nodes += nodes
    joined.made.formUnion(nodes.flatMap(\.outputs).filter { !$0.isEmpty })
    if let output = node.outputs.first { joined.reasons[output] = reason }
    islands.append(joined)
  }

  /// Whether a value is made by float operators that can still take in more.
  func isInOpenIsland(_ name: String) -> Bool { islands.contains { $0.made.contains(name) } }

  /// Puts the island that makes a value into the plan.
  mutating func closeIsland(making name: String) throws {
    guard let index = islands.firstIndex(where: { $0.made.contains(name) }) else { return }
    try close(islands.remove(at: index))
  }

  mutating func closeIslands() throws {
    while !islands.isEmpty { try close(islands.removeFirst()) }
  }

  private mutating func close(_ island: OpenIsland) throws {
    var result = FloatIsland(
      nodes: island.nodes, inputs: [], outputs: [], constants: [], reasons: island.reasons)
    var known = island.made
    for node in island.nodes {
      for name in node.inputs where !name.isEmpty && known.insert(name).inserted {
        if let constant = roundingConstants[name] ?? graph.constants[name] {
          result.constants.append(store(constant, named: name))
        } else if let shape = shapes[name] {
          let value = try index(of: name, node: node.name)
          result.inputs.append(FloatIsland.Input(name: name, shape: shape, value: value))
        }
      }
    }
    for name in island.nodes.flatMap(\.outputs) {
      guard let shape = shapes[name], let map = MapShape(rowMajor: shape) else { continue }
      values.append(QuantizedValue(name: name, shape: map, quantization: nil, isRowMajor: true))
      indices[name] = values.count - 1
      result.outputs.append(FloatIsland.Output(name: name, value: values.count - 1))
    }
    operations.append(.floatIsland(result))
  }

  private mutating func store(_ constant: Tensor, named name: String) -> FloatIsland.Constant {
    // Quantised weights are float32 here.
    let constant = model?.constants[name]?.tensor ?? constant
    let element = constant.element.isInteger ? constant.element : .float32
    let elements =
      if let bytes = constant.bytes {
        data.append(bytes)
      } else if let integers = constant.integers {
        data.append(integers)
      } else {
        data.append(constant.floats)
      }
    return FloatIsland.Constant(name: name, shape: constant.shape, element: element, elements: elements)
  }
}

extension MapShape {
  /// Any tensor of one image, its dimensions drawn together where a map has fewer; nil for an empty one.
  init?(rowMajor shape: [Int]) {
    guard shape.allSatisfy({ $0 > 0 }) else { return nil }
    let sizes = Array(shape.first == 1 ? shape.dropFirst() : shape[...])
    self.init(
      channels: sizes.first ?? 1, height: sizes.dropFirst().dropLast().reduce(1, *),
      width: sizes.count > 1 ? sizes[sizes.count - 1] : 1)
    if sizes.count == 2 { (height, width) = (sizes[1], 1) }
  }
}
