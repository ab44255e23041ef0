import Foundation
import Network
import TestSupport
import Testing

@Suite("Files that are not sound networks get an error, never a crash")
struct HostileFileTests {
  @Test(
    "with the byte where they stop making sense",
    arguments: [
      ("empty", []),
      ("zeros", [UInt8](repeating: 0, count: 100)),
      ("text", Array("this is not a network at all".utf8)),
      ("unending number", [UInt8](repeating: 0xFF, count: 40)),
      ("length past the end", [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
      ("no graph", [0x08, 0x08]),
      // A graph with an initializer of 2^60 elements.
      (
        "huge dimension",
        [0x3A, 0x0E, 0x2A, 0x0C, 0x08] + [UInt8](repeating: 0x80, count: 8) + [0x10, 0x10, 0x01]
      ),
    ] as [(String, [UInt8])])
  func malformed(name: String, bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bad.onnx", bytes)
    let error = #expect(throws: NetworkError.self) { try Graph.load(onnx: path) }
    #expect(error?.description.contains(path) == true, "\(name)")
    #expect(error?.description.contains("byte") == true, "\(name)")
  }

  @Test("a missing file and a folder are named")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path("nothing.onnx"), folder.url.path] {
      let error = #expect(throws: NetworkError.self) { try Graph.load(onnx: path) }
      #expect(error?.description.contains(path) == true)
    }
  }

  @Test(
    "an input of any size that numbers can say",
    arguments: [
      [1 << 40, 1 << 40, 1 << 40], [2, 1 << 62, 4], [0, 1 << 40, 1 << 40], [1 << 30, 2, 1], [1, -7, 3],
    ])
  func hugeInput(shape: [Int]) throws {
    for operation in [Operation.flatten(axis: 1), .reshape(allowsZero: false)] {
      let graph = Graph(
        name: "g", inputs: [GraphInput(name: "x", shape: shape)], outputs: ["y"],
        nodes: [Node(name: "n", inputs: ["x", "to"], outputs: ["y"], operation: operation)],
        constants: ["to": Tensor(shape: [1], integers: [-1])])
      for work in [
        { _ = try graph.shapes(batch: 1) }, { _ = try graph.shapes(inputs: ["x": shape]) },
        { _ = try graph.simplified() },
      ] {
        let error = #expect(throws: NetworkError.self) { try work() }
        #expect(error?.description.contains("Input \"x\"") == true)
      }
    }
  }

  @Test("a tensor of no elements whose other dimensions cannot be multiplied")
  func hugeEmptyTensor() throws {
    let graph = Graph(
      name: "g", inputs: [GraphInput(name: "x", shape: [-1, -1, -1])], outputs: ["y"],
      nodes: [Node(name: "n", inputs: ["x"], outputs: ["y"], operation: .flatten(axis: 1))], constants: [:])
    let executor = try FloatExecutor(graph)
    let empty = Tensor(shape: [0, 1 << 40, 1 << 40], values: [])
    #expect(throws: NetworkError.self) { try executor.run(["x": empty], outputs: ["y"]) }
    let small = Tensor(shape: [1, 2, 2], values: [1, 2, 3, 4])
    #expect(try executor.run(["x": small], outputs: ["y"])["y"]?.shape == [1, 4])
  }

  @Test("a window whose padded map's area wraps around")
  func hugePaddedMap() throws {
    // Dilations of 2^24 pad the sides to 2^32 + 1 and 2^31 + 1: their product, cut to 64 bits, is negative.
    let (height, width) = (1 << 8 | 1, 1 << 7 | 1)
    let convolution = Convolution(
      kernel: Int2(height, width), dilations: Int2(1 << 24, 1 << 24), automaticPadding: .sameUpper)
    let graph = Graph(
      name: "g", inputs: [GraphInput(name: "x", shape: [1, 1, 1, 1])], outputs: ["y"],
      nodes: [Node(name: "n", inputs: ["x", "w"], outputs: ["y"], operation: .convolution(convolution))],
      constants: [
        "w": Tensor(shape: [1, 1, height, width], values: [Float](repeating: 1, count: height * width))
      ])
    let error = #expect(throws: NetworkError.self) { try graph.shapes(batch: 1) }
    #expect(error?.description.contains("too large") == true)
  }

  @Test(
    "names that are alike are suggested, others are not",
    arguments: [
      ("zzz", []), ("", []), ("q", []), ("relu_14", ["relu_1"]), ("Conv_1", ["conv_1"]),
      ("pool", ["global_pool"]), ("conv_1/output", ["conv_1"]),
    ] as [(String, [String])])
  func suggestions(name: String, nearest: [String]) {
    let names = ["x", "conv_1", "relu_1", "global_pool", "y"]
    let graph = Graph(
      name: "g", inputs: [GraphInput(name: "x", shape: [1])], outputs: ["y"],
      nodes: zip(names, names.dropFirst()).map {
        Node(name: $1, inputs: [$0], outputs: [$1], operation: .identity)
      }, constants: [:])
    #expect(throws: NetworkError.unknownLayer(name: name, nearest: nearest)) { try graph.resolveLayer(name) }
  }

  /// A small network to damage: Conv, Relu, Flatten, Gemm.
  private static let script = """
    import sys, numpy as np, onnx
    from onnx import helper, numpy_helper, TensorProto
    f = TensorProto.FLOAT
    def t(n, *s): return numpy_helper.from_array(np.ones(s, np.float32), n)
    def model(nodes, tensors, name, **more):
        g = helper.make_graph(nodes, 'g', [helper.make_tensor_value_info('x', f, ['N', 3, 8, 8])],
            [helper.make_tensor_value_info('y', f, None)], tensors)
        m = helper.make_model(g, opset_imports=[helper.make_opsetid('', 13)])
        m.metadata_props.add(key='author', value='nobody')
        onnx.save(m, f'{sys.argv[1]}/{name}.onnx', **more)
    n = helper.make_node
    good = [n('Conv', ['x', 'w'], ['a']), n('Relu', ['a'], ['b']), n('Flatten', ['b'], ['c']), n('Gemm', ['c', 'v'], ['y'])]
    model(good, [t('w', 4, 3, 3, 3), t('v', 144, 5)], 'good')
    model(good, [t('w', 4, 3, 3, 3), t('v', 144, 5)], 'external', save_as_external_data=True, location='weights.bin', size_threshold=0)
    model([n('FancyOp', ['x'], ['y'], name='odd')], [], 'unsupported')
    model([n('Relu', ['y'], ['a']), n('Relu', ['a'], ['y'])], [], 'cycle')
    model([n('Relu', ['z'], ['y'])], [], 'missing')
    model([n('Relu', ['x'], ['y']), n('Tanh', ['x'], ['y'])], [], 'twice')
    model([n('Conv', ['x', 'w'], ['y'], strides=[0, 1])], [t('w', 4, 3, 3, 3)], 'stride')
    model([n('Conv', ['x', 'w'], ['y'], pads=[-1, 0, 0, 0])], [t('w', 4, 3, 3, 3)], 'pads')
    model([n('Conv', ['x', 'w'], ['y'])], [t('w', 4, 5, 3, 3)], 'channels')
    model([n('Conv', ['x', 'w'], ['y'], dilations=[1000000, 1000000], pads=[1048576] * 4)], [t('w', 4, 3, 2, 2)], 'vast')
    inner = b''
    def field(number, content):
        size, head = len(content), bytearray([number << 3 | 2])
        while size > 127: head.append(size & 127 | 128); size >>= 7
        return bytes(head) + bytes([size]) + content
    for _ in range(10000): inner = field(4, field(1, inner))
    g = field(11, field(1, b'x') + field(2, inner)) + field(12, field(1, b'x'))
    open(f'{sys.argv[1]}/sequences.onnx', 'wb').write(b'\\x08\\x08' + field(7, g) + field(8, b'\\x10\\x0d'))
    b = open(f'{sys.argv[1]}/external.onnx', 'rb').read()
    open(f'{sys.argv[1]}/escape.onnx', 'wb').write(b.replace(b'weights.bin', b'../../x.bin'))
    """

  @Test(
    "graphs that do not hold together are refused",
    .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON"))
  func unsound() throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(Self.script, [folder.url.path])
    #expect(try Graph.load(onnx: folder.path("good.onnx")).metadata == ["author": "nobody"])
    let x = Tensor(shape: [1, 3, 8, 8], values: [Float](repeating: 1, count: 192))
    for name in ["good", "external"] {
      let executor = try FloatExecutor(try Graph.load(onnx: folder.path("\(name).onnx")).simplified())
      #expect(
        try executor.run(["x": x], outputs: ["y"])["y"]?.floats == [Float](repeating: 27 * 144, count: 5))
      #expect(throws: NetworkError.self) { try executor.run([:], outputs: ["y"]) }
      #expect(throws: NetworkError.self) { try executor.run(["x": x], outputs: ["nothing"]) }
      #expect(throws: NetworkError.self) {
        try executor.run(["x": x.floats.isEmpty ? x : Tensor(shape: [3], values: [1, 2, 3])], outputs: ["y"])
      }
    }
    let expected = [
      "unsupported": "FancyOp", "cycle": "circle", "missing": "\"z\"", "twice": "twice", "stride": "strides",
      "pads": "pads", "channels": "do not fit", "vast": "too large", "escape": "outside the model's folder",
      "sequences": "no tensor",
    ]
    for (name, word) in expected {
      let error = #expect(throws: NetworkError.self, "\(name)") {
        try Graph.load(onnx: folder.path("\(name).onnx")).simplified().shapes(batch: 1)
      }
      #expect(error?.description.contains(word) == true, "\(name): \(error.map(\.description) ?? "")")
    }
  }

  @Test(
    "cut anywhere, or with any byte changed, a file is read or refused",
    .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON"))
  func damaged() throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(Self.script, [folder.url.path])
    let good = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("good.onnx"))))
    var refused = 0
    for cut in stride(from: 1, to: good.count, by: max(1, good.count / 400)) {
      let path = try folder.write("cut.onnx", Array(good[..<cut]))
      do { _ = try Graph.load(onnx: path).simplified().layers() } catch { refused += 1 }
    }
    #expect(refused > 300)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<600 {
      var bytes = good
      // Away from the weights, which any bytes are good for.
      let place = Int.random(in: 0..<min(400, good.count), using: &generator)
      bytes[Bool.random(using: &generator) ? place : good.count - 1 - place] = .random(
        in: 0...255, using: &generator)
      let path = try folder.write("changed.onnx", bytes)
      do { _ = try Graph.load(onnx: path).simplified().layers() } catch { #expect(!"\(error)".isEmpty) }
    }
  }

  @Test("shapes of many operators over a huge map are told without running them", .timeLimit(.minutes(1)))
  func hugeMapOfManyOperators() throws {
    let kinds = ["ReduceMax", "Abs", "Not", "Less"]
    let nodes = (0..<400).map { index in
      let kind = kinds[index % kinds.count]
      return Node(
        name: "n\(index)", inputs: kind == "Less" ? ["x", "x"] : ["x"], outputs: ["y\(index)"],
        operation: .general(GeneralOperator(kind)))
    }
    let graph = Graph(
      name: "g", inputs: [GraphInput(name: "x", shape: [1, 1 << 24])], outputs: nodes.flatMap(\.outputs),
      nodes: nodes, constants: [:])
    let shapes = try graph.shapes(batch: 1)
    #expect(shapes["y0"] == [1, 1])
    #expect(shapes["y3"] == [1, 1 << 24])
    _ = try graph.simplified()
  }
}
