import Foundation
import Network
import TestSupport
import Testing

/// A block as a common exporter writes it: the Python statements that add its nodes, from `x` to `y`.
struct BlockCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shape: String
  let statements: String
  var opset = 17
  var testDescription: String { name }
}

@Suite(
  "Blocks of known networks, as exporters write them, give what ONNX Runtime gives",
  .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON with onnx and onnxruntime"))
struct BlockTests {
  /// `n(KIND, inputs, **attributes)` adds a node and gives its output's name, or names where `outputs` says how many;
  /// `w` a seeded weight, `i` int64 constants.
  static let cases: [BlockCase] = [
    .init(
      name: "ConvNeXt: depthwise 7x7, layer norm over channels last, Gelu by Erf, scale",
      shape: "['N', 8, 10, 10]",
      statements: """
        a = n('Conv', ['x', w(8,1,7,7), w(8)], group=8, pads=[3,3,3,3])
        a = n('LayerNormalization', [n('Transpose', [a], perm=[0,2,3,1]), w(8), w(8)], axis=-1, epsilon=1e-6)
        a = n('Add', [n('MatMul', [a, w(8,32)]), w(32)])
        e = n('Add', [n('Erf', [n('Div', [a, c(1.41421354)])]), c(1.0)])
        a = n('Mul', [n('Mul', [a, e]), c(0.5)])
        a = n('Add', [n('MatMul', [a, w(32,8)]), w(8)])
        a = n('Transpose', [n('Mul', [w(8), a])], perm=[0,3,1,2])
        n('Add', [a, 'x'], out='y')
        """),
    .init(
      name:
        "ViT: patches, class token, attention of three heads with shape arithmetic, layer norm written out",
      shape: "['N', 3, 16, 16]",
      statements: """
        a = n('Conv', ['x', w(12,3,4,4), w(12)], strides=[4,4])
        s = n('Shape', [a])
        t = n('Concat', [n('Slice', [s, i(0), i(2)]), i(-1)], axis=0)
        a = n('Transpose', [n('Reshape', [a, t])], perm=[0,2,1])
        batch = n('Gather', [n('Shape', [a]), i0(0)], axis=0)
        size = n('Concat', [n('Unsqueeze', [batch, i(0)]), i(-1), i(-1)], axis=0)
        ones = n('ConstantOfShape', [i(3)], value=helper.make_tensor('v', TensorProto.INT64, [1], [1]))
        size = n('Where', [n('Equal', [size, n('Mul', [ones, i(-1)])]), ones, size])
        a = n('Add', [n('Concat', [n('Expand', [w(1,1,12), size]), a], axis=1), w(1,17,12)])
        d = n('Sub', [a, n('ReduceMean', [a], axes=[-1])])
        v = n('Sqrt', [n('Add', [n('ReduceMean', [n('Pow', [d, c(2.0)])], axes=[-1]), c(1e-6)])])
        b = n('Add', [n('Mul', [n('Div', [d, v]), w(12)]), w(12)])
        b = n('Add', [n('MatMul', [b, w(12,36)]), w(36)])
        heads = n('Concat', [n('Unsqueeze', [batch, i(0)]), i(17, 3, 3, 4)], axis=0)
        b = n('Transpose', [n('Reshape', [b, heads])], perm=[2,0,3,1,4])
        q, k, v = n('Split', [b, i(1, 1, 1)], outputs=3, axis=0)
        q, k, v = [n('Squeeze', [z, i(0)]) for z in (q, k, v)]
        p = n('MatMul', [n('Mul', [q, c(0.5)]), n('Transpose', [k], perm=[0,1,3,2])])
        b = n('Transpose', [n('MatMul', [n('Softmax', [p], axis=-1), v])], perm=[0,2,1,3])
        b = n('Reshape', [b, n('Concat', [n('Unsqueeze', [batch, i(0)]), i(17, 12)], axis=0)])
        a = n('Add', [a, n('Add', [n('MatMul', [b, w(12,12)]), w(12)])])
        n('Gather', [a, i0(0)], axis=1, out='y')
        """),
    .init(
      name: "MobileNetV3: squeeze and excite with HardSigmoid, hard swish written out",
      shape: "['N', 8, 9, 9]",
      statements: """
        a = n('Conv', ['x', w(8,1,5,5)], group=8, pads=[2,2,2,2])
        g = n('ReduceMean', [a], axes=[2,3], keepdims=1)
        g = n('Relu', [n('Conv', [g, w(4,8,1,1), w(4)])])
        g = n('HardSigmoid', [n('Conv', [g, w(8,4,1,1), w(8)])], alpha=1/6, beta=0.5)
        a = n('Mul', [g, a])
        h = n('Clip', [n('Add', [a, c(3.0)]), c(0.0), c(6.0)])
        n('Div', [n('Mul', [a, h]), c(6.0)], out='y')
        """),
    .init(
      name: "EfficientNet: SiLU as x times its sigmoid, squeeze and excite",
      shape: "['N', 6, 8, 8]",
      statements: """
        a = n('Conv', ['x', w(12,6,3,3), w(12)], pads=[0,0,1,1], strides=[2,2])
        a = n('Mul', [a, n('Sigmoid', [a])])
        g = n('GlobalAveragePool', [a])
        g = n('Conv', [g, w(3,12,1,1), w(3)])
        g = n('Mul', [g, n('Sigmoid', [g])])
        n('Mul', [a, n('Sigmoid', [n('Conv', [g, w(12,3,1,1), w(12)])])], out='y')
        """),
    .init(
      name: "ShuffleNet: channels split, and shuffled by a reshape with computed sizes",
      shape: "['N', 8, 7, 7]",
      statements: """
        l, r = n('Split', ['x', i(4, 4)], outputs=2, axis=1)
        r = n('Relu', [n('Conv', [r, w(4,4,1,1), w(4)])])
        a = n('Concat', [l, r], axis=1)
        s = n('Shape', [a])
        dims = [n('Gather', [s, i0(k)], axis=0) for k in range(4)]
        u = lambda z: n('Unsqueeze', [z, i(0)])
        half = n('Div', [dims[1], i0(2)])
        t = n('Concat', [u(dims[0]), i(2), u(half), u(dims[2]), u(dims[3])], axis=0)
        a = n('Transpose', [n('Reshape', [a, t])], perm=[0,2,1,3,4])
        n('Reshape', [a, n('Concat', [u(dims[0]), i(-1), u(dims[2]), u(dims[3])], axis=0)], out='y')
        """),
    .init(
      name: "feature pyramid: bilinear to the size of another map, nearest by twice, added",
      shape: "['N', 4, 8, 8]",
      statements: """
        d = n('MaxPool', ['x'], kernel_shape=[2,2], strides=[2,2])
        s = n('Slice', [n('Shape', ['x']), i(2), i(4)])
        size = n('Concat', [n('Slice', [n('Shape', [d]), i(0), i(2)]), s], axis=0)
        a = n('Resize', [d, '', '', size], mode='linear', coordinate_transformation_mode='half_pixel')
        b = n('Resize', [d, '', f(1, 1, 2, 2)], mode='nearest', coordinate_transformation_mode='asymmetric',
              nearest_mode='floor')
        n('Add', [n('Add', [a, b]), 'x'], out='y')
        """),
    .init(
      name: "decoder: transposed convolution, instance norm, reflected padding, pixel shuffle",
      shape: "['N', 4, 6, 6]",
      statements: """
        a = n('ConvTranspose', ['x', w(4,8,3,3), w(8)], strides=[2,2], pads=[1,1,1,1], output_padding=[1,1])
        a = n('InstanceNormalization', [a, w(8), w(8)])
        a = n('Pad', [a, i(0,0,1,1,0,0,1,1)], mode='reflect')
        a = n('Conv', [a, w(8,8,3,3)])
        n('DepthToSpace', [a], blocksize=2, mode='CRD', out='y')
        """),
    .init(
      name: "one dimension: convolution, pool, average over what is left",
      shape: "['N', 3, 40]",
      statements: """
        a = n('Relu', [n('Conv', ['x', w(6,3,5), w(6)], strides=[2], pads=[2,2])])
        a = n('MaxPool', [a], kernel_shape=[3], strides=[2])
        n('Flatten', [n('GlobalAveragePool', [a])], out='y')
        """),
    .init(
      name: "three dimensions: convolution in groups, average pool",
      shape: "['N', 4, 5, 6, 7]",
      statements: """
        a = n('Conv', ['x', w(6,2,3,3,3), w(6)], group=2, pads=[1,1,1,1,1,1], strides=[1,2,2])
        n('AveragePool', [a], kernel_shape=[2,2,2], out='y')
        """),
    .init(
      name: "GroupNormalization, Gelu and Mish of opset 21, attention by Einsum",
      shape: "['N', 8, 6]",
      statements: """
        a = n('GroupNormalization', ['x', w(8), w(8)], num_groups=4)
        a = n('Gelu', [a], approximate='tanh')
        p = n('Softmax', [n('Einsum', [a, a], equation='bif,bjf->bij')])
        n('Mish', [n('Einsum', [p, a], equation='bij,bjf->bif')], out='y')
        """, opset: 21),
    .init(
      name: "best classes: TopK, ArgMax, one-hot, cumulated",
      shape: "['N', 20]",
      statements: """
        v, k = n('TopK', ['x', i(5)], outputs=2)
        best = n('ArgMax', ['x'], axis=1, keepdims=0)
        hot = n('OneHot', [best, i0(20), f(0, 1)])
        picked = n('GatherElements', ['x', k], axis=1)
        s = n('CumSum', [n('Mul', ['x', hot]), i0(1)])
        n('Concat', [v, picked, s, n('Cast', [k], to=1)], axis=1, out='y')
        """),
  ]

  static let script = """
    import sys, numpy as np, onnx, onnxruntime as ort
    from onnx import helper, numpy_helper, TensorProto
    folder, rest = sys.argv[1], sys.argv[2:]
    for number in range(len(rest) // 3):
        opset, shape, statements = rest[3 * number:3 * number + 3]
        nodes, tensors, rng = [], [], np.random.default_rng(number)
        def keep(value):
            tensors.append(numpy_helper.from_array(value, f'k{len(tensors)}')); return tensors[-1].name
        def w(*s): return keep(np.asarray(rng.standard_normal(s) * 0.5, np.float32))
        def c(v): return keep(np.array(v, np.float32))
        def f(*v): return keep(np.array(v, np.float32))
        def i(*v): return keep(np.array(v, np.int64))
        def i0(v): return keep(np.array(v, np.int64))
        def n(kind, ins, out=None, outputs=1, **a):
            names = [out] if out else [f'v{len(nodes)}_{o}' for o in range(outputs)]
            nodes.append(helper.make_node(kind, ins, names, **a)); return names[0] if outputs == 1 else names
        exec(statements)
        shape = eval(shape)
        g = helper.make_graph(nodes, 'block', [helper.make_tensor_value_info('x', TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info('y', TensorProto.FLOAT, None)], tensors)
        m = helper.make_model(g, opset_imports=[helper.make_opsetid('', int(opset))]); m.ir_version = 10
        onnx.save(m, f'{folder}/{number}.onnx')
        s = ort.InferenceSession(m.SerializeToString(), providers=['CPUExecutionProvider'])
        x = rng.standard_normal([3 if d == 'N' else d for d in shape], dtype=np.float32)
        np.save(f'{folder}/x{number}.npy', x)
        y = s.run(['y'], {'x': x})[0]
        np.save(f'{folder}/y{number}.npy', np.ascontiguousarray(y, np.float32).reshape(y.shape))
    """

  static let made = Result<TemporaryFolder, any Error> {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      script, [folder.url.path] + cases.flatMap { ["\($0.opset)", $0.shape, $0.statements] })
    return folder
  }

  @Test("loaded and simplified, for a batch of three, with shapes told for it", arguments: cases.indices)
  func equalsONNXRuntime(index: Int) throws {
    let folder = try Self.made.get()
    let input = try NumpyArray.read(folder.path("x\(index).npy")).tensor
    let expected = try NumpyArray.read(folder.path("y\(index).npy")).tensor
    let loaded = try Graph.load(onnx: folder.path("\(index).onnx"))
    let simplified = try loaded.simplified()
    for graph in [loaded, simplified] {
      let result = try FloatExecutor(graph).run(["x": input], outputs: ["y"])
      #expect(OnnxRuntimePeer.difference(result["y"], expected) == nil)
      #expect(try graph.shapes(batch: 3)["y"] == expected.shape)
    }
    let arithmetic: Set<String> = ["Shape", "shape", "gather", "ConstantOfShape", "Equal", "Where", "Range"]
    let left = simplified.nodes.map(\.operation.kind).filter(arithmetic.contains)
    #expect(left.count <= Self.leftovers[index, default: 0], "left: \(left)")
  }

  /// What of these kinds belongs to the block itself, or depends on the batch.
  static let leftovers: [Int: Int] = [1: 6, 5: 1]
}
