import CKernels
import Foundation
import TestSupport
import Testing

@testable import Imaging

/// Nearly the exact pixels: by the approximate inverse DCT, at a smaller size where that is enough, and from luma and
/// chroma apart.
@Suite("Fast decoding")
struct FastDecodingTests {
  /// The mean difference of samples, and the greatest.
  private func difference(_ left: PixelImage, _ right: PixelImage) -> (mean: Double, greatest: Int) {
    let differences = zip(left.pixels, right.pixels).map { abs(Int($0) - Int($1)) }
    return (Double(differences.reduce(0, +)) / Double(differences.count), differences.max() ?? 0)
  }

  private static let kinds = """
    import sys, struct, numpy
    from PIL import Image
    folder = sys.argv[1]
    def save(name, size, mode="RGB", **options):
        width, height = size
        y, x = numpy.mgrid[0:height, 0:width]
        pixels = numpy.stack([128 + 100 * numpy.sin(x / 17), 128 + 100 * numpy.cos(y / 23),
                              128 + 60 * numpy.sin((x + y) / 31)], 2)
        Image.fromarray(pixels.astype("uint8")).convert(mode).save(f"{folder}/{name}.jpg", quality=95, **options)
        print(name + ".jpg")
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        for progressive in (False, True):
            for size in ((201, 150), (150, 201), (640, 481), (97, 333)):
                save(f"{sampling[2:].replace(':', '')}-{progressive}-{size[0]}", size,
                     subsampling=sampling, progressive=progressive)
    save("restarts", (201, 150), restart_marker_rows=1)
    save("grey", (201, 150), mode="L")
    save("cmyk", (201, 150), mode="CMYK")
    save("rgb", (201, 150), keep_rgb=True)
    save("small", (9, 7))
    for value in range(2, 9):
        tiff = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x112, 3, 1, value, 0, 0)
        save(f"turned{value}", (201, 150), exif=b"Exif\\0\\0" + tiff)
    """

  @Test(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
  func `gives nearly the exact pixels of every kind of JPEG`() throws {
    let folder = try TemporaryFolder()
    let names = try PythonPeer.run(Self.kinds, [folder.url.path]).split(separator: "\n").map(String.init)
    #expect(names.count == 36)
    for name in names {
      let bytes = try FileBytes.read(folder.path(name))
      for recipe in [PreprocessingRecipe.torchvision.resized(to: 96), .plain.resized(to: 64), .efficientNet] {
        for region in [nil, PixelRegion(left: 2, top: 3, right: 77, bottom: 90)] {
          var quick = recipe
          quick.decoding.quality = .fast
          var exact = Preprocessor(recipe)
          var fast = Preprocessor(quick)
          let found = try difference(
            exact.pixels(decoding: bytes, region: region), fast.pixels(decoding: bytes, region: region))
          #expect(found.mean < 1.2 && found.greatest < 16, "\(name), \(recipe.name), \(found)")
        }
      }
    }
  }

  @Test(.enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `fails where a file is cut off, and gives what is there where that is accepted`() throws {
    var quick = PreprocessingRecipe.torchvision
    quick.decoding.quality = .fast
    var failing = Preprocessor(quick)
    for photograph in try SharedData.photographs().prefix(5) {
      let whole = try FileBytes.read(photograph.path)
      let half = Array(whole.prefix(whole.count / 2))
      let error = #expect(throws: ImagingError.self) { try failing.pixels(decoding: half) }
      #expect(error?.errorClass == "truncated")
      var exact = Preprocessor(.torchvision, damage: .accept)
      var fast = Preprocessor(quick, damage: .accept)
      let found = try difference(exact.pixels(decoding: half), fast.pixels(decoding: half))
      #expect(found.mean < 3, "\(photograph.lastPathComponent): \(found)")
      #expect(fast.acceptedDamage?.errorClass == "truncated")
      // The preprocessor is as good as before.
      #expect(throws: Never.self) { try failing.pixels(decoding: whole) }
    }
  }

  /// A broken byte makes our Huffman decoder give up in the middle, between two strips.
  @Test(.enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `a stream that is damaged in the middle is decoded as libjpeg does`() throws {
    var quick = PreprocessingRecipe.torchvision
    quick.decoding.quality = .fast
    for photograph in try SharedData.photographs().prefix(8) {
      var bytes = try FileBytes.read(photograph.path)
      for place in bytes.count / 2..<bytes.count / 2 + 24 { bytes[place] = 0xff }
      var exact = Preprocessor(.torchvision, damage: .accept)
      var fast = Preprocessor(quick, damage: .accept)
      let found = try difference(exact.pixels(decoding: bytes), fast.pixels(decoding: bytes))
      #expect(found.mean < 4, "\(photograph.lastPathComponent): \(found)")
    }
  }

  static let instructionSets = [SYNOPTIC_AVX2, SYNOPTIC_AVX512VNNI].filter {
    $0.rawValue <= synoptic_best_instruction_set().rawValue
  }

  @Test func `every instruction set makes the same pixels of planes`() throws {
    var random = SeededBytes(seed: 3)
    for (size, output) in [(375, 256), (500, 341), (97, 96), (31, 64), (20, 20), (400, 201), (5, 17)] {
      for isReversed in [false, true] {
        var axis = ResamplingAxis(
          sourceOffset: 0, sourceSize: size, outputSize: output, outputs: output / 9..<output - output / 9,
          filter: .bilinear)
        axis.isReversed = isReversed
        let luma = try #require(PlaneWeights(axis))
        let chroma = try #require(PlaneWeights(axis.scaled(eighths: 4, length: size)))
        let planes = (0..<3).map { _ in (0..<size + 64).map { _ in UInt8(random.number(256)) } }
        func pixels(_ set: synoptic_instruction_set) -> [UInt8] {
          var target = [UInt8](repeating: 1, count: 4 * (output + 16))
          luma.withKernelAxis { luma in
            chroma.withKernelAxis { chroma in
              synoptic_resample_planes(set, luma, chroma, planes[0], planes[1], planes[2], &target)
            }
          }
          return target
        }
        let expected = pixels(SYNOPTIC_SCALAR)
        for set in Self.instructionSets { #expect(pixels(set) == expected, "\(set), \(size) to \(output)") }
      }
    }
  }

  @Test func `an even area keeps its colour`() throws {
    let axis = ResamplingAxis(
      sourceOffset: 0, sourceSize: 375, outputSize: 256, outputs: 0..<256, filter: .bilinear)
    let weights = try #require(PlaneWeights(axis))
    // JFIF: 0.299 R + 0.587 G + 0.114 B and so on of (255, 0, 0), (0, 255, 0), (0, 0, 255), black and white.
    for (ycc, rgb) in [
      ([76, 85, 255], [254, 0, 0]), ([150, 44, 21], [0, 255, 1]), ([29, 255, 107], [0, 0, 254]),
      ([0, 128, 128], [0, 0, 0]), ([255, 128, 128], [255, 255, 255]), ([100, 128, 128], [100, 100, 100]),
    ] {
      let planes = ycc.map { [UInt8](repeating: UInt8($0), count: 375 + 64) }
      var target = [UInt8](repeating: 1, count: 4 * 256)
      weights.withKernelAxis {
        synoptic_resample_planes(SYNOPTIC_SCALAR, $0, $0, planes[0], planes[1], planes[2], &target)
      }
      for pixel in stride(from: 0, to: target.count, by: 4) {
        #expect(target[pixel..<pixel + 3].map(Int.init) == rgb)
      }
    }
  }

  @Test func `wide and negative weights are left to the other way`() {
    func axis(_ size: Int, _ filter: ResamplingFilter) -> ResamplingAxis {
      ResamplingAxis(sourceOffset: 0, sourceSize: size, outputSize: 100, outputs: 0..<100, filter: filter)
    }
    #expect(PlaneWeights(axis(199, .bilinear)) != nil)
    #expect(PlaneWeights(axis(350, .bilinear)) == nil)
    #expect(PlaneWeights(axis(90, .bicubic)) == nil)
    #expect(PlaneWeights(axis(150, .lanczos)) == nil)
  }
}
