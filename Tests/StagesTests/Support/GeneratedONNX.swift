/// A tiny classifier as an ONNX file, written as protobuf by hand: convolution, ReLU, global average, dense.
enum GeneratedONNX {
  static let inputSize = 32
  static let classes = 4
  static let dimension = 8

  /// - Parameters:
  ///   - seed: other seeds give other weights.
  ///   - count: how many of the five nodes there are: two are the convolution and its ReLU.
  ///   - isOpen: for images of any size.
  static func bytes(seed: UInt64 = 1, nodes count: Int = 5, isOpen: Bool = false) -> [UInt8] {
    var state = seed
    func weights(_ count: Int, _ scale: Float) -> [Float] {
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648 * scale
      }
    }
    let nodes = [
      node("Conv", ["image", "w1", "b1"], "conv", integers: ["strides": [2, 2], "pads": [1, 1, 1, 1]]),
      node("Relu", ["conv"], "relu"), node("GlobalAveragePool", ["relu"], "pool"),
      node("Flatten", ["pool"], "flat"), node("Gemm", ["flat", "w2", "b2"], "logits"),
    ]
    let tensors = [
      tensor("w1", [dimension, 3, 3, 3], weights(dimension * 27, 1)),
      tensor("b1", [dimension], weights(dimension, 0.2)),
      tensor("w2", [dimension, classes], weights(dimension * classes, 4)),
      tensor("b2", [classes], weights(classes, 0.1)),
    ]
    var graph: [UInt8] = []
    for node in nodes.prefix(count) { graph += field(1, node) }
    graph += field(2, Array("tiny".utf8))
    for tensor in tensors { graph += field(5, tensor) }
    graph += field(11, value("image", isOpen ? [nil, 3, nil, nil] : [1, 3, inputSize, inputSize]))
    graph += field(
      12, count < 5 ? value("relu", [1, dimension, 16, 16]) : value("logits", [1, classes]))
    return number(1, 8) + field(7, graph) + field(8, number(2, 13))
  }

  private static func node(
    _ kind: String, _ inputs: [String], _ output: String, integers: [String: [Int]] = [:]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for input in inputs { bytes += field(1, Array(input.utf8)) }
    bytes += field(2, Array(output.utf8)) + field(4, Array(kind.utf8))
    for (name, values) in integers.sorted(by: { $0.key < $1.key }) {
      var attribute = field(1, Array(name.utf8))
      for value in values { attribute += number(8, value) }
      bytes += field(5, attribute + number(20, 7))
    }
    return bytes
  }

  private static func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    for size in shape { bytes += number(1, size) }
    let raw = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    return bytes + number(2, 1) + field(8, Array(name.utf8)) + field(9, raw)
  }

  /// - Parameter shape: nil for a dimension that is open.
  private static func value(_ name: String, _ shape: [Int?]) -> [UInt8] {
    var dimensions: [UInt8] = []
    for size in shape { dimensions += field(1, size.map { number(1, $0) } ?? field(2, Array("any".utf8))) }
    let type = field(1, number(1, 1) + field(2, dimensions))
    return field(1, Array(name.utf8)) + field(2, type)
  }

  // Protobuf: varint and length-delimited fields.

  private static func number(_ tag: Int, _ value: Int) -> [UInt8] { varint(tag << 3) + varint(value) }

  private static func field(_ tag: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(tag << 3 | 2) + varint(bytes.count) + bytes
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 127 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
