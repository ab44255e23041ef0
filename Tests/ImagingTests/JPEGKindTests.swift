import Foundation
import TestSupport
import Testing

@testable import Imaging

/// `cjpeg` of libjpeg-turbo makes what Pillow's encoder does not; Pillow decodes all.
@Suite("JPEG of every kind")
struct JPEGKindTests {
  static let cjpeg: String? = ["/usr/bin/cjpeg", "/usr/local/bin/cjpeg", "/opt/homebrew/bin/cjpeg"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static let switches = [
    "", "-progressive", "-arithmetic", "-arithmetic -progressive", "-optimize", "-grayscale",
    "-grayscale -progressive", "-grayscale -sample 2x2", "-rgb", "-rgb -progressive", "-sample 1x1",
    "-sample 2x1",
    "-sample 1x2", "-sample 2x2", "-sample 4x1", "-sample 1x4", "-sample 4x2", "-sample 2x4", "-sample 3x1",
    "-sample 2x2,1x2,2x1", "-sample 1x1,2x2,1x1", "-sample 2x1 -progressive", "-sample 1x2 -progressive",
    "-sample 4x1 -progressive", "-restart 1", "-restart 1B", "-restart 3B -sample 2x2",
    "-restart 2 -optimize",
    "-quality 1", "-quality 100", "-quality 100 -sample 1x1 -optimize", "-quality 30 -arithmetic -restart 1",
  ]

  @Test(.enabled(if: PythonPeer.isPresent && cjpeg != nil, "needs SYNOPTIC_PYTHON and cjpeg"))
  func `baseline, progressive, arithmetic, every subsampling, restarts`() throws {
    let folder = try TemporaryFolder()
    let printed = try PythonPeer.run(
      """
      import subprocess, sys, numpy
      from PIL import Image
      folder, cjpeg = sys.argv[1:3]
      random = numpy.random.default_rng(11)
      for width, height in ((101, 75), (64, 64), (1, 1), (3, 40), (17, 2), (333, 31)):
          y, x = numpy.mgrid[0:height, 0:width]
          pixels = numpy.stack([x * 3, y * 3, 128 + x - y], 2) + random.integers(-40, 40, (height, width, 3))
          Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(f"{folder}/x.ppm")
          for index, switches in enumerate(sys.argv[3:]):
              name = f"{folder}/{width}-{index}.jpg"
              subprocess.run([cjpeg, *switches.split(), "-outfile", name, f"{folder}/x.ppm"], check=True)
              open(name + ".rgb", "wb").write(Image.open(name).convert("RGB").tobytes())
              print(f"{width}-{index}.jpg")
      """, [folder.url.path, Self.cjpeg ?? ""] + Self.switches)
    let names = printed.split(separator: "\n").map(String.init)
    #expect(names.count == 6 * Self.switches.count)
    for name in names {
      let bytes = try FileBytes.read(folder.path(name))
      let image = try ImageDecoder.decode(bytes)
      let kind = Self.switches[Int(name.split { "-.".contains($0) }[1]) ?? 0]
      #expect(try image.pixels == FileBytes.read(folder.path(name + ".rgb")), "\(name): \(kind)")
      for recipe in [PreprocessingRecipe.torchvision, .efficientNet].map({ $0.resized(to: 24) }) {
        var preprocessor = Preprocessor(recipe)
        #expect(try preprocessor.pixels(decoding: bytes) == recipe.pixels(of: image), "\(name): \(kind)")
      }
    }
  }

  @Test(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
  func `CMYK and YCCK with and without Adobe's marker`() throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      """
      import sys, numpy
      from PIL import Image
      folder = sys.argv[1]
      pixels = numpy.random.default_rng(2).integers(0, 256, (40, 56, 4), dtype="uint8")
      Image.fromarray(pixels, "CMYK").save(f"{folder}/ycck.jpg", quality=95, subsampling=0)
      contents = open(f"{folder}/ycck.jpg", "rb").read()
      marker = contents.index(b"Adobe") - 4
      length = contents[marker + 3] + 2
      transform = marker + length - 1
      changed = {"as": contents, "0": contents[:transform] + b"\\0" + contents[transform + 1:],
          "2": contents[:transform] + b"\\2" + contents[transform + 1:],
          "none": contents[:marker] + contents[marker + length:]}
      for name, contents in changed.items():
          open(f"{folder}/{name}.jpg", "wb").write(contents)
          open(f"{folder}/{name}.rgb", "wb").write(Image.open(f"{folder}/{name}.jpg").convert("RGB").tobytes())
      """, [folder.url.path])
    for name in ["as", "0", "2", "none"] {
      let image = try ImageDecoder.decode(FileBytes.read(folder.path(name + ".jpg")))
      #expect(try image.pixels == FileBytes.read(folder.path(name + ".rgb")), "\(name)")
    }
  }

  @Test(
    .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"),
    arguments: [
      (65_500, 1), (1, 65_500), (65_500, 40), (40, 65_500), (1, 1),
    ])
  func `sides of one pixel and of 65,500`(_ width: Int, _ height: Int) throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      """
      import sys, numpy
      from PIL import Image
      Image.MAX_IMAGE_PIXELS = None
      width, height = int(sys.argv[2]), int(sys.argv[3])
      y, x = numpy.mgrid[0:height, 0:width]
      image = Image.fromarray(numpy.stack([x % 256, y % 256, (x + y) % 256], 2).astype("uint8"))
      for name, options in {"x.jpg": {}, "p.jpg": dict(progressive=True, subsampling=0), "x.png": {}}.items():
          image.save(f"{sys.argv[1]}/{name}", **options)
          again = Image.open(f"{sys.argv[1]}/{name}")
          open(f"{sys.argv[1]}/{name}.rgb", "wb").write(again.convert("RGB").tobytes())
          small = again.convert("RGB").resize((23, 23), Image.BILINEAR)
          open(f"{sys.argv[1]}/{name}.23", "wb").write(small.tobytes())
      """, [folder.url.path, "\(width)", "\(height)"])
    var preprocessor = Preprocessor(.plain.resized(to: 23))
    for name in ["x.jpg", "p.jpg", "x.png"] {
      let bytes = try FileBytes.read(folder.path(name))
      #expect(try ImageDecoder.decode(bytes).pixels == FileBytes.read(folder.path(name + ".rgb")), "\(name)")
      #expect(
        try preprocessor.pixels(decoding: bytes).pixels == FileBytes.read(folder.path(name + ".23")),
        "\(name)")
    }
  }

  /// Our Huffman decoder stands in for libjpeg's, which judges it: on photographs and on damaged ones.
  @Test(.enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `the Huffman decoder gives libjpeg's coefficients`() throws {
    let photographs = try SharedData.photographs()
    for (index, photograph) in photographs.enumerated() where index % 5 == 0 {
      let bytes = try FileBytes.read(photograph.path)
      #expect(
        decoded(bytes, isPlain: false) == decoded(bytes, isPlain: true), "\(photograph.lastPathComponent)")
    }
    var random = SeededBytes(seed: 99)
    let original = try FileBytes.read(photographs[3].path)
    for _ in 0..<150 {
      var bytes = original
      for _ in 0...random.number(3) { bytes[random.number(bytes.count)] = UInt8(random.number(256)) }
      if random.number(4) == 0 { bytes.removeLast(random.number(bytes.count)) }
      #expect(decoded(bytes, isPlain: false) == decoded(bytes, isPlain: true))
    }
    // Found by the fuzzer: odd parameters of the scan, which libjpeg warns of, and damage behind them were told twice.
    let scan = try #require(
      original.indices.dropLast().first { original[$0] == 0xff && original[$0 + 1] == 0xda })
    var odd = original
    odd[scan + 11] = 1
    odd[original.count / 2] ^= 0x55
    odd.removeLast(original.count / 4)
    #expect(decoded(odd, isPlain: false) == decoded(odd, isPlain: true))
    // Fill bytes and a zero behind the last block are no marker to libjpeg, which counts on.
    odd = original
    odd.insert(contentsOf: [0xff, 0xff, 0x00] + (1...40), at: odd.count - 2)
    var outcome = decoded(odd, isPlain: false)
    #expect(outcome.damage != nil && outcome == decoded(odd, isPlain: true))
    // A stream that ends with its last block, without a marker.
    odd = Array(original.dropLast(2))
    outcome = decoded(odd, isPlain: false)
    #expect(outcome.damage != nil && outcome == decoded(odd, isPlain: true))
  }

  @Test(arguments: try foundByTheFuzzer())
  func `what the fuzzer found is decoded as libjpeg does`(_ name: String) throws {
    let bytes = try FileBytes.read(PackageRoot.url.appending(path: "Fuzzing/Seeds/pixels/\(name)").path)
    let outcome = decoded(bytes, isPlain: false)
    #expect(outcome.damage != nil && outcome == decoded(bytes, isPlain: true))
  }

  private static func foundByTheFuzzer() throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: PackageRoot.url.appending(path: "Fuzzing/Seeds/pixels").path
    ).sorted()
  }

  /// All that can be told of a decoding, with damage accepted.
  private struct Outcome: Equatable {
    var pixels: [UInt8] = []
    var damage: ImagingError?
    var failure: ImagingError?
  }

  private func decoded(_ bytes: [UInt8], isPlain: Bool) -> Outcome {
    bytes.withUnsafeBufferPointer { bytes in
      var outcome = Outcome()
      do throws(ImagingError) {
        var stream = try JPEGStream(bytes, damage: .accept)
        let (width, height) = (stream.width, stream.height)
        try DecodingLimits(maximumPixels: 10_000_000).check(width: width, height: height)
        outcome.pixels = [UInt8](repeating: 0, count: 3 * width * height)
        _ = try stream.start(
          columns: 0..<width, rows: 0..<height, bytesPerPixel: 3, isPlain: isPlain, limits: .default)
        try outcome.pixels.withUnsafeMutableBufferPointer { (pixels) throws(ImagingError) in
          guard let start = pixels.baseAddress else { return }
          for row in stride(from: 0, to: height, by: 16) {
            try stream.read(rows: min(16, height - row), into: start + 3 * width * row, stride: 3 * width)
          }
        }
        try stream.finish()
        outcome.damage = stream.acceptedDamage
      } catch {
        outcome.failure = error
      }
      return outcome
    }
  }
}
