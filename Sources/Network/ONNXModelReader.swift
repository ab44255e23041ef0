/// Reads an ONNX model file into a graph. Source: onnx.proto3 of the ONNX specification (fields by number).
///
/// The file is mapped and walked once; weights stay in the mapping. Nested messages are read to a fixed depth only
/// (model, graph, node, attribute, tensor), so no file can make the reader recurse.
struct ONNXModelReader {
  /// The newest that the tests' version of the ONNX backend suite has.
  private static let newestOpset: Int64 = 28

  private let file: MappedFile
  private var tensors: ONNXTensorReader
  private var opset: Int64 = 0
  private var metadata: [String: String] = [:]
  private var graph: ProtobufReader.Range?

  /// - Throws: `NetworkError`, with the byte where the file stops making sense.
  static func read(path: String) throws(NetworkError) -> Graph {
    let file = try MappedFile(path: path)
    guard file.count > 0 else { throw .malformed(path: path, offset: 0, reason: "the file is empty") }
    var reader = ONNXModelReader(file: file, tensors: ONNXTensorReader(modelPath: path))
    return try file.withBytes { bytes throws(NetworkError) in
      try reader.model(ProtobufReader(file, bytes, 0..<file.count))
    }
  }

  private mutating func model(_ message: ProtobufReader) throws(NetworkError) -> Graph {
    var reader = message
    while let (field, value) = try reader.next() {
      switch field {
      case 7: graph = try reader.range(value)
      case 8:
        let (domain, version) = try Self.operatorSet(reader.message(try reader.range(value)))
        if domain.isEmpty || domain == "ai.onnx" { opset = max(opset, version) }
      case 14:
        let entry = try Self.keyAndValue(reader.message(try reader.range(value)))
        metadata[entry.key] = entry.value
      default: break
      }
    }
    guard let graph else { throw reader.failure("there is no graph in this file: it is not an ONNX model") }
    if opset == 0 { opset = 1 }
    guard opset <= Self.newestOpset else {
      throw .unreadable(
        path: file.path,
        reason: "it is made for operator set \(opset), this program knows those up to \(Self.newestOpset); "
          + "export it again with opset_version=21")
    }
    return try readGraph(reader.message(graph))
  }

  private static func operatorSet(_ message: ProtobufReader) throws(NetworkError) -> (String, Int64) {
    var reader = message
    var domain = ""
    var version: Int64 = 0
    while let (field, value) = try reader.next() {
      if field == 1 { domain = try reader.text(value) }
      if field == 2 { version = try reader.integer(value) }
    }
    return (domain, version)
  }

  static func keyAndValue(_ message: ProtobufReader) throws(NetworkError) -> (key: String, value: String) {
    var reader = message
    var key = ""
    var text = ""
    while let (field, value) = try reader.next() {
      if field == 1 { key = try reader.text(value) }
      if field == 2 { text = try reader.text(value) }
    }
    return (key, text)
  }

  private mutating func readGraph(_ message: ProtobufReader) throws(NetworkError) -> Graph {
    var reader = message
    var name = ""
    var nodes: [ONNXNode] = []
    var constants: [String: Tensor] = [:]
    var inputs: [GraphInput] = []
    var outputs: [String] = []
    while let (field, value) = try reader.next() {
      switch field {
      case 1: nodes.append(try readNode(reader.message(try reader.range(value)), index: nodes.count))
      case 2: name = try reader.text(value)
      case 5:
        let (key, tensor) = try tensors.read(reader.message(try reader.range(value)))
        guard constants.updateValue(tensor, forKey: key) == nil else {
          throw .invalidGraph(reason: "there are two initializers named \"\(key)\"")
        }
      case 11:
        let input = try Self.valueInformation(reader.message(try reader.range(value)))
        guard input.isTensor else {
          throw .invalidInput(
            name: input.value.name, reason: "it is a sequence, map or optional value, no tensor")
        }
        inputs.append(input.value)
      case 12: outputs.append(try Self.valueInformation(reader.message(try reader.range(value))).value.name)
      default: break
      }
    }
    // Before IR version 4 every initializer is listed among the inputs too.
    inputs.removeAll { constants[$0.name] != nil }
    var building = Graph(
      name: name, inputs: inputs, outputs: outputs, nodes: [], constants: constants, metadata: metadata)
    var known: [String: [Int]] = [:]
    let read = Set(nodes.flatMap(\.inputs)).union(outputs)
    for var node in try ONNXNode.inOrder(nodes, given: Set(inputs.map(\.name)).union(constants.keys)) {
      node.dropOutputs(notIn: read)
      try ONNXOperators.append(node, opset: Int(clamping: opset), to: &building, known: &known)
    }
    for output in outputs where building.constants[output] == nil && !building.hasValue(output) {
      throw .invalidGraph(reason: "no node makes the output \"\(output)\"")
    }
    return building
  }

  /// ValueInfoProto: a name and the shape of a tensor type; dimensions that are not numbers are -1. What other types
  /// are made of is not looked at, however deep it goes.
  private static func valueInformation(
    _ message: ProtobufReader
  ) throws(NetworkError) -> (value: GraphInput, isTensor: Bool) {
    var reader = message
    var result = GraphInput(name: "", shape: [])
    var isTensor = true
    while let (field, value) = try reader.next() {
      if field == 1 { result.name = try reader.text(value) }
      if field == 2 {
        let (shape, element, isOther) = try tensorType(reader.message(try reader.range(value)))
        result.shape = shape
        isTensor = !isOther
        if let element = Tensor.Element(rawValue: Int(clamping: element)) { result.element = element }
      }
    }
    return (result, isTensor)
  }

  /// TypeProto: sequence_type is field 4, map_type 5, sparse_tensor_type 8, optional_type 9.
  private static func tensorType(
    _ message: ProtobufReader
  ) throws(NetworkError) -> (shape: [Int], element: Int64, isOther: Bool) {
    var type = message
    var isOther = false
    var shape: [Int] = []
    var element: Int64 = 1
    while let (field, value) = try type.next() {
      if [4, 5, 8, 9].contains(field) { isOther = true }
      guard field == 1 else { continue }
      var tensor = type.message(try type.range(value))
      while let (field, value) = try tensor.next() {
        if field == 1 { element = try tensor.integer(value) }
        guard field == 2 else { continue }
        var dimensions = tensor.message(try tensor.range(value))
        while let (field, value) = try dimensions.next() {
          guard field == 1 else { continue }
          var dimension = dimensions.message(try dimensions.range(value))
          var size = -1
          while let (field, value) = try dimension.next() {
            guard field == 1 else { continue }
            let number = try dimension.integer(value)
            guard number < 1 << 32 else {
              throw .invalidGraph(reason: "a value's type has a dimension of \(number)")
            }
            // Exporters write 0, too, for what is open.
            size = number > 0 ? Int(number) : -1
          }
          shape.append(size)
        }
      }
    }
    return (shape, element, isOther)
  }

  private mutating func readNode(_ message: ProtobufReader, index: Int) throws(NetworkError) -> ONNXNode {
    var reader = message
    var node = ONNXNode(offset: message.offset)
    while let (field, value) = try reader.next() {
      switch field {
      case 1: node.inputs.append(try reader.text(value))
      case 2: node.outputs.append(try reader.text(value))
      case 3: node.name = try reader.text(value)
      case 4: node.kind = try reader.text(value)
      case 5:
        let (name, attribute) = try readAttribute(reader.message(try reader.range(value)))
        node.attributes[name] = attribute
      case 7: node.domain = try reader.text(value)
      default: break
      }
    }
    while node.inputs.last == "" { node.inputs.removeLast() }
    if node.name.isEmpty { node.name = node.outputs.first { !$0.isEmpty } ?? "\(node.kind)_\(index)" }
    return node
  }

  private mutating func readAttribute(
    _ message: ProtobufReader
  ) throws(NetworkError) -> (String, ONNXAttribute) {
    var reader = message
    var name = ""
    var attribute = ONNXAttribute()
    while let (field, value) = try reader.next() {
      switch field {
      case 1: name = try reader.text(value)
      case 2: attribute.float = try reader.float(value)
      case 3: attribute.integer = try reader.integer(value)
      case 4: attribute.text = try reader.text(value)
      case 5: attribute.tensor = try tensors.read(reader.message(try reader.range(value))).tensor
      case 7: attribute.floats += try reader.floats(value)
      case 8: attribute.integers += try reader.integers(value)
      case 9: attribute.texts.append(try reader.text(value))
      case 20: attribute.type = Int(clamping: try reader.integer(value))
      default: break
      }
    }
    return (name, attribute)
  }
}

extension Graph {
  /// Whether an input or a node has this value.
  func hasValue(_ name: String) -> Bool {
    inputs.contains { $0.name == name } || nodes.contains { $0.outputs.contains(name) }
  }

  /// Reads an ONNX file (opsets 7 to 21). The file stays mapped, its weights are not copied.
  ///
  /// - Throws: `NetworkError` with the file and the byte where it is damaged, or the operator and node not supported.
  public static func load(onnx path: String) throws(NetworkError) -> Graph {
    try ONNXModelReader.read(path: path)
  }
}
