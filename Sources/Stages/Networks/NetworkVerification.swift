import Corpus
import Imaging
import Network
import Quantization

/// How near a network in int8 comes to the same network in float32, on real photographs.
public struct NetworkVerification: Sendable, Hashable, Codable {
  public struct Agreement: Sendable, Hashable, Codable {
    public var mean: Double
    public var min: Double
  }

  /// Images compared, without those that could not be decoded.
  public var images: Int
  public var failed: Int
  /// The share of images, among those in folders named by wnid, whose most probable class is the folder's.
  public var top1: Double?
  public var top1Float: Double?
  /// The share of images for which int8 and float32 find the same class most probable.
  public var top1Agreement: Double
  public var logitCosine: Agreement
  public var embeddingCosine: Agreement
  public var calibrationImages: Int
  public var layer: String

  enum CodingKeys: String, CodingKey {
    case images
    case failed
    case top1
    case top1Float = "top1_float"
    case top1Agreement = "top1_agreement"
    case logitCosine = "logit_cosine"
    case embeddingCosine = "embedding_cosine"
    case calibrationImages = "calibration_images"
    case layer
  }

  /// - Parameters:
  ///   - folder: with classes as folders named by wnid, or without.
  ///   - calibration: a folder to calibrate on; nil for the first `count` of the images themselves by SHA-256.
  ///   - labels: `ilsvrc2012` or a file; nil for ilsvrc2012 where the network has 1,000 outputs.
  ///   - progress: images done and to be done; called from any thread.
  /// - Throws: `NetworkFileError`, `CorpusError`, `NetworkLabelsError`, and what quantizing throws.
  public static func run(
    _ network: NetworkFile, images folder: String, calibration: String? = nil, count: Int = 300,
    recipe recipeName: String = "efficientnet", labels: String? = nil,
    options: QuantizationOptions = QuantizationOptions(), threads: Int,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> NetworkVerification {
    let graph = try network.neededGraph(for: "verifying")
    let recipe = try network.recipe(named: recipeName)
    let outputCount = try network.outputCount
    let names = try labels.map { try NetworkLabels.load($0) }
    if let names { try NetworkLabels.check(names, outputs: outputCount) }
    let classes = try names ?? (outputCount == 1_000 ? NetworkLabels.load("ilsvrc2012") : nil)

    let entries = try FolderImages(folder).entries
    let chosen: CalibrationImages
    if let calibration {
      chosen = try CalibrationImages(folder: calibration, count: count, recipe: recipe, threads: threads)
    } else {
      chosen = try CalibrationImages(
        source: folder, locations: entries.map(\.location), count: count, recipe: recipe, threads: threads)
    }
    let quantized = try chosen.quantize(graph, options: options)

    let scores = try network.resolveLayer(nil)
    // A network without a classifier has no embedding: its output is compared alone.
    let embedding = (try? network.resolveLayer("embedding")) ?? scores
    let outputs = [embedding, scores]
    let comparison = Comparison(
      int8: try NetworkEngine(quantized, outputs: outputs, instructionSet: .best),
      float32: try NetworkEngine(graph, outputs: outputs, instructionSet: .best), recipe: recipe,
      classes: classes.map { Dictionary($0.enumerated().map { ($1, $0) }) { first, _ in first } } ?? [:])
    let results = try comparison.run(entries, threads: threads, progress: progress)
    guard !results.isEmpty else { throw NetworkFileError.emptyFolder(folder) }
    return NetworkVerification(
      results, failed: entries.count - results.count,
      calibrationImages: min(count, chosen.locations.count), layer: embedding)
  }

  private init(
    _ results: [Comparison.Result], failed: Int, calibrationImages: Int, layer: String
  ) {
    func share(_ flags: [Bool]) -> Double? {
      flags.isEmpty ? nil : Double(flags.lazy.filter(\.self).count) / Double(flags.count)
    }
    func agreement(_ cosines: [Double]) -> Agreement {
      Agreement(mean: cosines.reduce(0, +) / Double(cosines.count), min: cosines.min() ?? 0)
    }
    images = results.count
    self.failed = failed
    top1 = share(results.compactMap { result in result.trueClass.map { $0 == result.int8Class } })
    top1Float = share(results.compactMap { result in result.trueClass.map { $0 == result.floatClass } })
    top1Agreement = share(results.map { $0.int8Class == $0.floatClass }) ?? 0
    logitCosine = agreement(results.map(\.logitCosine))
    embeddingCosine = agreement(results.map(\.embeddingCosine))
    self.calibrationImages = calibrationImages
    self.layer = layer
  }
}

/// The same images through both engines.
private struct Comparison: Sendable {
  let int8: NetworkEngine
  let float32: NetworkEngine
  let recipe: PreprocessingRecipe
  /// Class index by wnid.
  let classes: [String: Int]

  struct Result: Sendable {
    let index: Int
    let trueClass: Int?
    let int8Class: Int
    let floatClass: Int
    let logitCosine: Double
    let embeddingCosine: Double
  }

  /// In the order of the entries; those that can't be decoded are left out.
  func run(
    _ entries: [CorpusEntry], threads: Int, progress: @escaping @Sendable (Int, Int) -> Void
  ) throws -> [Result] {
    let parts = try ParallelWork.run(count: entries.count, threads: threads) { next in
      let int8 = try self.int8.makeRunner(recipe)
      let float32 = try self.float32.makeRunner(recipe)
      var preprocessor = Preprocessor(recipe)
      var results: [Result] = []
      while let index = next() {
        let entry = entries[index]
        guard let bytes = try? FileContents.read(entry.location),
          let pixels = try? preprocessor.pixels(decoding: bytes)
        else { continue }
        let quantized = try int8.run(pixels)
        let exact = try float32.run(pixels)
        results.append(
          Result(
            index: index, trueClass: entry.label.flatMap { classes[$0] },
            int8Class: ClassScores.best(quantized[1]), floatClass: ClassScores.best(exact[1]),
            logitCosine: ClassScores.cosine(quantized[1], exact[1]),
            embeddingCosine: ClassScores.cosine(quantized[0], exact[0])))
        progress(index + 1, entries.count)
      }
      return results
    }
    return parts.joined().sorted { $0.index < $1.index }
  }
}
