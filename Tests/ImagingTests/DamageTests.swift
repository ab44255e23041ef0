import TestSupport
import Testing

@testable import Imaging

@Suite("What cannot be decoded is told apart")
struct DamageTests {
  @Test(arguments: [
    ([], "empty", "the file is empty"),
    (Array("GIF89a....".utf8), "unsupported-format", "unsupported format: GIF; JPEG and PNG are read"),
    (Array("RIFF1234WEBPVP8 ".utf8), "unsupported-format", "unsupported format: WebP; JPEG and PNG are read"),
    (Array("BM......".utf8), "unsupported-format", "unsupported format: BMP; JPEG and PNG are read"),
    ([0x49, 0x49, 0x2a, 0, 8], "unsupported-format", "unsupported format: TIFF; JPEG and PNG are read"),
    (
      Array("\0\0\0\u{18}ftypheic".utf8), "unsupported-format",
      "unsupported format: HEIC; JPEG and PNG are read"
    ),
    (
      Array("\n<?xml version='1.0'?><svg xmlns='x'/>".utf8), "unsupported-format",
      "unsupported format: SVG; JPEG and PNG are read"
    ),
    (
      Array("<!DOCTYPE HTML><title>404</title>".utf8), "unsupported-format",
      "unsupported format: HTML; JPEG and PNG are read"
    ),
    (Array("hello".utf8), "not-an-image", "not an image: it begins with 68 65 6c 6c 6f"),
    (
      [0xff, 0xd8], "truncated",
      "truncated JPEG: its header cannot be read, up to byte 2 of 2 (only the signature is there)"
    ),
  ])
  func `foreign bytes`(_ bytes: [UInt8], _ errorClass: String, _ message: String) {
    let error = #expect(throws: ImagingError.self) { try ImageDecoder.decode(bytes) }
    #expect(error?.errorClass == errorClass)
    #expect(error?.description == message)
  }

  /// A header alone: 65,500 x 65,500 pixels of which none are there.
  @Test func `a huge header is refused before anything is allocated`() {
    let header: [UInt8] = [
      0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0xff, 0xdc, 0xff, 0xdc, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0,
      63, 0,
    ]
    #expect(throws: ImagingError.tooLarge(width: 65_500, height: 65_500, maximumPixels: 200_000_000)) {
      try ImageDecoder.decode(header)
    }
  }

  @Test(.enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `accepted is what some of is there`() throws {
    let photograph = try FileBytes.read(try #require(try SharedData.photographs().first).path)
    let height = try ImageDecoder.decode(photograph).height
    // Its header takes less than a tenth.
    let half = Array(photograph.prefix(photograph.count / 2))
    var preprocessor = Preprocessor(.torchvision, damage: .accept)
    _ = try preprocessor.pixels(decoding: half)
    guard case .truncated(_, let extent, _) = preprocessor.acceptedDamage else {
      Issue.record("not told as truncated")
      return
    }
    let there = PixelRegion(left: 0, top: extent.rows - 8, right: 64, bottom: height)
    _ = try preprocessor.pixels(decoding: half, region: there)
    let madeUp = PixelRegion(left: 0, top: extent.rows, right: 64, bottom: height)
    #expect(throws: ImagingError.self) { try preprocessor.pixels(decoding: half, region: madeUp) }
    let start = try #require(photograph.indices.first { photograph[$0...].starts(with: [0xff, 0xda]) })
    let nothing = Array(photograph.prefix(start + 20))
    #expect(throws: ImagingError.self) { try preprocessor.pixels(decoding: nothing) }
    #expect(throws: ImagingError.self) { try ImageDecoder.decode(nothing, damage: .accept) }
  }

  @Test(.enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `a photograph that ends half-way says how far it got`() throws {
    let photograph = try FileBytes.read(try #require(try SharedData.photographs().first).path)
    let height = try ImageDecoder.decode(photograph).height
    var preprocessor = Preprocessor(.torchvision)
    for share in [0.3, 0.6, 0.9] {
      let bytes = Array(photograph.prefix(Int(Double(photograph.count) * share)))
      let whole = #expect(throws: ImagingError.self) { try ImageDecoder.decode(bytes) }
      let cropped = #expect(throws: ImagingError.self) { try preprocessor.pixels(decoding: bytes) }
      guard case .truncated(.jpeg, let extent, _) = whole else {
        Issue.record("not told as truncated: \(String(describing: whole))")
        continue
      }
      #expect(extent.height == height && abs(Double(extent.rows) / Double(height) - share) < 0.25)
      #expect(extent.bytes == bytes.count && extent.byteCount == bytes.count)
      #expect(whole == cropped)
    }
    // The last two bytes are the end marker: every row is there, and still the file is not whole.
    let error = #expect(throws: ImagingError.self) { try ImageDecoder.decode(photograph.dropLast(2)) }
    #expect(error?.errorClass == "truncated")
  }

  @Test(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
  func `too many progressive scans`() throws {
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      "import sys; from PIL import Image; Image.effect_noise((64, 64), 50).convert('RGB').save(sys.argv[1], progressive=True)",
      [folder.path("scans.jpg")])
    let bytes = try FileBytes.read(folder.path("scans.jpg"))
    #expect(throws: Never.self) { try ImageDecoder.decode(bytes) }
    let error = #expect(throws: ImagingError.self) {
      try ImageDecoder.decode(bytes, limits: DecodingLimits(maximumScans: 4))
    }
    #expect(error?.errorClass == "too-many-scans")
  }

  /// Not a proof, but a few thousand tries: damage is either an error or an image of the right size, and the
  /// cropping decoder says the same as the whole one.
  @Test(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"), .timeLimit(.minutes(2)))
  func `flipped bytes and cut ends never crash, and both decoders agree`() throws {
    let folder = try TemporaryFolder()
    let names = try PythonPeer.run(DecodingTests.script, [folder.url.path]).split(separator: "\n")
    var state: UInt64 = 0x1234_5678_9abc_def1
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    var preprocessor = Preprocessor(
      .torchvision.resized(to: 24), limits: DecodingLimits(maximumPixels: 1 << 20))
    var quick = preprocessor.recipe
    quick.decoding.quality = .fast
    var fast = Preprocessor(quick, limits: preprocessor.limits)
    var tolerant = Preprocessor(quick, damage: .accept, limits: preprocessor.limits)
    var failures = 0
    for line in names {
      let original = try FileBytes.read(folder.path(String(line.prefix { $0 != " " })))
      for _ in 0..<120 {
        var bytes = original
        for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
        if random(3) == 0 { bytes.removeLast(random(bytes.count)) }
        let whole = Result { try ImageDecoder.decode(bytes, limits: preprocessor.limits) }
        let cropped = Result { try preprocessor.pixels(decoding: bytes) }
        _ = try? tolerant.pixels(decoding: bytes)
        switch (whole, cropped) {
        case (.success(let image), .success(let pixels)):
          #expect(preprocessor.recipe.pixels(of: image) == pixels)
          #expect(throws: Never.self) { try fast.pixels(decoding: bytes) }
        case (.failure(let one), .failure(let other)):
          failures += 1
          #expect((one as? ImagingError)?.errorClass == (other as? ImagingError)?.errorClass)
        default:
          Issue.record("one decoder fails where the other does not: \(whole), \(cropped)")
        }
      }
    }
    #expect(failures > 100)
  }
}
