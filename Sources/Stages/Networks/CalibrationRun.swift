import Imaging
import Network
import Quantization

/// Looks at a network's values on images.
///
/// Which images count does not depend on how many threads there are, and what they add up to does not depend on
/// their order: calibrations are equal, bit for bit, between runs.
enum CalibrationRun {
  /// - Parameters:
  ///   - candidates: in the order of preference.
  ///   - count: how many images are wanted; fewer where fewer can be decoded.
  ///   - bytes: of a candidate; nil where it can't be read.
  ///   - advance: called with the images done.
  /// - Returns: the calibration, how many images it has seen, and how many candidates were tried for that.
  static func run<Candidate: Sendable>(
    _ graph: Graph, recipe: PreprocessingRecipe, candidates: [Candidate], count: Int, threads: Int,
    bytes: @escaping @Sendable (Candidate) -> [UInt8]?, advance: (Int) throws -> Void = { _ in }
  ) throws -> (calibration: Calibration, images: Int, tried: Int) {
    let executor = try FloatExecutor(graph)
    var calibration = Calibration()
    var images = 0
    var place = 0
    // A wave is never larger than what is still wanted, so every image of it counts that can be decoded.
    while images < count, place < candidates.count {
      let wave = Array(candidates[place..<min(candidates.count, place + min(count - images, 64))])
      place += wave.count
      let parts = try ParallelWork.run(count: wave.count, threads: threads) { next in
        var part = Calibration()
        var preprocessor = Preprocessor(recipe)
        var seen = 0
        while let index = next() {
          guard let bytes = bytes(wave[index]), let pixels = try? preprocessor.pixels(decoding: bytes)
          else { continue }
          try part.observe(tensor(pixels, recipe), through: executor)
          seen += 1
        }
        return (part, seen)
      }
      for (part, seen) in parts {
        calibration.merge(part)
        images += seen
      }
      try advance(images)
    }
    return (calibration, images, place)
  }

  static func tensor(_ pixels: PixelImage, _ recipe: PreprocessingRecipe) -> Tensor {
    Tensor(shape: [1, 3, pixels.height, pixels.width], values: recipe.tensor(of: pixels))
  }
}
