import TestSupport
import Testing

@testable import Imaging

/// Files made by Pillow, decoded here and there.
@Suite("Decoding equals Pillow's", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct DecodingTests {
  /// Writes one file of each kind and, beside it, what Pillow makes of it: raw RGB with its size in the name.
  static let script = """
    import sys, numpy
    from PIL import Image, ImageOps
    folder = sys.argv[1]
    random = numpy.random.default_rng(7)
    y, x = numpy.mgrid[0:75, 0:101]
    smooth = numpy.stack([x * 2, y * 3, 255 - x - y], 2).clip(0, 255).astype("uint8")
    noisy = (smooth.astype(int) + random.integers(-20, 20, smooth.shape)).clip(0, 255).astype("uint8")
    color = Image.fromarray(noisy)
    alpha = Image.fromarray(random.integers(0, 256, noisy.shape[:2], dtype="uint8"))
    files = {}
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        for progressive in (False, True):
            files[f"{sampling.replace(':', '')}-{progressive}.jpg"] = (color, dict(
                quality=85, subsampling=sampling, progressive=progressive))
    files["grey.jpg"] = (color.convert("L"), {})
    files["cmyk.jpg"] = (color.convert("CMYK"), dict(quality=95))
    files["rgb.jpg"] = (color, dict(keep_rgb=True))
    files["restarts.jpg"] = (color, dict(restart_marker_rows=1))
    files["orientation.jpg"] = (color, dict(exif=b"Exif\\0\\0MM\\0*\\0\\0\\0\\x08\\0\\x01\\x01\\x12\\0\\x03\\0\\0\\0\\x01\\0\\x06\\0\\0\\0\\0\\0\\0"))
    files["one.jpg"] = (color.crop((0, 0, 1, 1)), {})
    files["color.png"] = (color, {})
    files["grey.png"] = (color.convert("L"), {})
    files["bits.png"] = (color.convert("1"), {})
    files["palette.png"] = (color.convert("P"), {})
    files["few-colors.png"] = (color.quantize(13), {})
    rgba = color.copy(); rgba.putalpha(alpha)
    files["alpha.png"] = (rgba, {})
    grey_alpha = color.convert("L"); grey_alpha.putalpha(alpha)
    files["grey-alpha.png"] = (grey_alpha, {})
    for name, (image, options) in files.items():
        image.save(f"{folder}/{name}", **options)
        again = ImageOps.exif_transpose(Image.open(f"{folder}/{name}"))
        if again.mode in ("RGBA", "LA"):
            white = Image.new("RGB", again.size, "white")
            white.paste(again.convert("RGB"), mask=again.getchannel("A"))
            again = white
        open(f"{folder}/{name}.rgb", "wb").write(again.convert("RGB").tobytes())
        print(name, *again.size)
    """

  @Test func `JPEG and PNG of every kind Pillow writes`() throws {
    let folder = try TemporaryFolder()
    let files = try PythonPeer.run(Self.script, [folder.url.path]).split(separator: "\n")
    #expect(files.count == 19)
    for line in files {
      let fields = line.split(separator: " ")
      let image = try ImageDecoder.decode(FileBytes.read(folder.path(String(fields[0]))))
      let expected = try FileBytes.read(folder.path("\(fields[0]).rgb"))
      #expect([image.width, image.height] == [Int(fields[1]), Int(fields[2])], "\(fields[0])")
      #expect(image.pixels == expected, "\(fields[0])")
    }
  }

  /// Cropping reaches into the decoder: its pixels must be those of the whole.
  @Test func `preprocessing a file is preprocessing its decoded image`() throws {
    let folder = try TemporaryFolder()
    let files = try PythonPeer.run(Self.script, [folder.url.path]).split(separator: "\n")
    for line in files {
      let bytes = try FileBytes.read(folder.path(String(line.prefix { $0 != " " })))
      let image = try ImageDecoder.decode(bytes)
      for recipe in PreprocessingRecipe.all {
        for size in [recipe.inputSize, 31] {
          let recipe = recipe.resized(to: size)
          var preprocessor = Preprocessor(recipe)
          #expect(
            try preprocessor.pixels(decoding: bytes) == recipe.pixels(of: image), "\(recipe.name) of \(line)")
        }
      }
    }
  }

  /// Interlaced and 16-bit files, which Pillow does not write: made chunk by chunk from the specification.
  @Test func `interlaced and 16-bit PNG`() throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      """
      import sys, struct, zlib, numpy
      from PIL import Image
      random = numpy.random.default_rng(3)
      def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(
          ">I", zlib.crc32(kind + data))
      def write(name, pixels, kind, interlaced):
          height, width, channels = pixels.shape
          passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                    (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
          rows = b"".join(b"\\0" + row.tobytes() for x, y, dx, dy in passes for row in pixels[y::dy, x::dx] if row.size)
          header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, kind, 0, 0, interlaced)
          open(f"{sys.argv[1]}/{name}.png", "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", header)
              + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
      bytes_ = random.integers(0, 256, (29, 43, 3), dtype="uint8")
      words = random.integers(0, 65536, (29, 43, 3)).astype(">u2")
      write("interlaced", bytes_, 2, 1)
      write("deep", words, 2, 0)
      for name in ("interlaced", "deep"):
          open(f"{sys.argv[1]}/{name}.rgb", "wb").write(
              Image.open(f"{sys.argv[1]}/{name}.png").convert("RGB").tobytes())
      # Pillow's convert("RGB") makes white of all grey from 256 of 65,535; of colours it keeps the high byte.
      write("grey", words[:, :, :1], 0, 0)
      grey = numpy.asarray(Image.open(f"{sys.argv[1]}/grey.png"))
      assert (grey == words[:, :, 0]).all()
      open(f"{sys.argv[1]}/grey.rgb", "wb").write((grey >> 8).astype("uint8").repeat(3).tobytes())
      """, [folder.url.path])
    for name in ["interlaced", "deep", "grey"] {
      let image = try ImageDecoder.decode(FileBytes.read(folder.path("\(name).png")))
      #expect(try image.pixels == FileBytes.read(folder.path("\(name).rgb")), "\(name)")
    }
  }
}
