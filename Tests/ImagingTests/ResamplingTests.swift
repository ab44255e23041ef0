import CKernels
import TestSupport
import Testing

@testable import Imaging

/// Pillow is the judge: the same pixels, resized by its `Image.resize`.
@Suite(
  "Resampling equals Pillow's, byte for byte",
  .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct ResamplingTests {
  struct Case: CustomStringConvertible, Sendable {
    var from: (Int, Int)
    var to: (Int, Int)
    var description: String { "\(from.0)x\(from.1) to \(to.0)x\(to.1)" }
  }

  /// Odd sizes, single pixels, one axis unchanged, upscaling, long weights, and both orders of the two
  /// passes.
  static let cases: [Case] = [
    Case(from: (1, 1), to: (1, 1)), Case(from: (1, 1), to: (7, 5)), Case(from: (1, 9), to: (4, 3)),
    Case(from: (9, 1), to: (3, 4)), Case(from: (2, 2), to: (1, 1)), Case(from: (31, 17), to: (31, 17)),
    Case(from: (31, 17), to: (15, 17)), Case(from: (31, 17), to: (31, 8)), Case(from: (33, 47), to: (9, 11)),
    Case(from: (63, 64), to: (65, 63)), Case(from: (100, 121), to: (80, 80)),
    Case(from: (100, 120), to: (80, 80)), Case(from: (13, 300), to: (20, 31)),
    Case(from: (500, 375), to: (341, 256)), Case(from: (37, 41), to: (224, 224)),
    Case(from: (1500, 40), to: (7, 11)), Case(from: (40, 1500), to: (11, 7)), Case(from: (8, 8), to: (1, 33)),
  ]

  static let instructionSets = [SYNOPTIC_SCALAR, SYNOPTIC_AVX2, SYNOPTIC_AVX512VNNI].filter {
    synoptic_has_instruction_set($0)
  }

  @Test(arguments: cases)
  func `every filter and instruction set`(_ shape: Case) throws {
    let image = noise(width: shape.from.0, height: shape.from.1, seed: UInt64(shape.from.0 * 7 + shape.to.1))
    let folder = try TemporaryFolder()
    let input = try folder.write("image.rgb", image.pixels)
    let size = [shape.from.0, shape.from.1, shape.to.0, shape.to.1].map(String.init)
    try PythonPeer.run(
      """
      import sys
      from PIL import Image
      w, h, W, H = map(int, sys.argv[2:6])
      image = Image.frombytes("RGB", (w, h), open(sys.argv[1], "rb").read())
      for name in ("BOX", "BILINEAR", "BICUBIC", "LANCZOS"):
          resized = image.resize((W, H), getattr(Image.Resampling, name))
          open(sys.argv[6] + "/" + name.lower(), "wb").write(resized.tobytes())
      """, [input] + size + [folder.url.path])
    for filter in ResamplingFilter.allCases {
      let expected = try FileBytes.read(folder.path(filter.rawValue))
      for set in Self.instructionSets {
        var resampler = Resampler(instructionSet: set)
        let resized = image.resized(width: shape.to.0, height: shape.to.1, filter: filter, with: &resampler)
        #expect(resized.pixels == expected, "\(filter), instruction set \(set.rawValue)")
      }
    }
  }

  @Test func `a crop folded into the resize is the crop of the whole resize`() {
    let image = noise(width: 301, height: 199, seed: 3)
    let whole = image.resized(width: 150, height: 120, filter: .bicubic)
    var plan = ResamplingPlan(
      horizontal: ResamplingAxis(
        sourceOffset: 0, sourceSize: 301, outputSize: 150, outputs: 17..<90, filter: .bicubic),
      vertical: ResamplingAxis(
        sourceOffset: 0, sourceSize: 199, outputSize: 120, outputs: 5..<118, filter: .bicubic))
    var resampler = Resampler()
    #expect(image.resampled(plan, with: &resampler) == cropped(whole, columns: 17..<90, rows: 5..<118))
    // And with a crop before: the pixels around the box must not shine in.
    plan.horizontal.sourceOffset = 40
    plan.horizontal.sourceSize = 200
    let box = cropped(image, columns: 40..<240, rows: 0..<199)
    #expect(
      image.resampled(plan, with: &resampler)
        == cropped(box.resized(width: 150, height: 120, filter: .bicubic), columns: 17..<90, rows: 5..<118))
  }
}
