import Foundation
import Network
import TestSupport
import Testing

@Suite(
  "Models that ONNX Runtime quantised give what ONNX Runtime gives",
  .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON with onnx and onnxruntime"))
struct QuantizedModelTests {
  /// A small network quantised by `quantize_static`: format, whether weights have a scale a channel, types.
  static let script = """
    import sys, numpy as np, onnx, onnxruntime as ort
    from onnx import helper, numpy_helper, TensorProto
    from onnxruntime.quantization import quantize_static, QuantFormat, QuantType, CalibrationDataReader
    ort.set_default_logger_severity(4)
    folder, form, channels, activation, weight = sys.argv[1:6]
    rng, tensors = np.random.default_rng(3), []
    def w(*s):
        tensors.append(numpy_helper.from_array((rng.standard_normal(s) * 0.3).astype(np.float32), f'k{len(tensors)}'))
        return tensors[-1].name
    n = lambda kind, ins, out, **a: helper.make_node(kind, ins, [out], **a)
    nodes = [n('Conv', ['x', w(8,3,3,3), w(8)], 'a', pads=[1,1,1,1]), n('Relu', ['a'], 'b'),
        n('Conv', ['b', w(8,1,3,3), w(8)], 'c', group=8, pads=[1,1,1,1]), n('Add', ['b', 'c'], 'd'),
        n('MaxPool', ['d'], 'e', kernel_shape=[2,2], strides=[2,2]), n('Concat', ['e', 'e'], 'f', axis=1),
        n('Sigmoid', ['f'], 's'), n('Mul', ['f', 's'], 'm'),
        n('GlobalAveragePool', ['m'], 'g'), n('Flatten', ['g'], 'h'), n('Gemm', ['h', w(10,16), w(10)], 'y', transB=1)]
    g = helper.make_graph(nodes, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, [1,3,12,12])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, [1,10])], tensors)
    m = helper.make_model(g, opset_imports=[helper.make_opsetid('', 17)]); m.ir_version = 8
    onnx.save(m, folder + '/float.onnx')
    class Reader(CalibrationDataReader):
        def __init__(self): self.rest = [{'x': rng.standard_normal((1,3,12,12), dtype=np.float32)} for _ in range(8)]
        def get_next(self): return self.rest.pop() if self.rest else None
    quantize_static(folder + '/float.onnx', folder + '/quantized.onnx', Reader(), quant_format=QuantFormat[form],
        per_channel=channels == '1', activation_type=QuantType[activation], weight_type=QuantType[weight])
    x = rng.standard_normal((1,3,12,12), dtype=np.float32)
    s = ort.InferenceSession(folder + '/quantized.onnx', providers=['CPUExecutionProvider'])
    np.save(folder + '/x.npy', x); np.save(folder + '/y.npy', s.run(['y'], {'x': x})[0])
    q = onnx.load(folder + '/quantized.onnx')
    print(' '.join(sorted({node.op_type for node in q.graph.node})))
    # The step of the output: the scale that its integers have.
    last = [node for node in q.graph.node if 'y' in node.output][0]
    scale = [t for t in q.graph.initializer if t.name == last.input[1]][0]
    print(float(numpy_helper.to_array(scale).reshape(-1)[0]))
    """

  @Test(
    "within one step of quantisation, whatever the form and the types",
    arguments: [
      ["QDQ", "0", "QUInt8", "QInt8"], ["QDQ", "1", "QInt8", "QInt8"], ["QDQ", "1", "QUInt8", "QUInt8"],
      ["QOperator", "0", "QUInt8", "QUInt8"], ["QOperator", "1", "QUInt8", "QInt8"],
      ["QOperator", "0", "QInt8", "QInt8"],
    ])
  func equalsONNXRuntime(options: [String]) throws {
    let folder = try TemporaryFolder()
    let lines = try PythonPeer.run(Self.script, [folder.url.path] + options).split(separator: "\n")
    let operators = String(try #require(lines.dropLast().last))
    #expect(operators.contains(options[0] == "QDQ" ? "DequantizeLinear" : "QLinearConv"))
    let step = try #require(lines.last.flatMap { Float($0) })
    let input = try NumpyArray.read(folder.path("x.npy")).tensor
    let expected = try NumpyArray.read(folder.path("y.npy")).tensor
    let graph = try Graph.load(onnx: folder.path("quantized.onnx")).simplified()
    // Weights keep their integers until somebody asks for floats.
    #expect(graph.constants.values.contains { $0.count == 8 * 27 && $0.bytes != nil })
    for graph in [graph, try graph.dequantizingConstants()] {
      let result = try #require(try FloatExecutor(graph).run(["x": input], outputs: ["y"])["y"])
      #expect(result.shape == expected.shape)
      for (ours, theirs) in zip(result.floats, expected.floats) {
        #expect(abs(ours - theirs) <= step * 1.001, "\(options) \(operators)")
      }
    }
  }
}
