import Corpus
import Imaging

/// How many images a second one thread turns from a file's bytes into a network's pixels: decoding, resizing and
/// cropping.
public struct DecodingBenchmark: Sendable, Hashable, Codable {
  /// The median of the rounds, each over all images; of processor time, so that a busy machine disturbs little.
  public var imagesPerSecond: Double
  public var images: Int
  /// Images that can't be decoded; they are not part of the rate.
  public var failed: Int
  public var rounds: Int

  enum CodingKeys: String, CodingKey {
    case imagesPerSecond = "images_per_second"
    case images
    case failed
    case rounds
  }

  /// Files are read before and not measured; a round before the first warms up.
  ///
  /// - Parameter source: a folder, archive or manifest.
  /// - Throws: `CorpusError`, `NetworkFileError`.
  public static func run(
    _ source: String, recipe: PreprocessingRecipe, damage: DamagePolicy = .fail, rounds: Int
  ) throws -> DecodingBenchmark {
    guard rounds > 0 else { throw NetworkFileError.invalidCount(name: "The number of rounds", value: rounds) }
    let reader = ImageReader()
    let files = try FolderImages(source).entries.compactMap { try? reader.bytes(of: $0.location) }
    var preprocessor = Preprocessor(recipe, damage: damage)
    let decodable = files.filter { (try? preprocessor.pixels(decoding: $0)) != nil }
    guard !decodable.isEmpty else { throw NetworkFileError.emptyFolder(source) }
    let seconds = try (0..<rounds).map { _ in
      let start = ProcessorTime.ofThread
      for bytes in decodable { _ = try preprocessor.pixels(decoding: bytes) }
      return ProcessorTime.ofThread - start
    }.sorted()
    return DecodingBenchmark(
      imagesPerSecond: Double(decodable.count) / seconds[rounds / 2], images: decodable.count,
      failed: files.count - decodable.count, rounds: rounds)
  }
}
