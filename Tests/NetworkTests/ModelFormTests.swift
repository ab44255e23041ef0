import Foundation
import Network
import TestSupport
import Testing

@Suite(
  "Tensors of every type in every form a file can hold them",
  .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON with onnx"))
struct ModelFormTests {
  /// For each type a model with the same numbers in raw bytes, in the typed field, and in a file beside it.
  static let script = """
    import sys, numpy as np, onnx
    from onnx import helper, numpy_helper, TensorProto as T
    folder = sys.argv[1]
    numbers = {T.BOOL: [0, 1, 1, 0, 1]}
    small = [-2, 0, 1, 3, 5]
    for kind in (T.FLOAT, T.DOUBLE, T.FLOAT16, T.BFLOAT16, T.INT8, T.INT16, T.INT32, T.INT64): numbers[kind] = small
    for kind in (T.UINT8, T.UINT16, T.UINT32, T.UINT64): numbers[kind] = [0, 1, 2, 100, 255]
    numbers[T.INT64] = [-2**40, -1, 0, 7, 2**40]
    numbers[T.INT4], numbers[T.UINT4] = [-8, -1, 0, 3, 7], [0, 1, 2, 9, 15]
    for kind in (T.FLOAT8E4M3FN, T.FLOAT8E5M2): numbers[kind] = [-2, 0, 0.5, 1.5, 4]
    for kind, values in numbers.items():
        typed = helper.make_tensor('k', kind, [5], values)
        array = numpy_helper.to_array(typed)
        raw = numpy_helper.from_array(array, 'k')
        assert raw.HasField('raw_data') and not typed.HasField('raw_data')
        for form, tensor in (('typed', typed), ('raw', raw), ('external', raw)):
            graph = helper.make_graph([helper.make_node('Identity', ['k'], ['y'])], 'g', [],
                                      [helper.make_tensor_value_info('y', kind, [5])], [tensor])
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 21)], ir_version=10)
            path = f'{folder}/{kind}-{form}.onnx'
            if form == 'external':
                onnx.save_model(model, path, save_as_external_data=True, location=f'{kind}.data', size_threshold=0)
            else: onnx.save(model, path)
        print(kind, *[repr(float(v)) for v in array.astype(np.float64)])
    """

  @Test("have the numbers that onnx says")
  func everyForm() throws {
    let folder = try TemporaryFolder()
    let lines = try PythonPeer.run(Self.script, [folder.url.path]).split(separator: "\n")
    #expect(lines.count == 17)
    for line in lines {
      let fields = line.split(separator: " ")
      let element = try #require(Int(fields[0]).flatMap(Tensor.Element.init(rawValue:)))
      let expected = try fields.dropFirst().map { try #require(Double($0)) }
      for form in ["typed", "raw", "external"] {
        let graph = try Graph.load(onnx: folder.path("\(element.rawValue)-\(form).onnx"))
        let result = try FloatExecutor(graph).run([:], outputs: ["y"])["y"]
        #expect(result?.element == element, "\(element.name), \(form)")
        #expect(result?.doubles == expected, "\(element.name), \(form)")
      }
    }
  }

  @Test("a file beside the model that is missing or too short is refused with its name")
  func externalFileDamaged() throws {
    let folder = try TemporaryFolder()
    _ = try PythonPeer.run(Self.script, [folder.url.path])
    let data = folder.path("1.data")
    let whole = try Data(contentsOf: URL(fileURLWithPath: data))
    // The stated length, not the file's.
    let model = try Data(contentsOf: URL(fileURLWithPath: folder.path("1-external.onnx")))
    let stated = try #require(model.range(of: Data("length".utf8)))
    let digit = try #require(model[stated.upperBound...].firstIndex { (0x31...0x38).contains($0) })
    var other = model
    other[digit] += 1
    try other.write(to: URL(fileURLWithPath: folder.path("other-length.onnx")))
    let length = #expect(throws: NetworkError.self) { try Graph.load(onnx: folder.path("other-length.onnx")) }
    #expect(length?.description.contains("as its length: its shape and type need") == true)
    try whole.dropLast(3).write(to: URL(fileURLWithPath: data))
    let short = #expect(throws: NetworkError.self) { try Graph.load(onnx: folder.path("1-external.onnx")) }
    #expect(short?.description.contains("1.data") == true)
    try FileManager.default.removeItem(atPath: data)
    let missing = #expect(throws: NetworkError.self) { try Graph.load(onnx: folder.path("1-external.onnx")) }
    #expect(missing?.description.contains("1.data") == true)
    #expect(missing?.description.contains("tensor \"") == true)
  }

  @Test("an operator set newer than any that is known is refused")
  func operatorSets() throws {
    let folder = try TemporaryFolder()
    _ = try PythonPeer.run(
      """
      import sys, onnx
      from onnx import helper, TensorProto
      v = helper.make_tensor_value_info
      graph = helper.make_graph([helper.make_node('Add', ['x', 'x'], ['y'])], 'g', [v('x', TensorProto.FLOAT, [3])],
                                [v('y', TensorProto.FLOAT, [3])])
      onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 99)], ir_version=3),
                sys.argv[1] + '/future.onnx')
      """, [folder.url.path])
    let error = #expect(throws: NetworkError.self) { try Graph.load(onnx: folder.path("future.onnx")) }
    #expect(error?.description.contains("operator set 99") == true)
  }

  @Test("a network whose batch is open but can only be one takes one image")
  func batchOfOne() throws {
    let graph = Graph(
      name: "g", inputs: [GraphInput(name: "x", shape: [-1, 2, 3])], outputs: ["y"],
      nodes: [Node(name: "c", inputs: ["k", "x"], outputs: ["y"], operation: .concat(axis: 1))],
      constants: ["k": Tensor(shape: [1, 1, 3], values: [1, 2, 3])])
    let simplified = try graph.simplified()
    #expect(simplified.inputs[0].shape == [1, 2, 3])
    #expect(try simplified.shapes(batch: 1)["y"] == [1, 3, 3])
    let two = Tensor(shape: [2, 2, 3], values: [Float](repeating: 0, count: 12))
    #expect(throws: NetworkError.self) { try FloatExecutor(simplified).run(["x": two], outputs: ["y"]) }
  }

  @Test("zero points for an axis that a tensor does not have are refused")
  func zeroPointsWithoutAxis() throws {
    let row = Tensor(shape: [4], uint8: [1, 2, 3, 4])
    let node = Node(
      name: "n", inputs: ["a", "b", "a"], outputs: ["y"],
      operation: .general(GeneralOperator("MatMulInteger")))
    let graph = Graph(name: "g", inputs: [], outputs: ["y"], nodes: [node], constants: ["a": row, "b": row])
    #expect(throws: NetworkError.self) { try FloatExecutor(graph).run([:], outputs: ["y"]) }
  }

  @Test("nodes with too few inputs are refused, not run")
  func tooFewInputs() throws {
    let operations: [Network.Operation] = [
      .add(activation: nil), .matMul, .gemm(Gemm()), .slice, .gather(axis: 0), .reshape(allowsZero: false),
      .sum,
      .convolution(Convolution(kernel: Int2(1, 1))), .parametricRelu, .batchNormalization(epsilon: 0),
      .concat(axis: 0),
      .general(GeneralOperator("Where")), .general(GeneralOperator("GatherND")),
      .general(GeneralOperator("Split", attributes: ["num_outputs": .integer(.max)])),
      .general(GeneralOperator("SpaceToDepth", attributes: ["blocksize": .integer(1 << 40)])),
    ]
    for operation in operations {
      for inputs in [[], ["x"], ["", "x"]]
      where operation != .sum && operation != .concat(axis: 0) || inputs != ["x"] {
        let node = Node(name: "n", inputs: inputs, outputs: ["y"], operation: operation)
        let graph = Graph(
          name: "g", inputs: [GraphInput(name: "x", shape: [1, 2, 4, 4])], outputs: ["y"], nodes: [node],
          constants: [:])
        let input = Tensor(shape: [1, 2, 4, 4], values: [Float](repeating: 0, count: 32))
        #expect(throws: NetworkError.self, "\(operation.kind) of \(inputs)") {
          try FloatExecutor(graph).run(["x": input], outputs: ["y"])
        }
        _ = try? graph.shapes(batch: 1)
        _ = try? graph.simplified()
      }
    }
  }
}
