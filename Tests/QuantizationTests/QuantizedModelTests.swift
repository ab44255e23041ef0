import Foundation
import Network
import TestSupport
import Testing

@testable import Quantization

@Suite(
  "Models that ONNX Runtime quantised run in int8, with their own scales",
  .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON with onnx and onnxruntime"))
struct QuantizedModelTests {
  /// Form, whether weights have a scale a channel, types of activations and weights.
  static let forms = [
    ["QDQ", "1", "QUInt8", "QInt8"], ["QDQ", "0", "QUInt8", "QInt8"], ["QDQ", "1", "QInt8", "QInt8"],
    ["QOperator", "1", "QUInt8", "QInt8"], ["QOperator", "0", "QUInt8", "QInt8"],
    ["QOperator", "0", "QInt8", "QInt8"],
  ]

  @Test(
    "within one step of what ONNX Runtime gives, optimised or not", arguments: forms, QuantizedPeer.networks)
  func equalsONNXRuntime(form: [String], name: String) throws {
    let peer = try QuantizedPeer(form, network: name)
    let network = try #require(try QuantizedNetwork.asGiven(peer.graph))
    for expected in peer.expected { try expectOneStep(network, peer, expected) }
  }

  private func expectOneStep(_ network: QuantizedNetwork, _ peer: QuantizedPeer, _ expected: Tensor) throws {
    for (image, results) in try results(network, peer, beside: expected).enumerated() {
      let difference = zip(results.ours, results.theirs).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference <= peer.step * 1.001, "image \(image): \(difference / peer.step) steps")
    }
  }

  /// What each image gives here, and there.
  private func results(
    _ network: QuantizedNetwork, _ peer: QuantizedPeer, beside expected: Tensor
  ) throws -> [(ours: [Float], theirs: [Float])] {
    let executor = PlanExecutor(try CompiledPlan(network))
    let count = network.input.shape.count
    let (inputs, expected) = (peer.input.floats, expected.floats)
    return try (0..<peer.input.shape[0]).map { image in
      try executor.run(tensor: Array(inputs[image * count..<(image + 1) * count]))
      let ours = executor.output(0)
      return (ours, Array(expected[image * ours.count..<(image + 1) * ours.count]))
    }
  }

  /// Of signed QDQ models ONNX Runtime itself runs parts in float32.
  static let formsOfIntegers =
    forms.filter { $0[0] == "QOperator" || $0[2] == "QUInt8" } + [
      ["QDQ", "0", "QUInt8", "QUInt8"], ["QDQ", "1", "QUInt8", "QUInt8"],
      ["QOperator", "0", "QUInt8", "QUInt8"],
    ]

  @Test(
    "byte by byte what ONNX Runtime gives where that runs on integers", arguments: formsOfIntegers,
    ["plain", "residual", "mobile", "averages"])
  func equalsONNXRuntimeExactly(form: [String], name: String) throws {
    let peer = try QuantizedPeer(form, network: name)
    let network = try #require(try QuantizedNetwork.asGiven(peer.graph))
    let stored = try QuantizedNetwork(serialized: network.serialized)
    let optimized = try #require(peer.expected.last)
    for (image, results) in try results(stored, peer, beside: optimized).enumerated() {
      #expect(results.ours == results.theirs, "image \(image)")
    }
  }

  /// Not as it runs them unoptimised, which is two steps away: its QLinearSoftmax multiplies by the whole part of
  /// 1 / scale.
  @Test(
    "a vision transformer: within one step of what ONNX Runtime gives",
    arguments: forms + formsOfIntegers.suffix(3))
  func transformer(form: [String]) throws {
    let peer = try QuantizedPeer(form, network: "transformer")
    let network = try #require(try QuantizedNetwork.asGiven(peer.graph))
    let stored = try QuantizedNetwork(serialized: network.serialized)
    try expectOneStep(stored, peer, try #require(peer.expected.last))
  }

  @Test("without an operator in float32", arguments: forms, ["plain", "residual", "mobile"])
  func noIslands(form: [String], name: String) throws {
    let network = try #require(try QuantizedNetwork.asGiven(try QuantizedPeer(form, network: name).graph))
    let islands = network.structure.operations.compactMap { operation -> FloatIsland? in
      if case .floatIsland(let island) = operation { return island }
      return nil
    }
    #expect(islands.flatMap(\.nodes).map(\.name) == [])
  }

  @Test(
    "also where the weights are quantised by the model itself, or by operators of ONNX Runtime's own",
    arguments: ["AddQDQPairToWeight", "UseQDQContribOps"], ["plain", "residual", "mobile"])
  func otherForms(option: String, name: String) throws {
    let form = ["QDQ", "1", "QUInt8", "QInt8", option]
    try equalsONNXRuntime(form: form, name: name)
    try noIslands(form: form, name: name)
  }

  @Test("weights that need more than 8 bits run in float32, on whole numbers")
  func asymmetricWeights() throws {
    let peer = try QuantizedPeer(["QDQ", "0", "QUInt8", "QUInt8"], network: "plain")
    let network = try #require(try QuantizedNetwork.asGiven(peer.graph))
    let reasons = network.structure.operations.compactMap { operation -> [String]? in
      if case .floatIsland(let island) = operation { return Array(island.reasons.values) }
      return nil
    }
    #expect(reasons.joined().contains { $0.contains("more than 8 bits") })
  }

  @Test("every name of the model, and embedding, stands for a layer", arguments: [forms[0], forms[3]])
  func names(form: [String]) throws {
    let peer = try QuantizedPeer(form, network: "mobile")
    let network = try #require(try QuantizedNetwork.asGiven(peer.graph))
    #expect(try network.elementCount(of: "embedding") == 24)
    #expect(network.outputs == ["y"])
    for name in try #require(Self.floatNames["mobile"]) where form[0] == "QDQ" {
      #expect(try network.elementCount(of: name) > 0)
    }
    #expect(try network.elementCount(of: try peer.graph.resolveLayer("embedding")) == 24)
  }

  private static let floatNames = ["mobile": ["b", "d", "g", "h"]]

  @Test(
    "a model of whose quantising int8 knows nothing is refused, never measured anew; float32 rounds as it says",
    arguments: [forms[0], forms[3]])
  func unknownQuantization(form: [String]) throws {
    let peer = try QuantizedPeer(form, network: "normalised")
    let network = try QuantizedNetwork.asGiven(peer.graph)
    #expect(network == nil)
    let error = #expect(throws: QuantizationError.self) { try QuantizedNetwork.trial(peer.graph) }
    #expect(error?.description.contains("precision: float32") == true)
    let input = try #require(peer.graph.inputs.first?.name)
    let results = try FloatExecutor(peer.graph).run([input: peer.input], outputs: ["y"])
    let values = try #require(results["y"]).floats
    let difference = zip(values, try #require(peer.expected.last).floats).map { abs($0 - $1) }.max()
    #expect(try #require(difference) <= peer.step * 1.001)
  }

  @Test("a float network is none of them")
  func floatNetwork() throws {
    let network = try QuantizedNetwork.asGiven(SmallGraph.all[0].graph)
    #expect(network == nil)
  }
}

/// A small network that ONNX Runtime quantised, and what ONNX Runtime then gives for some inputs.
struct QuantizedPeer {
  let graph: Graph
  let input: Tensor
  /// Without and with ONNX Runtime's optimisations.
  let expected: [Tensor]
  /// Of the result's integers.
  let step: Float

  static let networks = ["plain", "residual", "mobile", "gates", "tokens", "far", "mixed"]

  init(_ form: [String], network: String) throws {
    let folder = try TemporaryFolder()
    let printed = try PythonPeer.run(Self.script, [folder.url.path, network] + form)
    step = try #require(printed.split(separator: "\n").last.flatMap { Float($0) })
    input = try NumpyArray.read(folder.path("x.npy")).tensor
    expected = try ["plain.npy", "optimized.npy"].map { try NumpyArray.read(folder.path($0)).tensor }
    graph = try Graph.load(onnx: folder.path("quantized.onnx")).simplified()
  }

  private static let script = """
    import sys, logging, numpy as np, onnx, onnxruntime as ort
    logging.disable(logging.WARNING)
    from onnx import helper, numpy_helper, TensorProto
    from onnxruntime.quantization import quantize_static, QuantFormat, QuantType, CalibrationDataReader
    ort.set_default_logger_severity(4)
    folder, network, form, channels, activation, weight = sys.argv[1:7]
    options = {option: True for option in sys.argv[7:]}
    rng, tensors, nodes = np.random.default_rng(5), [], []
    def constant(value):
        tensors.append(numpy_helper.from_array(np.asarray(value), f'k{len(tensors)}'))
        return tensors[-1].name
    def w(*s): return constant((rng.standard_normal(s) * (1 / np.sqrt(max(1, np.prod(s[1:]))))).astype(np.float32))
    def n(kind, ins, out, **a): nodes.append(helper.make_node(kind, ins.split() if isinstance(ins, str) else ins, [out], name=f'node{len(nodes)}', **a))
    def conv(x, out, cin, cout, k, group=1, stride=1):
        n('Conv', [x, w(cout, cin // group, k, k), w(cout)], out, group=group, pads=[k // 2] * 4, strides=[stride] * 2)
    def classify(x, c):
        n('GlobalAveragePool', x, 'g'); n('Flatten', 'g', 'h'); n('Gemm', ['h', w(10, c), w(10)], 'y', transB=1)
    if network == 'plain':
        conv('x', 'a', 3, 24, 3); n('Relu', 'a', 'b'); n('MaxPool', 'b', 'c', kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
        conv('c', 'd', 24, 40, 3); n('Relu', 'd', 'e'); conv('e', 'f', 40, 8, 1); n('Flatten', 'f', 'i')
        n('MatMul', ['i', w(8 * 36, 10)], 'y')
    elif network == 'residual':
        conv('x', 'a', 3, 32, 3, stride=2); n('Relu', 'a', 'b'); conv('b', 'c', 32, 32, 3); conv('b', 'd', 32, 32, 1)
        n('Add', 'c d', 'e'); n('Relu', 'e', 'f'); conv('f', 'i', 32, 16, 1); conv('f', 'j', 32, 7, 3)
        n('Concat', 'i j', 'l', axis=1); n('AveragePool', 'l', 'm', kernel_shape=[3, 3], strides=[2, 2]); classify('m', 23)
    elif network == 'normalised':
        n('Sub', ['x', constant(np.float32(0.1))], 'u'); n('Div', ['u', constant(np.float32(0.3))], 'v')
        conv('v', 'a', 3, 24, 3); n('Relu', 'a', 'b'); classify('b', 24)
    elif network == 'averages':
        conv('x', 'a', 3, 24, 3); n('Relu', 'a', 'b'); n('AveragePool', 'b', 'c', kernel_shape=[2, 2], strides=[2, 2])
        conv('c', 'd', 24, 16, 3); n('AveragePool', 'd', 'e', kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4); conv('e', 'f', 16, 8, 1); classify('f', 8)
    elif network == 'mobile':
        conv('x', 'a', 3, 16, 3, stride=2); n('Clip', ['a', constant(np.float32(0)), constant(np.float32(6))], 'b')
        conv('b', 'c', 16, 16, 3, group=16); n('Clip', ['c', constant(np.float32(0)), constant(np.float32(6))], 'd')
        conv('d', 'e', 16, 16, 1); n('Add', 'e b', 'f'); conv('f', 'i', 16, 24, 3, group=2); classify('i', 24)
    elif network == 'gates':
        conv('x', 'a', 3, 24, 3); n('Sigmoid', 'a', 'b'); n('Mul', 'a b', 'c')
        n('GlobalAveragePool', 'c', 'd'); conv('d', 'e', 24, 8, 1); n('Relu', 'e', 'f'); conv('f', 'i', 8, 24, 1)
        n('HardSigmoid', 'i', 'j'); n('Mul', 'c j', 'l'); n('LeakyRelu', 'l', 'm', alpha=0.1); classify('m', 24)
    elif network == 'tokens':
        conv('x', 'a', 3, 24, 3, stride=2); n('Reshape', ['a', constant(np.array([0, 24, 36]))], 'b')
        n('Transpose', 'b', 'c', perm=[0, 2, 1]); n('MatMul', ['c', w(24, 12)], 'd'); n('Add', ['d', w(12)], 'e')
        n('Transpose', 'e', 'f', perm=[0, 2, 1]); n('Reshape', ['f', constant(np.array([0, 12, 6, 6]))], 'i'); classify('i', 12)
    elif network == 'transformer':
        def dense(x, out, cin, cout):
            n('MatMul', [x, constant((rng.standard_normal((cin, cout)) / np.sqrt(cin)).astype(np.float32))], out + '0'); n('Add', [out + '0', w(cout)], out)
        def normal(x, out): n('LayerNormalization', [x, constant(1 + 0.1 * w_values(24)), w(24)], out, axis=-1, epsilon=1e-6)
        def w_values(*s): return rng.standard_normal(s).astype(np.float32)
        n('Conv', ['x', w(24, 3, 3, 3), w(24)], 'a', strides=[3, 3]); n('Reshape', ['a', constant(np.array([0, 24, 16]))], 'b')
        n('Transpose', 'b', 'c', perm=[0, 2, 1]); n('Add', ['c', constant(0.1 * w_values(1, 16, 24))], 's0')
        for i in range(2):
            normal(f's{i}', f'n{i}')
            for part, order in ('q', [0, 2, 1, 3]), ('j', [0, 2, 3, 1]), ('v', [0, 2, 1, 3]):
                dense(f'n{i}', f'{part}{i}', 24, 24); n('Reshape', [f'{part}{i}', constant(np.array([0, 16, 3, 8]))], f'{part}r{i}')
                n('Transpose', f'{part}r{i}', f'{part}t{i}', perm=order)
            n('MatMul', f'qt{i} jt{i}', f'sc{i}'); n('Mul', [f'sc{i}', constant(np.float32(8 ** -0.5))], f'sm{i}'); n('Softmax', f'sm{i}', f'p{i}', axis=-1)
            n('MatMul', f'p{i} vt{i}', f'o{i}'); n('Transpose', f'o{i}', f'ot{i}', perm=[0, 2, 1, 3]); n('Reshape', [f'ot{i}', constant(np.array([0, 16, 24]))], f'or{i}')
            dense(f'or{i}', f'd{i}', 24, 24); n('Add', f's{i} d{i}', f'm{i}'); normal(f'm{i}', f'u{i}'); dense(f'u{i}', f'w{i}', 24, 48)
            n('Div', [f'w{i}', constant(np.float32(2 ** 0.5))], f'e{i}'); n('Erf', f'e{i}', f'f{i}'); n('Add', [f'f{i}', constant(np.float32(1))], f'z{i}')
            n('Mul', f'w{i} z{i}', f'x{i}'); n('Mul', [f'x{i}', constant(np.float32(0.5))], f'y{i}'); dense(f'y{i}', f'v{i}_', 48, 24); n('Add', f'm{i} v{i}_', f's{i + 1}')
        normal('s2', 'l'); n('ReduceMean', 'l', 'h', axes=[1], keepdims=0); n('Gemm', ['h', w(10, 24), w(10)], 'y', transB=1)
    elif network == 'far':
        n('Conv', ['x', w(16, 3, 3, 3), w(16)], 'a', pads=[5] * 4); n('Relu', 'a', 'b')
        n('Conv', ['b', w(16, 1, 3, 3), w(16)], 'c', pads=[0, 0, 4, 4], group=16); classify('c', 16)
    else:
        conv('x', 'a', 3, 24, 3); n('Relu', 'a', 'b'); n('Reshape', ['b', constant(np.array([0, 3, 8, 12, 12]))], 'c')
        n('Transpose', 'c', 'd', perm=[0, 2, 1, 3, 4]); n('Reshape', ['d', constant(np.array([0, 24, 12, 12]))], 'e')
        conv('e', 'f', 24, 16, 3, group=2); n('LRN', 'f', 'i', size=5); conv('i', 'j', 16, 16, 1); classify('j', 16)
        nodes[-1].output[0] = 'scores'; n('Softmax', 'scores', 'y', axis=1)
    g = helper.make_graph(nodes, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['N', 3, 12, 12])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['N', 10])], tensors)
    m = helper.make_model(g, opset_imports=[helper.make_opsetid('', 17)]); m.ir_version = 8
    onnx.checker.check_model(m); onnx.save(m, folder + '/float.onnx')
    def image(count):
        t = np.linspace(-1, 1, 12, dtype=np.float32)
        a, b, c = [rng.standard_normal((count, 3, 1, 1), dtype=np.float32) for _ in range(3)]
        return (a * t[:, None] + b * t + c / 2 + 0.2 * rng.standard_normal((count, 3, 12, 12), dtype=np.float32))
    class Reader(CalibrationDataReader):
        def __init__(self): self.rest = [{'x': image(4)} for _ in range(8)]
        def get_next(self): return self.rest.pop() if self.rest else None
    quantize_static(folder + '/float.onnx', folder + '/quantized.onnx', Reader(), quant_format=QuantFormat[form],
        per_channel=channels == '1', activation_type=QuantType[activation], weight_type=QuantType[weight],
        extra_options=options)
    x = image(6); np.save(folder + '/x.npy', x)
    for name, level in ('plain', ort.GraphOptimizationLevel.ORT_DISABLE_ALL), ('optimized', ort.GraphOptimizationLevel.ORT_ENABLE_ALL):
        o = ort.SessionOptions(); o.graph_optimization_level = level
        s = ort.InferenceSession(folder + '/quantized.onnx', o, providers=['CPUExecutionProvider'])
        np.save(f'{folder}/{name}.npy', s.run(['y'], {'x': x})[0])
    q = onnx.load(folder + '/quantized.onnx')
    last = [node for node in q.graph.node if 'y' in node.output][0]
    scale = [t for t in q.graph.initializer if len(last.input) > 1 and t.name == last.input[1]]
    print(float(numpy_helper.to_array(scale[0]).reshape(-1)[0]) if last.op_type == 'DequantizeLinear' else 1 / 255)
    """
}
