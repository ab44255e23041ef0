import Foundation
import Network
import TestSupport
import Testing

@Suite(
  "Networks in float16 and float64 are computed in float32",
  .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON with onnx and onnxruntime"))
struct FloatWideningTests {
  /// A float32 input, cast to the network's own type, and its output cast back.
  static let script = """
    import sys, numpy as np, onnx, onnxruntime as ort
    from onnx import helper, numpy_helper, TensorProto
    ort.set_default_logger_severity(4)
    folder, kind = sys.argv[1:3]
    element, number = {'float16': (TensorProto.FLOAT16, np.float16), 'float64': (TensorProto.DOUBLE, np.float64)}[kind]
    rng = np.random.default_rng(5)
    weights = numpy_helper.from_array(rng.standard_normal((12, 5)).astype(number), 'w')
    bias = numpy_helper.from_array(rng.standard_normal(5).astype(number), 'b')
    nodes = [helper.make_node('Cast', ['x'], ['x_own'], to=element), helper.make_node('Gemm', ['x_own', 'w', 'b'], ['g']),
             helper.make_node('Relu', ['g'], ['r']), helper.make_node('Cast', ['r'], ['y'], to=TensorProto.FLOAT)]
    graph = helper.make_graph(nodes, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, [1, 12])],
                              [helper.make_tensor_value_info('y', TensorProto.FLOAT, [1, 5])], [weights, bias])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder + '/m.onnx')
    x = rng.standard_normal((1, 12)).astype(np.float32)
    np.save(folder + '/x.npy', x)
    np.save(folder + '/y.npy', ort.InferenceSession(folder + '/m.onnx').run(None, {'x': x})[0])
    """

  @Test(
    "as ONNX Runtime computes them, to their own precision",
    arguments: [("float16", 0.02), ("float64", 1e-4)])
  func equalsOnnxRuntime(kind: String, tolerance: Double) throws {
    let folder = try TemporaryFolder()
    _ = try PythonPeer.run(Self.script, [folder.url.path, kind])
    let input = try NumpyArray.read(folder.path("x.npy")).tensor
    let expected = try NumpyArray.read(folder.path("y.npy")).tensor
    let graph = try Graph.load(onnx: folder.path("m.onnx")).simplified()
    #expect(graph.constants.values.allSatisfy { $0.element == .float32 })
    #expect(
      !graph.nodes.contains {
        if case .cast = $0.operation { return true }
        return false
      })
    let result = try #require(try FloatExecutor(graph).run(["x": input], outputs: ["y"])["y"])
    #expect(result.shape == expected.shape)
    for (ours, theirs) in zip(result.floats, expected.floats) {
      #expect(abs(Double(ours - theirs)) <= tolerance * max(1, abs(Double(theirs))))
    }
  }
}
