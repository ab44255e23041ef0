import Foundation
import Network
import TestSupport
import Testing

/// A small model of one or a few operators, written as the Python expression that makes its nodes.
struct OperatorCase: Sendable, CustomTestStringConvertible {
  let name: String
  var opset = 13
  var inputs = "[2,6,9,11]"
  let nodes: String
  var testDescription: String { name }
}

@Suite(
  "Operators give what ONNX Runtime gives",
  .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON with onnx and onnxruntime"))
struct OperatorTests {
  /// `n` makes a node, `w` a seeded weight, `i` an int64 constant; the last node makes `y` from `x` (and `x1`).
  static let cases: [OperatorCase] = [
    .init(name: "conv 3x3", nodes: "[n('Conv',['x',w(7,6,3,3),w(7)],pads=[1,1,1,1])]"),
    .init(
      name: "conv asymmetric pads, stride", nodes: "[n('Conv',['x',w(5,6,3,3)],pads=[0,1,2,0],strides=[2,1])]"
    ),
    .init(name: "conv dilated", nodes: "[n('Conv',['x',w(16,6,3,2)],dilations=[2,3],pads=[2,2,2,2])]"),
    .init(name: "conv groups", nodes: "[n('Conv',['x',w(9,2,3,3),w(9)],group=3,strides=[2,2])]"),
    .init(name: "conv pointwise", nodes: "[n('Conv',['x',w(33,6,1,1),w(33)])]"),
    .init(name: "conv pointwise stride 2", nodes: "[n('Conv',['x',w(8,6,1,1)],strides=[2,2])]"),
    .init(name: "conv deep", inputs: "[1,64,7,7]", nodes: "[n('Conv',['x',w(31,64,3,3)],pads=[1,1,1,1])]"),
    .init(name: "depthwise 3x3", nodes: "[n('Conv',['x',w(6,1,3,3),w(6)],group=6,pads=[1,1,1,1])]"),
    .init(
      name: "depthwise 5x5 stride 2",
      nodes: "[n('Conv',['x',w(6,1,5,5)],group=6,pads=[1,1,2,2],strides=[2,2])]"),
    .init(
      name: "depthwise stride 3x2, dilated, times two",
      nodes: "[n('Conv',['x',w(12,1,3,3)],group=6,pads=[2,1,2,3],strides=[3,2],dilations=[1,2])]"),
    .init(name: "conv SAME_UPPER", nodes: "[n('Conv',['x',w(4,6,4,4)],auto_pad='SAME_UPPER',strides=[2,2])]"),
    .init(name: "conv SAME_LOWER", nodes: "[n('Conv',['x',w(4,6,4,4)],auto_pad='SAME_LOWER',strides=[2,2])]"),
    .init(
      name: "conv batch norm relu",
      nodes:
        "[n('Conv',['x',w(4,6,3,3),w(4)],'a'),n('BatchNormalization',['a',w(4),w(4),w(4),p(4)],'b'),n('Relu',['b'])]"
    ),
    .init(
      name: "batch norm alone", nodes: "[n('BatchNormalization',['x',w(6),w(6),w(6),p(6)],epsilon=0.01)]"),
    .init(
      name: "gemm transB", inputs: "[5,37]",
      nodes: "[n('Gemm',['x',w(10,37),w(10)],transB=1,alpha=0.5,beta=2.0)]"),
    .init(name: "gemm plain", inputs: "[5,37]", nodes: "[n('Gemm',['x',w(37,50),w(5,1)])]"),
    .init(
      name: "gemm transA, relu", inputs: "[37,5]",
      nodes: "[n('Gemm',['x',w(37,50)],'a',transA=1),n('Relu',['a'])]"),
    .init(name: "gemm transA transB", inputs: "[37,5]", nodes: "[n('Gemm',['x',w(9,37)],transA=1,transB=1)]"),
    .init(name: "matmul", inputs: "[2,3,5,7]", nodes: "[n('MatMul',['x',w(3,7,20)])]"),
    .init(name: "matmul vector", inputs: "[2,5,7]", nodes: "[n('MatMul',['x',w(7)])]"),
    .init(name: "max pool", nodes: "[n('MaxPool',['x'],kernel_shape=[3,3],strides=[2,2],pads=[1,1,1,1])]"),
    .init(name: "max pool ceil", nodes: "[n('MaxPool',['x'],kernel_shape=[2,3],strides=[2,3],ceil_mode=1)]"),
    .init(name: "max pool dilated", nodes: "[n('MaxPool',['x'],kernel_shape=[3,2],dilations=[2,3])]"),
    .init(
      name: "average pool", nodes: "[n('AveragePool',['x'],kernel_shape=[3,3],strides=[2,2],pads=[1,1,1,1])]"),
    .init(
      name: "average pool counts pads",
      nodes: "[n('AveragePool',['x'],kernel_shape=[3,3],pads=[1,0,1,2],count_include_pad=1)]"),
    .init(
      name: "average pool ceil",
      nodes: "[n('AveragePool',['x'],kernel_shape=[3,2],strides=[2,2],ceil_mode=1)]"),
    .init(name: "global average", nodes: "[n('GlobalAveragePool',['x'])]"),
    .init(name: "global max", nodes: "[n('GlobalMaxPool',['x'])]"),
    .init(name: "clip by attributes", opset: 7, nodes: "[n('Clip',['x'],min=-0.5,max=0.25)]"),
    .init(name: "clip by inputs", nodes: "[n('Clip',['x','',w()])]"),
    .init(name: "leaky relu", nodes: "[n('LeakyRelu',['x'],alpha=0.2)]"),
    .init(name: "prelu", nodes: "[n('PRelu',['x',w(6,1,1)])]"),
    .init(name: "sigmoid", nodes: "[n('Sigmoid',['x'])]"),
    .init(name: "tanh", nodes: "[n('Tanh',['x'])]"),
    .init(name: "elu", nodes: "[n('Elu',['x'],alpha=1.5)]"),
    .init(name: "hard sigmoid", nodes: "[n('HardSigmoid',['x'])]"),
    .init(name: "hard swish", opset: 14, nodes: "[n('HardSwish',['x'])]"),
    .init(name: "exp", nodes: "[n('Exp',['x'])]"),
    .init(
      name: "add then relu", nodes: "[n('Conv',['x',w(6,6,1,1)],'a'),n('Add',['a','x'],'b'),n('Relu',['b'])]"),
    .init(name: "add by channel", nodes: "[n('Add',['x',w(6,1,1)])]"),
    .init(name: "sub from", nodes: "[n('Sub',[w(2,1,9,1),'x'])]"),
    .init(name: "mul by map", nodes: "[n('GlobalAveragePool',['x'],'a'),n('Mul',['x','a'])]"),
    .init(name: "div", nodes: "[n('Div',['x',p(11)])]"),
    .init(name: "sum", nodes: "[n('Sum',['x',w(9,11),'x'])]"),
    .init(name: "concat channels", nodes: "[n('Relu',['x'],'a'),n('Concat',['x','a'],axis=1)]"),
    .init(name: "concat last", nodes: "[n('Concat',['x','x',w(2,6,9,3)],axis=-1)]"),
    .init(name: "flatten 2", nodes: "[n('Flatten',['x'],axis=2)]"),
    .init(name: "reshape", nodes: "[n('Reshape',['x',i(0,-1,11)])]"),
    .init(
      name: "squeeze as attribute", opset: 11, inputs: "[2,6,1,1]", nodes: "[n('Squeeze',['x'],axes=[2,3])]"),
    .init(name: "squeeze as input", inputs: "[2,6,1,1]", nodes: "[n('Squeeze',['x',i(-1)])]"),
    .init(name: "unsqueeze", nodes: "[n('Unsqueeze',['x',i(0,-1)])]"),
    .init(name: "transpose", nodes: "[n('Transpose',['x'],perm=[0,2,3,1])]"),
    .init(name: "softmax last", nodes: "[n('Softmax',['x'])]"),
    .init(name: "softmax channels", nodes: "[n('Softmax',['x'],axis=1)]"),
    .init(name: "softmax before opset 13", opset: 11, nodes: "[n('Softmax',['x'],axis=1)]"),
    .init(name: "log softmax", nodes: "[n('LogSoftmax',['x'],axis=1)]"),
    .init(name: "lrn", nodes: "[n('LRN',['x'],size=5,alpha=0.1,beta=0.75,bias=2.0)]"),
    .init(name: "lrn wide", nodes: "[n('LRN',['x'],size=9,alpha=0.1)]"),
    .init(name: "pad attribute", opset: 9, nodes: "[n('Pad',['x'],pads=[0,0,1,2,0,0,3,0],value=1.5)]"),
    .init(name: "pad and crop", nodes: "[n('Pad',['x',i(0,1,-1,2,0,0,-2,1)])]"),
    .init(
      name: "dropout, identity",
      nodes: "[n('Dropout',['x'],'a'),n('Identity',['a'],'b'),n('Relu',['b'],'c'),n('Identity',['c'])]"),
    .init(name: "reduce mean", nodes: "[n('ReduceMean',['x'],axes=[2,3],keepdims=0)]"),
    .init(name: "reduce mean, axes as input", opset: 18, nodes: "[n('ReduceMean',['x',i(1)])]"),
    .init(name: "slice", nodes: "[n('Slice',['x',i(-1,1),i(-100,100),i(3,2),i(-2,3)])]"),
    .init(name: "slice by attributes", opset: 9, nodes: "[n('Slice',['x'],axes=[1],starts=[1],ends=[4])]"),
    .init(name: "gather rows", nodes: "[n('Gather',['x',i(2,-1)],axis=1)]"),
    .init(
      name: "reshape by shape arithmetic",
      nodes: "[n('Shape',['x'],'s'),n('Gather',['s',i0(0)],'g',axis=0),n('Unsqueeze',['g',i(0)],'u'),"
        + "n('Concat',['u',i(-1)],'c',axis=0),n('Reshape',['x','c'],'r'),n('Relu',['r'])]"),
    .init(
      name: "flatten by sliced shape", opset: 21,
      nodes:
        "[n('Shape',['x'],'s'),n('Slice',['s',i(0),i(2)],'t'),n('Concat',['t',i(-1)],'c',axis=0),n('Reshape',['x','c'])]"
    ),
  ]

  static let script = """
    import sys, numpy as np, onnx
    from onnx import helper, numpy_helper, TensorProto
    folder = sys.argv[1]
    rest = sys.argv[2:]
    for number in range(len(rest) // 3):
        opset, inputs, text = rest[3 * number:3 * number + 3]
        tensors, rng = [], np.random.default_rng(number)
        def keep(value):
            tensors.append(numpy_helper.from_array(value, f'k{len(tensors)}')); return tensors[-1].name
        def w(*s): return keep(np.asarray(rng.standard_normal(s), np.float32))
        def p(*s): return keep(np.asarray(rng.random(s) + 0.5, np.float32))
        def i(*v): return keep(np.array(v, np.int64))
        def i0(v): return keep(np.array(v, np.int64))
        def n(kind, ins, out='y', **a): return helper.make_node(kind, ins, [out], **a)
        nodes = eval(text)
        shape = eval(inputs)
        g = helper.make_graph(nodes, 'case', [helper.make_tensor_value_info('x', TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info('y', TensorProto.FLOAT, None)], tensors)
        m = helper.make_model(g, opset_imports=[helper.make_opsetid('', int(opset))]); m.ir_version = 8
        onnx.save(m, f'{folder}/{number}.onnx')
        import onnxruntime as ort
        s = ort.InferenceSession(m.SerializeToString(), providers=['CPUExecutionProvider'])
        x = rng.standard_normal(shape, dtype=np.float32)
        np.save(f'{folder}/x{number}.npy', x)
        y = s.run(['y'], {'x': x})[0]
        np.save(f'{folder}/y{number}.npy', np.ascontiguousarray(y).reshape(y.shape))
    """

  /// All cases are made by one Python, once.
  static let made = Result<TemporaryFolder, any Error> {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      script, [folder.url.path] + cases.flatMap { ["\($0.opset)", $0.inputs, $0.nodes] })
    return folder
  }

  @Test("loaded and simplified, with every instruction set", arguments: cases.indices)
  func equalsONNXRuntime(index: Int) throws {
    let folder = try Self.made.get()
    let input = try NumpyArray.read(folder.path("x\(index).npy")).tensor
    let expected = try NumpyArray.read(folder.path("y\(index).npy")).tensor
    let loaded = try Graph.load(onnx: folder.path("\(index).onnx"))
    for graph in [loaded, try loaded.simplified()] {
      for set in InstructionSet.available {
        let result = try FloatExecutor(graph, instructionSet: set).run(["x": input], outputs: ["y"])
        #expect(
          OnnxRuntimePeer.difference(result["y"], expected) == nil, "\(Self.cases[index].name) with \(set)")
      }
    }
    #expect(try loaded.simplified().shapes(batch: input.shape[0])["y"] == expected.shape)
  }
}
