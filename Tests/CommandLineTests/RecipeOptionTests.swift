import Foundation
import TestSupport
import Testing

/// `--recipe` spelled out, by the program as a person runs it.
@Suite(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct `A recipe that is spelled out on the command line` {
  private let project: SmallProject

  init() throws { project = try SmallProject(hasBrokenFile: false) }

  private func synoptic(_ line: String, recipe: String?) throws -> Program.Outcome {
    let options = recipe.map { ["--recipe", $0] } ?? []
    return try Program.run(line.split(separator: " ").map(String.init) + options, in: project.folder)
  }

  @Test func `makes what Pillow and NumPy make of an image`() throws {
    let recipe =
      "{ resize: 34, crop: 32, filter: bicubic, divisor: 255, mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.25], "
      + "channels: bgr }"
    let line = "images preprocess photos/n00000002/0.png --normalised --output x.npy"
    let outcome = try synoptic(line, recipe: recipe)
    #expect(outcome.status == 0, "\(outcome.errors)")
    try PythonPeer.run(
      """
      import sys, numpy
      from PIL import Image
      image = Image.open(f"{sys.argv[1]}/photos/n00000002/0.png")
      width, height = image.size
      assert (width, height) == (48, 40)
      image = image.resize((34 * width // height, 34), Image.BICUBIC)
      left, top = (image.width - 32) // 2, (34 - 32) // 2
      pixels = numpy.asarray(image.crop((left, top, left + 32, top + 32)), dtype="float32")[:, :, ::-1]
      expected = (pixels / numpy.float32(255) - numpy.float32([0.4, 0.5, 0.6])) / numpy.float32([0.1, 0.2, 0.25])
      found = numpy.load(f"{sys.argv[1]}/x.npy")
      assert found.shape == (3, 32, 32), found.shape
      assert numpy.abs(found - expected.transpose(2, 0, 1)).max() < 1e-5
      """, [project.folder.url.path])
  }

  @Test func `is kept by the network that is quantised with it, so that verifying needs it no more`() throws {
    let recipe = "{ crop: 32, fraction: 0.9, divisor: 255, mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.25] }"
    let quantize = "network quantize tiny.onnx --calibrate photos --output a.int8"
    let quantized = try synoptic(quantize, recipe: recipe)
    #expect(quantized.status == 0, "\(quantized.errors)")
    #expect(try project.synoptic("network compile a.int8 --output a.plan").status == 0)

    func cosine(int8: String, recipe: String?) throws -> Double? {
      let line = "network verify tiny.onnx --images photos --labels labels.txt --int8 \(int8) --json"
      return (try synoptic(line, recipe: recipe).json["logit_cosine"] as? [String: Any])?["mean"] as? Double
    }
    let kept = try #require(try cosine(int8: "a.int8", recipe: nil))
    #expect(kept > 0.99)
    #expect(try cosine(int8: "a.int8", recipe: recipe) == kept)
    #expect(try cosine(int8: "a.plan", recipe: nil) == kept)
    // What is stated goes before what is kept.
    #expect(try cosine(int8: "a.int8", recipe: "efficientnet") != kept)
  }

  @Test func `is kept by a model that had its own scales, which say nothing of images`() throws {
    try PythonPeer.run(
      """
      import sys, numpy
      from onnxruntime.quantization import quantize_static, CalibrationDataReader, QuantFormat
      class Reader(CalibrationDataReader):
          def __init__(self):
              random = numpy.random.default_rng(0)
              self.items = iter([{"x": random.standard_normal((1, 3, 32, 32), dtype="float32")} for _ in range(4)])
          def get_next(self): return next(self.items, None)
      quantize_static(sys.argv[1] + "/tiny.onnx", sys.argv[1] + "/own.onnx", Reader(), quant_format=QuantFormat.QDQ)
      """, [project.folder.url.path])
    let recipe = "{ crop: 32, fraction: 0.9, divisor: 255, mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.25] }"
    let quantized = try synoptic("network quantize own.onnx --output own.int8", recipe: recipe)
    #expect(quantized.status == 0, "\(quantized.errors)")
    #expect(try synoptic("network compile own.onnx --output own.plan", recipe: recipe).status == 0)

    func verified(int8: String, recipe: String?) throws -> Double? {
      let line = "network verify tiny.onnx --images photos --labels labels.txt --int8 \(int8) --json"
      return (try synoptic(line, recipe: recipe).json["logit_cosine"] as? [String: Any])?["mean"] as? Double
    }
    let kept = try #require(try verified(int8: "own.int8", recipe: nil))
    #expect(try verified(int8: "own.int8", recipe: recipe) == kept)
    #expect(try verified(int8: "own.plan", recipe: nil) == kept)
    #expect(try verified(int8: "own.int8", recipe: "efficientnet") != kept)
  }

  @Test func `is refused for a network that was calibrated with another`() throws {
    let quantize = "network quantize tiny.onnx --calibrate photos --output a.int8"
    #expect(try synoptic(quantize, recipe: "{ crop: 32, resize: 40 }").status == 0)
    #expect(
      try synoptic("network compile a.int8 --output a.plan", recipe: "{ crop: 32, resize: 40 }").status == 0)
    let other = try synoptic("network compile a.int8 --output b.plan", recipe: "torchvision")
    #expect(other.status == 64 && other.errors.contains("calibrated on images prepared by another recipe"))
    #expect(!FileManager.default.fileExists(atPath: project.folder.path("b.plan")))
  }

  @Test func `has one size, not another beside its crop`() throws {
    let line = "images preprocess photos/n00000002/0.png --output x.npy --size 48"
    let outcome = try synoptic(line, recipe: "{ resize: 40, crop: 32 }")
    #expect(outcome.status == 64 && outcome.errors.contains("--size is 48, and the recipe's crop 32"))
    #expect(try synoptic(line, recipe: "{ resize: 64, crop: 48 }").status == 0)
  }

  @Test(arguments: [
    "images bench photos --rounds 1 --json", "network compile tiny.onnx --calibrate photos --output a.plan",
    "network verify tiny.onnx --images photos --labels labels.txt --json",
  ])
  func `is taken by every command that takes a name`(_ line: String) throws {
    #expect(try synoptic(line, recipe: "{ resize: 40, crop: 32, filter: lanczos }").status == 0)
    let wrong = try synoptic(line, recipe: "{ resize: 40, crop: 32, filter: lanczoz }")
    #expect(wrong.status == 64)
    #expect(
      wrong.errors.contains("filter is 'lanczoz'") && wrong.errors.contains("did you mean \"lanczos\"?"))
  }

  @Test func `has the size that the network takes`() throws {
    let line = "network quantize tiny.onnx --calibrate photos --output a.int8"
    let outcome = try synoptic(line, recipe: "{ padding: 4, crop: 31 }")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("crop is 31, and the network takes images of 32 pixels a side"))
  }
}
