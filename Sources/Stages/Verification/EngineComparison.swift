import Corpus
import Imaging

/// The same images through both engines.
struct EngineComparison: Sendable {
  let int8: NetworkEngine
  let float32: NetworkEngine
  let recipe: PreprocessingRecipe
  let classes: VerificationClasses
  /// The locations of images that int8 was calibrated on.
  let calibrated: Set<ImageLocation>

  struct Result: Sendable {
    /// Among the images asked for.
    let index: Int
    let isCalibrated: Bool
    let trueClass: Int?
    /// Nil where the outputs are no classes.
    let classes: Classes?
    let logitCosine: Double
    let embeddingCosine: Double
  }

  /// The most probable ones.
  struct Classes: Sendable {
    let int8: Int
    let float32: Int
    /// The share of the five most probable that both have.
    let sharedOfFive: Double

    init(int8: [Float], float32: [Float]) {
      self.int8 = ClassScores.best(int8)
      self.float32 = ClassScores.best(float32)
      let count = min(5, float32.count)
      let five = Set(ClassScores.highest(float32, count))
      let shared = ClassScores.highest(int8, count).filter(five.contains)
      sharedOfFive = Double(shared.count) / Double(max(1, count))
    }
  }

  /// In the order of the images; those that can't be decoded are left out.
  func run(
    _ images: [VerificationImage], threads: Int, progress: @escaping @Sendable (Int, Int) -> Void
  ) throws -> [Result] {
    let reader = ImageReader()
    let parts = try ParallelWork.run(count: images.count, threads: threads) { next in
      let int8 = try self.int8.makeRunner(recipe)
      let float32 = try self.float32.makeRunner(recipe)
      var preprocessor = Preprocessor(recipe)
      var results: [Result] = []
      while let index = next() {
        let image = images[index]
        guard let bytes = try? reader.bytes(of: image.location),
          let pixels = try? preprocessor.pixels(decoding: bytes)
        else { continue }
        let quantized = try int8.run(pixels)
        let exact = try float32.run(pixels)
        results.append(
          Result(
            index: index, isCalibrated: calibrated.contains(image.location),
            trueClass: classes.reason == nil ? image.label.flatMap { classes.indices[$0] } : nil,
            classes: classes.reason == nil ? Classes(int8: quantized[1], float32: exact[1]) : nil,
            logitCosine: ClassScores.cosine(quantized[1], exact[1]),
            embeddingCosine: ClassScores.cosine(quantized[0], exact[0])))
        progress(index + 1, images.count)
      }
      return results
    }
    return parts.joined().sorted { $0.index < $1.index }
  }
}
