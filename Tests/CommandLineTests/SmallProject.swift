import TestSupport

/// Generated photographs of two classes and a small network, with a pipeline over them.
struct SmallProject {
  let folder: TemporaryFolder

  private static let script = """
    import sys, numpy as np, onnx
    from onnx import helper, numpy_helper, TensorProto
    from PIL import Image
    root, count, channels, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    random = np.random.default_rng(7)
    for wnid, color in [("n00000002", (200, 40, 40)), ("n00000003", (40, 40, 200))]:
        for i in range(count):
            noise = random.integers(-30, 30, (40, 48, 3))
            Image.fromarray(np.clip(np.array(color) + noise, 0, 255).astype("uint8")).save(
                f"{root}/photos/{wnid}/{i}.png")
    half = channels // 2
    w = random.normal(size=(channels, 3, 3, 3)).astype("float32")
    u = random.normal(size=(channels, channels, 3, 3)).astype("float32") / channels
    v = np.array([[1] * half + [0] * half, [0] * half + [1] * half], dtype="float32")
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], kernel_shape=[3, 3], strides=[2, 2]),
             helper.make_node("Relu", ["c"], ["r"])]
    weights = [numpy_helper.from_array(w, "w"), numpy_helper.from_array(v, "v")]
    if channels > 4:
        nodes += [helper.make_node("Conv", ["r", "u"], ["d"], kernel_shape=[3, 3]),
                  helper.make_node("Relu", ["d"], ["s"])]
        weights.append(numpy_helper.from_array(u, "u"))
    nodes += [helper.make_node("GlobalAveragePool", [nodes[-1].output[0]], ["p"]),
             helper.make_node("Flatten", ["p"], ["f"]),
             helper.make_node("Gemm", ["f", "v"], ["y"], transB=1)]
    graph = helper.make_graph(nodes, "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, side, side])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), f"{root}/tiny.onnx")
    """

  /// - Parameters:
  ///   - images: of each of the two classes.
  ///   - channels: 4 for one convolution; more for a second one, whose work grows with their square.
  ///   - side: the network's input in pixels.
  ///   - hasBrokenFile: whether there is a JPEG that can't be read besides.
  init(images: Int = 6, channels: Int = 4, side: Int = 32, hasBrokenFile: Bool = true) throws {
    folder = try TemporaryFolder()
    try folder.write("labels.txt", "n00000002\nn00000003\n")
    try folder.write(
      "structure.xml",
      """
      <ImageNetStructure><releaseData>test</releaseData>
      <synset wnid="n00000001" words="animal" gloss="it lives">
      <synset wnid="n00000002" words="dog" gloss="it barks"></synset><synset wnid="n00000003" words="cat" gloss="it doesn't"></synset>
      </synset></ImageNetStructure>
      """)
    try folder.write("photos/n00000002/.keep", "")
    if hasBrokenFile { try folder.write("photos/n00000002/broken.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]) }
    try folder.write("photos/n00000003/.keep", "")
    try writePipeline("small")
    try PythonPeer.run(Self.script, [folder.url.path, "\(images)", "\(channels)", "\(side)"])
  }

  /// A pipeline file `NAME.yaml` with a store of its own, `NAME.sqlite`.
  func writePipeline(_ name: String) throws {
    try folder.write(
      "\(name).yaml",
      """
      store: \(name).sqlite
      stages:
        taxonomy: { uses: synsets, source: structure.xml }
        photos: { uses: images, source: photos, synsets: taxonomy }
        network:
          uses: network
          model: tiny.onnx
          labels: labels.txt
          preprocess: plain
          calibrate: { images: photos, count: 8 }
        embedding: { uses: features, network: network, images: photos, batch: 4 }
        index: { uses: index, features: embedding }

      """)
  }

  func synoptic(_ line: String) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }
}
