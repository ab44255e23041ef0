import TestSupport
import Testing

@testable import Imaging

/// Interlaced PNG that ends early or breaks. Pillow (`LOAD_TRUNCATED_IMAGES`) gives the pixels that are in the file; the
/// specification's "expanding" of a pixel over those that later passes would bring is done by NumPy.
@Suite(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct `A damaged interlaced PNG` {
  private let folder: TemporaryFolder
  /// Name, size, and how many of the image's pixels Pillow found.
  private let files: [(name: String, width: Int, height: Int, found: Int)]

  /// No sample is 0, which is what Pillow leaves where it has no pixel. Chunks are short, and cuts between two, so that
  /// nobody's way of reading a file in blocks counts.
  private static let script = """
    import sys, struct, zlib, numpy
    from PIL import Image, ImageFile
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    folder = sys.argv[1]
    random = numpy.random.default_rng(5)
    passes = [(0, 0, 8, 8, 8, 8), (4, 0, 8, 8, 4, 8), (0, 4, 4, 8, 4, 4), (2, 0, 4, 4, 2, 4), (0, 2, 2, 4, 2, 2),
              (1, 0, 2, 2, 1, 2), (0, 1, 1, 2, 1, 1)]
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    def parts(pixels, kind):
        height, width, channels = pixels.shape
        rows = b"".join(b"\\0" + row.tobytes() for x, y, dx, dy, _, _ in passes
                        for row in pixels[y::dy, x::dx] if row.size)
        data = zlib.compress(rows)
        header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 1)
        return [b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", header)] + [
            chunk(b"IDAT", data[at:at + 90]) for at in range(0, len(data), 90)] + [chunk(b"IEND", b"")]
    def expand(sparse, there):
        image = numpy.full(sparse.shape, 255, "uint8")
        for x0, y0, dx, dy, width, height in passes:
            for y in range(y0, sparse.shape[0], dy):
                for x in range(x0, sparse.shape[1], dx):
                    if there[y, x]:
                        image[y:y + height, x:x + width] = sparse[y, x]
        return image
    def write(name, parts):
        open(f"{folder}/{name}.png", "wb").write(b"".join(parts))
        sparse = numpy.asarray(Image.open(f"{folder}/{name}.png").convert("RGB"))
        there = sparse.any(axis=2)
        open(f"{folder}/{name}.rgb", "wb").write(expand(sparse, there).tobytes())
        print(name, sparse.shape[1], sparse.shape[0], there.sum())
    for width, height, channels, kind in [(43, 29, 3, 2), (64, 64, 1, 0), (3, 50, 3, 2), (50, 2, 3, 2)]:
        pixels = random.integers(1, 256, (height, width, channels), dtype="uint8")
        whole = parts(pixels, kind)
        for count in range(2, len(whole) + 1):
            write(f"{width}x{height}-{count}", whole[:count])
    """

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    files = try PythonPeer.run(Self.script, [folder.url.path]).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      let numbers = fields.dropFirst().compactMap { Int($0) }
      return numbers.count == 3 ? (String(fields[0]), numbers[0], numbers[1], numbers[2]) : nil
    }
    try #require(files.count > 100)
  }

  @Test func `keeps the pixels that are in the file, each over those that are not`() throws {
    var recovered = 0
    for file in files {
      let bytes = try FileBytes.read(folder.path("\(file.name).png"))
      let (image, damage) = try ImageDecoder.decode(bytes, damage: .accept)
      #expect([image.width, image.height] == [file.width, file.height])
      #expect(
        try image.pixels == FileBytes.read(folder.path("\(file.name).rgb")), "\(file.name): \(damage as Any)")
      if file.found < file.width * file.height { recovered += 1 }
    }
    #expect(recovered > 90)
  }

  @Test
  func `says how many passes were whole and how far the next had come, and fails unless it is accepted`()
    throws
  {
    let pixelsOfPasses = [64, 64, 128, 256, 512, 1024, 2048]
    for file in files where file.width == 64 {
      let bytes = try FileBytes.read(folder.path("\(file.name).png"))
      guard let damage = try ImageDecoder.decode(bytes, damage: .accept).acceptedDamage else {
        #expect(file.found == 64 * 64)
        continue
      }
      guard case .truncated(.png, let extent, _) = damage else {
        Issue.record("\(damage)")
        continue
      }
      var left = file.found
      let whole = pixelsOfPasses.prefix { count in
        left -= count
        return left >= 0
      }
      #expect(extent.passes == whole.count && extent.bytes == bytes.count, "\(file.name): \(damage)")
      #expect(damage.description.contains("\(whole.count) of 7 passes were whole"))
      #expect(throws: damage) { try ImageDecoder.decode(bytes) }
    }
  }

  @Test func `is prepared for a network as it is decoded`() throws {
    let recipe = PreprocessingRecipe.torchvision.resized(to: 24)
    for file in files where file.width == 43 {
      let bytes = try FileBytes.read(folder.path("\(file.name).png"))
      let (image, damage) = try ImageDecoder.decode(bytes, damage: .accept)
      var preprocessor = Preprocessor(recipe, damage: .accept)
      #expect(try preprocessor.pixels(decoding: bytes) == recipe.pixels(of: image))
      #expect(preprocessor.acceptedDamage == damage)
    }
  }

  @Test func `of which no pixel is there fails, and limits hold`() throws {
    let whole = try FileBytes.read(folder.path("\(try #require(files.last { $0.width == 64 }).name).png"))
    // 33 bytes are the signature and the header; the first chunk of pixels begins there.
    for count in [33, 41, 44] {
      #expect(throws: ImagingError.self) {
        try ImageDecoder.decode(Array(whole.prefix(count)), damage: .accept)
      }
    }
    let half = Array(whole.prefix(whole.count / 2))
    #expect(throws: ImagingError.tooLarge(width: 64, height: 64, maximumPixels: 4_095)) {
      try ImageDecoder.decode(half, damage: .accept, limits: DecodingLimits(maximumPixels: 4_095))
    }
    let error = #expect(throws: ImagingError.self) {
      try ImageDecoder.decode(half, damage: .accept, limits: DecodingLimits(maximumSeconds: 0))
    }
    #expect(error?.errorClass == "too-slow")
  }

  @Test func `with bytes flipped or cut anywhere never crashes, and what was whole stays`() throws {
    let whole = try FileBytes.read(folder.path("\(try #require(files.last { $0.width == 43 }).name).png"))
    let image = try ImageDecoder.decode(whole)
    var random = SeededBytes(seed: 4)
    var accepted = 0
    for _ in 0..<2_000 {
      var bytes = whole
      let place = 41 + random.number(bytes.count - 41)
      if random.number(2) == 0 { bytes.removeLast(bytes.count - place) } else { bytes[place] ^= 1 << 3 }
      guard let result = try? ImageDecoder.decode(bytes, damage: .accept) else { continue }
      accepted += 1
      #expect(result.image.pixels.count == image.pixels.count)
      // A byte that the reader did not come to cannot have changed the first pixel of all.
      if place > 400 { #expect(result.image.pixels.prefix(3) == image.pixels.prefix(3)) }
    }
    #expect(accepted > 1_500)
  }
}
