import TestSupport
import Testing

@testable import Imaging

/// Files with EXIF and XMP orientations, made and turned by Pillow.
@Suite(
  "Orientation equals Pillow's exif_transpose",
  .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct OrientationTests {
  /// Every orientation, and values that are none, in each place where a file may state it, also behind bytes that belong
  /// to no segment.
  private static let script = """
    import sys, struct, numpy
    from PIL import Image, ImageOps, PngImagePlugin
    folder = sys.argv[1]
    random = numpy.random.default_rng(5)
    def tiff(value, order, kind=3):
        number = struct.pack(order + "H", value) + b"\\0\\0" if kind == 3 else struct.pack(order + "I", value)
        return ((b"II*\\0" if order == "<" else b"MM\\0*") + struct.pack(order + "IH", 8, 2)
            + struct.pack(order + "HHI", 0x010f, 2, 4) + b"abc\\0"
            + struct.pack(order + "HHI", 0x0112, kind, 1) + number + b"\\0\\0\\0\\0")
    def save(name, size, stray=b"", **options):
        width, height = size
        y, x = numpy.mgrid[0:height, 0:width]
        pixels = numpy.stack([x * 5, y * 5, (x * y) % 256], 2) + random.integers(0, 20, (height, width, 3))
        Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(f"{folder}/{name}", **options)
        if stray:
            written = open(f"{folder}/{name}", "rb").read()
            first = 4 + int.from_bytes(written[4:6], "big")
            open(f"{folder}/{name}", "wb").write(written[:first] + stray + written[first:])
        upright = ImageOps.exif_transpose(Image.open(f"{folder}/{name}")).convert("RGB")
        open(f"{folder}/{name}.rgb", "wb").write(upright.tobytes())
        resized = upright.resize((31, 31), Image.BILINEAR)
        open(f"{folder}/{name}.31", "wb").write(resized.tobytes())
        stored = Image.open(f"{folder}/{name}").convert("RGB")
        open(f"{folder}/{name}.stored", "wb").write(stored.tobytes())
        print(name, *upright.size)
    for value in range(0, 10):
        for size in ((45, 70), (121, 38), (17, 200)):
            for order in "<>":
                save(f"{value}-{size[0]}-{ord(order)}.jpg", size, exif=b"Exif\\0\\0" + tiff(value, order))
        save(f"{value}.png", (45, 70), exif=tiff(value, ">"))
        save(f"{value}-stray.jpg", (45, 70), stray=b"\\0\\x12\\xff\\0\\xe1", exif=b"Exif\\0\\0" + tiff(value, ">"))
        save(f"{value}-long.jpg", (45, 70), exif=b"Exif\\0\\0" + tiff(value, "<", 4))
        save(f"{value}-grey-progressive.jpg", (45, 70), progressive=True, subsampling=2,
            exif=b"Exif\\0\\0" + tiff(value, "<"))
        packet = b'<x:xmpmeta><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>' % value
        save(f"{value}-xmp.jpg", (45, 70), xmp=packet)
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        save(f"{value}-xmp.png", (45, 70), pnginfo=text)
    """

  @Test func `whole images, resized ones, and the option to leave them as stored`() throws {
    let folder = try TemporaryFolder()
    let lines = try PythonPeer.run(Self.script, [folder.url.path]).split(separator: "\n")
    #expect(lines.count == 120)
    var recipe = PreprocessingRecipe.plain.resized(to: 31)
    var upright = Preprocessor(recipe)
    recipe.decoding.orientation = .ignore
    var stored = Preprocessor(recipe)
    for line in lines {
      let fields = line.split(separator: " ")
      let name = String(fields[0])
      let bytes = try FileBytes.read(folder.path(name))
      let image = try ImageDecoder.decode(bytes)
      #expect([image.width, image.height] == [Int(fields[1]), Int(fields[2])], "\(name)")
      #expect(try image.pixels == FileBytes.read(folder.path(name + ".rgb")), "\(name)")
      #expect(try ImageDecoder.size(bytes) == (image.width, image.height), "\(name)")
      #expect(
        try upright.pixels(decoding: bytes).pixels == FileBytes.read(folder.path(name + ".31")), "\(name)")
      let asStored = try ImageDecoder.decode(bytes, options: DecodingOptions(orientation: .ignore))
      #expect(try asStored.pixels == FileBytes.read(folder.path(name + ".stored")), "\(name)")
      #expect(try stored.pixels(decoding: bytes) == recipe.pixels(of: asStored), "\(name)")
    }
  }

  /// With crops before and after resizing, filters wider than a pixel, and both orders of the passes.
  @Test func `every recipe sees the upright image`() throws {
    let folder = try TemporaryFolder()
    let lines = try PythonPeer.run(Self.script, [folder.url.path]).split(separator: "\n")
    for line in lines where line.contains(".jpg") && !line.contains("xmp") {
      let bytes = try FileBytes.read(folder.path(String(line.prefix { $0 != " " })))
      let image = try ImageDecoder.decode(bytes)
      for recipe in PreprocessingRecipe.all {
        for size in [recipe.inputSize, 29] {
          let recipe = recipe.resized(to: size)
          var preprocessor = Preprocessor(recipe)
          #expect(
            try preprocessor.pixels(decoding: bytes) == recipe.pixels(of: image), "\(recipe.name) of \(line)")
        }
      }
    }
  }

  @Test(arguments: [
    [], [0x49, 0x49], Array("II*\0".utf8), Array("II*\0\u{8}\0\0\0".utf8),
    // The directory points behind the end, and at itself.
    Array("II*\0".utf8) + [0xff, 0xff, 0xff, 0x7f], Array("MM\0*".utf8) + [0, 0, 0, 0],
    // More entries than there are bytes.
    Array("II*\0\u{8}\0\0\0".utf8) + [0xff, 0xff] + [0x12, 0x01, 3, 0, 2, 0, 0, 0, 6, 0, 0, 0],
    // Text where a number belongs.
    Array("II*\0\u{8}\0\0\0".utf8) + [1, 0] + [0x12, 0x01, 2, 0, 1, 0, 0, 0, 6, 0, 0, 0],
  ])
  func `damaged EXIF says nothing`(_ bytes: [UInt8]) {
    #expect(bytes.withUnsafeBufferPointer(TIFFDirectory.orientation) == nil)
  }

  /// Segments and chunks whose lengths are too small, too large, or cut off.
  @Test func `damaged containers of EXIF say nothing`() {
    var random = SeededBytes(seed: 4)
    let start: [[UInt8]] = [
      [0xff, 0xd8, 0xff, 0xe1], [0xff, 0xd8, 0xff, 0xff, 0xff, 0xe0, 0, 2, 0xff, 0xe1],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0] + Array("IHDR".utf8) + [0, 0, 0, 0],
    ]
    for length in 0..<400 {
      for head in start {
        var bytes = head + (0..<length % 40).map { _ in UInt8(random.number(length < 200 ? 4 : 256)) }
        if length % 3 == 0 { bytes += Array("Exif\0\0MM\0*".utf8) }
        let format: ImageFormat = head[0] == 0xff ? .jpeg : .png
        let orientation = bytes.withUnsafeBufferPointer { ImageOrientation(of: $0, format: format) }
        #expect(orientation == .upright)
      }
    }
  }
}
