import Foundation
import Network
import TestSupport
import Testing

/// A network of the zoo and some values in it.
struct ZooNetwork: Sendable, CustomTestStringConvertible {
  let name: String
  let values: [String]
  let instructionSets: [InstructionSet]
  var testDescription: String { name }
}

@Suite(
  "Float outputs of whole networks equal ONNX Runtime's",
  .enabled(if: PythonPeer.isPresent && SharedData.isPresent, "needs SYNOPTIC_PYTHON and the shared data"))
struct ZooTests {
  static let networks = [
    ZooNetwork(
      name: "lite0", values: ["clip_1", "conv_88", "flatten_92", "gemm_93"],
      instructionSets: InstructionSet.available),
    ZooNetwork(
      name: "squeezenet11", values: ["relu_1", "concat_9", "flatten_65"], instructionSets: [.best]),
    ZooNetwork(
      name: "mobilenetv2", values: ["clip_3", "gemm_99"], instructionSets: InstructionSet.available),
    ZooNetwork(name: "resnet50", values: ["relu_1", "gemm_121"], instructionSets: [.best]),
    ZooNetwork(name: "zfnet", values: ["relu_1", "gemm_17"], instructionSets: [.best]),
    ZooNetwork(name: "vgg16", values: ["maxpool_4", "gemm_36"], instructionSets: [.best]),
  ]

  @Test("final and intermediate values", arguments: networks)
  func valuesAreEqual(network: ZooNetwork) throws {
    let folder = try TemporaryFolder()
    var path = SharedData.efficientNetLite0.path
    if network.name != "lite0" {
      path = folder.path("\(network.name).onnx")
      try PythonPeer.run(
        "import sys, runpy; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')",
        [SharedData.networkZoo.path, folder.url.path, network.name])
    }
    let graph = try Graph.load(onnx: path).simplified()
    let present = Set(graph.nodes.flatMap(\.outputs))
    let values = network.values.filter { present.contains($0) } + graph.outputs
    // At least one intermediate value must have kept its name.
    #expect(Set(values).count > 1)
    let peer = try OnnxRuntimePeer.run(path, values: values, inputs: 1, in: folder)
    for set in network.instructionSets {
      let executor = try FloatExecutor(graph, instructionSet: set)
      let results = try executor.run([graph.inputs[0].name: peer.inputs[0]], outputs: values)
      for (value, expected) in zip(values, peer.outputs) {
        #expect(OnnxRuntimePeer.difference(results[value], expected) == nil, "\(value) with \(set)")
      }
    }
  }

  @Test("`embedding` is what the classifier reads; a fused-away layer names its survivor")
  func layerNames() throws {
    let graph = try Graph.load(onnx: SharedData.efficientNetLite0.path).simplified()
    #expect(try graph.resolveLayer("embedding") == "flatten_92")
    #expect(try graph.resolveLayer("clip_1") == "clip_1")
    #expect(throws: NetworkError.fusedLayer(name: "conv_0", survivor: "clip_1")) {
      try graph.resolveLayer("conv_0")
    }
    #expect(throws: NetworkError.self) { try graph.resolveLayer("clip_l") }
    let layers = try graph.layers()
    #expect(layers.last?.shape == [1, 1000])
    // Published: 0.39 billion multiply-accumulates, 4.7 million parameters.
    #expect(abs(layers.reduce(0) { $0 + $1.multiplyAccumulates } - 390_000_000) < 10_000_000)
    #expect(abs(layers.reduce(0) { $0 + $1.parameters } - 4_650_000) < 50_000)
  }
}
