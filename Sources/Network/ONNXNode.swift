/// An attribute of a node; only the member of its type is set.
struct ONNXAttribute {
  var float: Float?
  var integer: Int64?
  var text: String?
  var tensor: Tensor?
  var floats: [Float] = []
  var integers: [Int64] = []
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

  func integer(_ name: String, default value: Int) -> Int {
    attributes[name]?.integer.map { Int(clamping: $0) } ?? value
  }

  func flag(_ name: String, default value: Bool = false) -> Bool {
    attributes[name]?.integer.map { $0 != 0 } ?? value
  }

  func float(_ name: String, default value: Float) -> Float { attributes[name]?.float ?? value }

  func text(_ name: String) -> String? { attributes[name]?.text }

  func integers(_ name: String) -> [Int]? { attributes[name].map { $0.integers.map { Int(clamping: $0) } } }

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
        guard !given.contains(output), writers.updateValue(index, forKey: output) == nil else {
          throw .invalidGraph(reason: "the value \"\(output)\" is made twice")
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
