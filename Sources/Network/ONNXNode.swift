/// An attribute of a node; only the member of its type is set.
struct ONNXAttribute {
  var float: Float?
  var integer: Int64?
  var text: String?
  var tensor: Tensor?
  var floats: [Float] = []
  var integers: [Int64] = []
  var texts: [String] = []
  /// AttributeProto.AttributeType; 0 in files that leave it out.
  var type = 0
}

extension ONNXAttribute {
  /// The member that is set; nil for graphs, types and lists of tensors.
  var general: GeneralOperator.Attribute? {
    switch type {
    case 1: return .float(float ?? 0)
    case 2: return .integer(Int(clamping: integer ?? 0))
    case 3: return .text(text ?? "")
    case 4: return tensor.map { .tensor($0) }
    case 6: return .floats(floats)
    case 7: return .integers(integers.map { Int(clamping: $0) })
    case 8: return .texts(texts)
    case 0: break
    default: return nil
    }
    if let float { return .float(float) }
    if let integer { return .integer(Int(clamping: integer)) }
    if let text { return .text(text) }
    if let tensor { return .tensor(tensor) }
    if !floats.isEmpty { return .floats(floats) }
    return texts.isEmpty ? .integers(integers.map { Int(clamping: $0) }) : .texts(texts)
  }
}

/// A node as the file has it.
struct ONNXNode {
  var name = ""
  var kind = ""
  var domain = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: ONNXAttribute] = [:]
  /// Where it begins in the file.
  var offset: Int

  init(offset: Int) { self.offset = offset }

  /// An operator that is no longer in the file's form, to have its attributes checked once more.
  init(_ general: GeneralOperator, name: String) {
    self.init(offset: 0)
    self.name = name
    kind = general.kind
    for (name, value) in general.attributes {
      var attribute = ONNXAttribute()
      switch value {
      case .float(let number): attribute.float = number
      case .integer(let number): attribute.integer = Int64(number)
      case .text(let text): attribute.text = text
      case .tensor(let tensor): attribute.tensor = tensor
      case .floats(let numbers): attribute.floats = numbers
      case .integers(let numbers): attribute.integers = numbers.map(Int64.init)
      case .texts(let texts): attribute.texts = texts
      }
      attributes[name] = attribute
    }
  }

  /// Further outputs that nobody reads, such as the mask of a dropout, are not computed.
  mutating func dropOutputs(notIn read: Set<String>) {
    for index in outputs.indices.dropFirst() where !read.contains(outputs[index]) { outputs[index] = "" }
    // How many there are tells Split into how many parts.
    while kind != "Split", outputs.count > 1, outputs.last == "" { outputs.removeLast() }
  }

  func integer(_ name: String, default value: Int) -> Int {
    attributes[name]?.integer.map { Int(clamping: $0) } ?? value
  }

  func flag(_ name: String, default value: Bool = false) -> Bool {
    attributes[name]?.integer.map { $0 != 0 } ?? value
  }

  func float(_ name: String, default value: Float) -> Float { attributes[name]?.float ?? value }

  func text(_ name: String) -> String? { attributes[name]?.text }

  func integers(_ name: String) -> [Int]? { attributes[name].map { $0.integers.map { Int(clamping: $0) } } }

  /// The node's operator with all its attributes.
  ///
  /// - Throws: `NetworkError.unsupported` where an attribute is a graph or the like.
  func general(opset: Int) throws(NetworkError) -> GeneralOperator {
    var result = GeneralOperator(kind, domain: domain == "ai.onnx" ? "" : domain, opset: opset)
    for (name, attribute) in attributes {
      guard let value = attribute.general else {
        throw unsupported("its attribute \(name) is of a kind that cannot be read")
      }
      result.attributes[name] = value
    }
    return result
  }

  func invalid(_ reason: String) -> NetworkError { .invalidNode(node: name, reason: "\(kind): \(reason)") }

  func unsupported(_ reason: String) -> NetworkError {
    .unsupported(operation: kind, node: name, reason: reason)
  }
}

extension ONNXNode {
  /// The nodes in an order in which they can run: the file's, where that is one (as the specification demands).
  ///
  /// - Throws: `.invalidGraph` for a value that nobody makes, two makers of one value, or a cycle.
  static func inOrder(_ nodes: [ONNXNode], given: Set<String>) throws(NetworkError) -> [ONNXNode] {
    var writers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        if given.contains(output) {
          throw .invalidNode(
            node: node.name, reason: "its output \"\(output)\" is an input or a constant already")
        }
        if let earlier = writers.updateValue(index, forKey: output) {
          throw .invalidNode(
            node: node.name,
            reason:
              "its output \"\(output)\" is made twice, first by \(nodes[earlier].kind) \"\(nodes[earlier].name)\""
          )
        }
      }
    }
    var waiting = [Int](repeating: 0, count: nodes.count)
    var readers: [[Int]] = Array(repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs where !input.isEmpty && !given.contains(input) {
        guard let writer = writers[input] else {
          throw .invalidGraph(
            reason: "node \"\(node.name)\" (\(node.kind)) reads \"\(input)\", which nothing makes")
        }
        waiting[index] += 1
        readers[writer].append(index)
      }
    }
    let isOrdered = readers.enumerated().allSatisfy { writer, readers in readers.allSatisfy { $0 > writer } }
    return isOrdered ? nodes : try sorted(nodes, waiting, readers)
  }

  private static func sorted(
    _ nodes: [ONNXNode], _ waiting: [Int], _ readers: [[Int]]
  ) throws(NetworkError) -> [ONNXNode] {
    var waiting = waiting
    var ready = Array(nodes.indices.filter { waiting[$0] == 0 }.reversed())
    var order: [ONNXNode] = []
    order.reserveCapacity(nodes.count)
    while let index = ready.popLast() {
      order.append(nodes[index])
      for reader in readers[index].reversed() {
        waiting[reader] -= 1
        if waiting[reader] == 0 { ready.append(reader) }
      }
    }
    guard order.count == nodes.count else {
      let stuck = nodes.indices.first { waiting[$0] > 0 }.map { nodes[$0].name } ?? ""
      throw .invalidGraph(reason: "node \"\(stuck)\" waits, in a circle, for its own result")
    }
    return order
  }
}
