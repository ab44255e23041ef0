import Network

/// Operators that only move elements: slices, splits, nearest neighbours, and a channel shuffle, which is written as a
/// reshape, a transposition of five dimensions, and a reshape back.
///
/// What they do is found by letting them move the elements' own numbers. Bytes are moved where rows stay rows,
/// columns columns and channels channels. A result that is no map isn't made at all: it is deferred until something
/// makes a map of it, or needs it as numbers.
extension GraphLowering {
  /// - Returns: false where an operator does more than move elements.
  mutating func lowerMovement(_ node: Node) throws -> Bool {
    guard isMovement(node) else { return false }
    guard try !changesScale(node) else { throw scaleChange(node) }
    var chain = [node]
    while let maker = deferred[chain[0].inputs[0]] { chain.insert(maker, at: 0) }
    let base = chain[0].inputs[0]
    guard !isInOpenIsland(base) else { throw obstacle(node, "what it moves is float32") }
    let source = try index(of: base, node: node.name)
    guard let quantization = values[source].quantization else {
      throw obstacle(node, "what it moves is float32")
    }
    guard let places = places(after: chain, base: base) else {
      throw obstacle(node, "where it moves elements could not be worked out")
    }
    for output in node.outputs where !output.isEmpty {
      guard let shape = shapes[output], let places = places[output] else { continue }
      guard let map = MapShape(shape) else {
        guard node.outputs.count == 1 else { throw obstacle(node, "its results are no maps") }
        deferred[output] = node
        continue
      }
      guard let moved = MovedPlaces(places, from: values[source].shape, to: map) else {
        throw obstacle(node, "it moves elements between rows, columns and channels")
      }
      let index = try define(output, node: node.name, quantization: quantization)
      operations.append(
        .rearrange(
          Rearrangement(
            node: node.name, input: source, output: index, channels: data.append(moved.channels),
            rows: data.append(moved.rows), columns: data.append(moved.columns))))
    }
    return true
  }

  /// Puts a deferred operator among the float ones: something needs what it makes.
  mutating func materialize(_ name: String) {
    guard let node = deferred.removeValue(forKey: name) else { return }
    float(node, reason: "what it makes is no map, and is read as numbers")
  }

  private func isMovement(_ node: Node) -> Bool {
    guard let input = node.inputs.first,
      node.inputs.dropFirst().allSatisfy({ $0.isEmpty || graph.constants[$0] != nil })
    else { return false }
    switch node.operation {
    case .transpose, .slice: return true
    case .gather: return shapes[node.outputs[0]]?.count == shapes[input]?.count
    case .reshape, .flatten, .squeeze, .unsqueeze: return deferred[input] != nil
    case .general(let other): return other.movesElements
    default: return false
    }
  }

  private func obstacle(_ node: Node, _ reason: String) -> QuantizationError {
    .unsupported(operation: node.operation.kind, node: node.name, reason: reason)
  }

  /// float32 holds the numbers of so many elements exactly.
  private static let mostElements = 1 << 24

  /// For each result of the last node, which element of the base each of its elements is.
  private func places(after chain: [Node], base: String) -> [String: [Int]]? {
    guard let shape = shapes[base], let last = chain.last, shape.reduce(1, *) < Self.mostElements else {
      return nil
    }
    let count = shape.reduce(1, *)
    let numbers = Tensor(shape: shape, values: (0..<count).map(Float.init))
    var constants: [String: Tensor] = [:]
    for name in chain.flatMap(\.inputs) { constants[name] = graph.constants[name] }
    let outputs = last.outputs.filter { !$0.isEmpty }
    let part = Graph(
      name: last.name, inputs: [GraphInput(name: base, shape: shape)], outputs: outputs, nodes: chain,
      constants: constants)
    guard let results = try? FloatExecutor(part).run([base: numbers], outputs: outputs) else { return nil }
    var places: [String: [Int]] = [:]
    for (name, tensor) in results {
      let elements = tensor.floats.map { Int(exactly: $0) ?? -1 }
      guard elements.allSatisfy({ (0..<count).contains($0) }) else { return nil }
      places[name] = elements
    }
    return places
  }
}

extension GeneralOperator {
  /// Whether what comes out are elements of what goes in.
  var movesElements: Bool {
    switch kind {
    case "Split", "DepthToSpace", "SpaceToDepth", "Expand", "Tile": true
    case "Resize", "Upsample": attributes["mode"].map { $0 == .text("nearest") } ?? true
    default: false
    }
  }
}

/// Where the channels, rows and columns of a map come from.
private struct MovedPlaces {
  var channels: [Int32] = []
  var rows: [Int32] = []
  var columns: [Int32] = []

  /// - Returns: nil where an element's place is more than a channel's, a row's and a column's.
  init?(_ places: [Int], from: MapShape, to: MapShape) {
    let area = from.height * from.width
    guard places.count == to.count, area > 0 else { return nil }
    for channel in 0..<to.channels { channels.append(Int32(places[channel * to.height * to.width] / area)) }
    for row in 0..<to.height { rows.append(Int32(places[row * to.width] / from.width % from.height)) }
    for column in 0..<to.width { columns.append(Int32(places[column] % from.width)) }
    var index = 0
    for channel in channels {
      for row in rows {
        let start = Int(channel) * area + Int(row) * from.width
        for column in columns {
          guard places[index] == start + Int(column) else { return nil }
          index += 1
        }
      }
    }
  }
}
