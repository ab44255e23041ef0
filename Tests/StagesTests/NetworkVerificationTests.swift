import Digest
import Foundation
import GRDB
import Imaging
import Network
import Quantization
import TestSupport
import Testing

@testable import Stages

@Suite struct `The verification of a network` {
  private let workshop: Workshop
  private let network: NetworkFile

  init() throws {
    workshop = try Workshop(images: 12)
    network = try NetworkFile.load(workshop.folder.path("tiny.onnx"))
  }

  private func verify(_ images: String = "images", int8: String? = nil, count: Int = 300) throws
    -> NetworkVerification
  {
    try NetworkVerification.run(
      network, images: workshop.folder.path(images), int8: int8, count: count, recipe: StatedRecipe(.plain),
      labels: workshop.folder.path("labels.txt"), threads: 2)
  }

  @Test(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
  func `tells what NumPy finds in both networks' outputs`() throws {
    let verification = try verify()
    let folder = workshop.folder
    let recipe = try network.fitted(StatedRecipe(.plain))
    let calibration = try CalibrationImages(
      folder: folder.path("images"), recipe: recipe, threads: 1)
    let entries = try FolderImages(folder.path("images")).entries
    var preprocessor = Preprocessor(recipe)
    let inputs = try entries.flatMap {
      recipe.tensor(
        of: try preprocessor.pixels(decoding: Array(Data(contentsOf: URL(fileURLWithPath: $0.location.path))))
      )
    }
    let input = Tensor(shape: [12, 3, 32, 32], values: inputs)
    for (name, values) in [
      ("x", inputs), ("logits", try network.run(input, calibration: calibration).floats),
      ("flat", try network.run(input, layer: "embedding", calibration: calibration).floats),
    ] {
      try folder.write(name + ".f32", values.withUnsafeBytes { [UInt8]($0) })
    }
    let classes = entries.compactMap { $0.label.flatMap(Workshop.wnids.firstIndex) }
    #expect(classes.count == 12)
    // Float32 is ONNX Runtime's.
    let printed = try PythonPeer.run(
      """
      import sys, numpy as np, onnx, onnxruntime as ort
      root, true = sys.argv[1], np.array([int(a) for a in sys.argv[2:]])
      def read(name, *shape): return np.fromfile(f'{root}/{name}.f32', dtype='<f4').reshape(shape)
      model = onnx.load(f'{root}/tiny.onnx')
      model.graph.output.append(onnx.helper.make_tensor_value_info('flat', 1, [1, 8]))
      model.ir_version = 8
      session = ort.InferenceSession(model.SerializeToString())
      outputs = [session.run(['logits', 'flat'], {'image': x[None]}) for x in read('x', 12, 3, 32, 32)]
      logits, flat = (np.concatenate([o[i] for o in outputs]).astype(float) for i in (0, 1))
      q, e = read('logits', 12, 4).astype(float), read('flat', 12, 8).astype(float)
      def cosine(a, b): return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
      def share(a): return np.mean(a)
      c, d = cosine(q, logits), cosine(e, flat)
      decibels = 10 * np.log10((flat ** 2).sum() / ((e - flat) ** 2).sum())
      print(share(q.argmax(1) == true), share(logits.argmax(1) == true), share(q.argmax(1) == logits.argmax(1)),
            c.mean(), c.min(), d.mean(), d.min(), decibels)
      print(*np.histogram(c, [-1, .9, .95, .98, .99, .995, .998, .999, .9995, 2])[0])
      """, [folder.url.path] + classes.map(String.init))
    let lines = printed.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    let measures = verification.compared
    let decibels = try #require(verification.layers.first { $0.name == "pool" }?.decibels)
    let ours = [
      measures.top1, measures.top1Float, measures.top1Agreement, measures.logitCosine.mean,
      measures.logitCosine.min, measures.embeddingCosine.mean, measures.embeddingCosine.min,
    ]
    for (own, expected) in zip(ours, lines[0]) { #expect(abs((own ?? -1) - expected) < 1e-6) }
    #expect(abs(decibels - (lines[0].last ?? 0)) < 0.01)
    #expect(measures.logitCosine.histogram.map(Double.init) == lines[1])
    #expect(measures.images == 12 && verification.failed == 0)
  }

  @Test func `counts the most probable five of both, and all of fewer`() {
    let classes = EngineComparison.Classes(
      int8: [9, 8, 7, 6, 1, 0, 5], float32: [8, 9, 7, 1, 6, 5, 0])
    #expect(classes.int8 == 0 && classes.float32 == 1)
    #expect(abs(classes.sharedOfFive - 0.6) < 1e-12)
    #expect(EngineComparison.Classes(int8: [1, 2], float32: [2, 1]).sharedOfFive == 1)
  }

  @Test func `tells images that int8 was not calibrated on apart`() throws {
    let verification = try verify(count: 5)
    #expect(verification.compared.images == 12)
    #expect(verification.heldOut?.images == 7)
    #expect(verification.calibrationImages == 5)
    #expect(try verify().heldOut == nil)
  }

  @Test func `leaves damaged images out and counts them`() throws {
    try workshop.folder.write("images/broken.png", [1, 2, 3])
    let verification = try verify()
    #expect(verification.compared.images == 12 && verification.failed == 1)
  }

  @Test func `of an empty folder, or one of damaged images, ends with a sentence`() throws {
    try workshop.folder.write("none/readme.txt", "nothing")
    #expect(throws: NetworkFileError.emptyFolder(workshop.folder.path("none"))) { try verify("none") }
    try workshop.folder.write("damaged/a.png", [1, 2, 3])
    let error = #expect(throws: CalibrationError.self) { try verify("damaged") }
    #expect(error?.description.contains("none of the 1 images") == true)
    let file = try workshop.folder.write(
      "tiny.int8",
      network.quantized(
        calibratedWith: Tensor(shape: [1, 3, 32, 32], values: [Float](repeating: 1, count: 3072))
      ).serialized)
    #expect(throws: NetworkVerificationError.noImages(source: workshop.folder.path("damaged"))) {
      try verify("damaged", int8: file)
    }
  }

  @Test func `refuses a file that is not the model's int8 form`() throws {
    let model = workshop.folder.path("tiny.onnx")
    #expect(throws: NetworkVerificationError.notQuantized(path: model)) { try verify(int8: model) }
  }

  @Test func `on a store is of the network that the store has made`() async throws {
    try await workshop.run()
    let stored = try verify("store.sqlite")
    #expect(stored.compared.images == 12 && stored.calibrationImages == nil)
    #expect(stored.compared.top1 != nil)
    // It is the store's network and not one calibrated now: the pipeline calibrates on ten images.
    let fresh = try verify()
    let ten = try verify(count: 10)
    #expect(stored.compared.logitCosine.mean == ten.compared.logitCosine.mean)
    #expect(stored.compared.logitCosine.mean != fresh.compared.logitCosine.mean)
  }

  @Test func `on a store with networks of other models only says which it has`() async throws {
    try await workshop.run()
    let other = try workshop.folder.write("other.onnx", GeneratedONNX.bytes(seed: 9))
    let error = #expect(throws: NetworkVerificationError.self) {
      try NetworkVerification.run(
        NetworkFile.load(other), images: workshop.storePath, recipe: StatedRecipe(.plain), threads: 1)
    }
    #expect(error?.description.contains("has tiny, made of another file") == true)
    let calibrated = try NetworkVerification.run(
      NetworkFile.load(other), images: workshop.storePath, calibration: workshop.folder.path("images"),
      recipe: StatedRecipe(.plain), threads: 1)
    #expect(calibrated.compared.images == 12)
  }

  @Test func `of a network without a classifier compares cosines alone`() throws {
    let headless = try workshop.folder.write("headless.onnx", GeneratedONNX.bytes(nodes: 2))
    let verification = try NetworkVerification.run(
      NetworkFile.load(headless), images: workshop.folder.path("images"), recipe: StatedRecipe(.plain),
      threads: 1)
    #expect(verification.withoutClasses?.contains("\"relu\" is a map") == true)
    #expect(verification.compared.top1Agreement == nil && verification.compared.top5Agreement == nil)
    #expect(verification.compared.logitCosine.mean > 0.99)
  }
}
