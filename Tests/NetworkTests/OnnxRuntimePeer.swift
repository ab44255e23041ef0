import Foundation
import Network
import TestSupport

/// ONNX Runtime as the judge: it runs a model on an input made from a seed and leaves the values asked for as .npy.
enum OnnxRuntimePeer {
  static let script = """
    import sys, json, numpy as np, onnx, onnxruntime as ort
    model, folder, values = sys.argv[1], sys.argv[2], sys.argv[3:]
    m = onnx.load(model)
    inferred = {o.name for o in m.graph.output}
    for v in values:
        if v not in inferred:
            m.graph.output.append(onnx.helper.make_tensor_value_info(v, onnx.TensorProto.FLOAT, None))
    o = ort.SessionOptions(); o.intra_op_num_threads = 2
    o.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try: data = m.SerializeToString()
    except Exception: data = model
    s = ort.InferenceSession(data, o, providers=['CPUExecutionProvider'])
    rng = np.random.default_rng(7)
    feed = {}
    for n, i in enumerate(s.get_inputs()):
        shape = [2 if not isinstance(d, int) else d for d in i.shape]
        feed[i.name] = rng.standard_normal(shape, dtype=np.float32)
        if 'vgg' in model: feed[i.name] = feed[i.name][:1]
        np.save(f'{folder}/input{n}.npy', feed[i.name])
    for n, y in enumerate(s.run(values, feed)):
        np.save(f'{folder}/output{n}.npy', np.ascontiguousarray(y, np.float32).reshape(y.shape))
    """

  /// What ONNX Runtime gave: inputs in the graph's order, and the values asked for.
  static func run(_ model: String, values: [String], inputs count: Int, in folder: TemporaryFolder) throws
    -> (
      inputs: [Tensor], outputs: [Tensor]
    )
  {
    try PythonPeer.run(script, [model, folder.url.path] + values)
    return (
      try (0..<count).map { try NumpyArray.read(folder.path("input\($0).npy")).tensor },
      try values.indices.map { try NumpyArray.read(folder.path("output\($0).npy")).tensor }
    )
  }

  /// The first element outside rtol 1e-3 / atol 1e-4, as text; nil if all are inside.
  static func difference(_ ours: Tensor?, _ theirs: Tensor) -> String? {
    guard let ours else { return "there is no value" }
    guard ours.shape == theirs.shape else { return "shape \(ours.shape), not \(theirs.shape)" }
    let (a, b) = (ours.floats, theirs.floats)
    for index in a.indices where !(abs(a[index] - b[index]) <= 1e-4 + 1e-3 * abs(b[index])) {
      return "element \(index): \(a[index]), not \(b[index])"
    }
    return nil
  }
}
