@testable import Imaging

/// What libFuzzer, whose runtime has the main function, calls with every input: an image goes through every way of
/// decoding. Errors are what should happen; a trap, a long time, or a difference from libjpeg is found.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = start.map { [UInt8](UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let limits = DecodingLimits(
    maximumPixels: 1 << 20, maximumScans: 50, maximumScannedPixels: 1 << 25, maximumMemory: 1 << 28)
  _ = try? ImageDecoder.decode(bytes, damage: .accept, limits: limits)
  for quality in DecodingOptions.Quality.allCases {
    var recipe = PreprocessingRecipe.torchvision.resized(to: 16)
    recipe.decoding.quality = quality
    for damage in DamagePolicy.allCases {
      var preprocessor = Preprocessor(recipe, damage: damage, limits: limits)
      let pixels = try? preprocessor.pixels(decoding: bytes)
      guard quality == .exact, damage == .fail, let pixels else { continue }
      guard let whole = try? ImageDecoder.decode(bytes, limits: limits) else {
        fatalError("cropping finds an image sound that is damaged as a whole")
      }
      precondition(recipe.pixels(of: whole) == pixels, "cropping changes pixels")
    }
  }
  let ours = decoded(bytes, limits, isPlain: false)
  precondition(ours == decoded(bytes, limits, isPlain: true), "libjpeg decodes another image")
  return 0
}

/// All that can be told of a JPEG's decoding, with damage accepted.
private struct Outcome: Equatable {
  var pixels: [UInt8] = []
  var damage: ImagingError?
  var failure: ImagingError?
}

private func decoded(_ bytes: [UInt8], _ limits: DecodingLimits, isPlain: Bool) -> Outcome {
  bytes.withUnsafeBufferPointer { bytes in
    var outcome = Outcome()
    do throws(ImagingError) {
      var stream = try JPEGStream(bytes, damage: .accept)
      let (width, height) = (stream.width, stream.height)
      try limits.check(width: width, height: height)
      outcome.pixels = [UInt8](repeating: 0, count: 3 * width * height)
      _ = try stream.start(
        columns: 0..<width, rows: 0..<height, bytesPerPixel: 3, isPlain: isPlain, limits: limits)
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
