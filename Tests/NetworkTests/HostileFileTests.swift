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
}
