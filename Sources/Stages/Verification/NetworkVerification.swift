import Digest
import Imaging
import Network
import Quantization

/// How near a network in int8 comes to the same network in float32, on real photographs.
public struct NetworkVerification: Sendable, Hashable {
  /// Of all images.
  public var compared: VerificationMeasures
  /// Of those images that int8 was not calibrated on; nil where that is all of them, none, or not known.
  public var heldOut: VerificationMeasures?
  /// Images that could not be decoded.
  public var failed: Int
  /// Nil where int8 was made before, elsewhere.
  public var calibrationImages: Int?
  /// Where int8 comes from, in a few words.
  public var origin: String
  /// The value that the embedding's cosine is of.
  public var layer: String
  /// Why classes were not compared; nil where they were.
  public var withoutClasses: String?
  /// In the order of computation.
  public var layers: [LayerNoise]
  /// How many images the layers' noise is measured on.
  public var layerImages: Int

  /// - Parameters:
  ///   - path: a folder, with classes as folders named by wnid or without; a manifest; or a store, for the images
  ///     it has and the network it has made of this model.
  ///   - int8: a file of `network quantize` to compare; nil to calibrate, or for a store's own.
  ///   - calibration: a folder to calibrate on; nil for the first `count` of the images themselves by SHA-256.
  ///   - recipe: nil for the one that the store or the file of int8 keeps, or else the usual one.
  ///   - labels: `ilsvrc2012` or a file; nil for a store's, or ilsvrc2012 where the network has 1,000 outputs.
  ///   - layerImages: on how many images the layers' noise is measured.
  ///   - progress: images done and to be done; called from any thread.
  /// - Throws: `NetworkVerificationError`, `NetworkFileError`, `CorpusError`, `NetworkLabelsError`,
  ///   `StoreFileError`, `StatedRecipeError`, and what quantizing throws.
  public static func run(
    _ network: NetworkFile, images path: String, int8: String? = nil, calibration: String? = nil,
    count: Int = 300, recipe stated: StatedRecipe? = nil, labels: String? = nil,
    options: QuantizationOptions = QuantizationOptions(), layerImages: Int = 32, threads: Int,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> NetworkVerification {
    let graph = try network.neededGraph(for: "verifying")
    var recipe = try network.fitted(stated ?? .usual)
    let source = try VerificationSource(path)
    var known = try labels.map { try NetworkLabels.load($0) }
    let subject: VerificationSubject
    if let int8 {
      subject = try VerificationSubject(file: int8)
      if stated == nil { recipe = try subject.network.recipe ?? recipe }
    } else if let quantized = network.quantized {
      subject = VerificationSubject(quantized, origin: "the model's own scales: it is quantized already")
    } else if calibration == nil, let stored = try source.network(madeOf: network.path) {
      subject = stored.subject
      if stated == nil { recipe = stored.recipe }
      known = known ?? stored.labels
    } else {
      let locations = source.images.map(\.location)
      let chosen =
        try calibration.map {
          try CalibrationImages(folder: $0, count: count, recipe: recipe, threads: threads)
        }
        ?? CalibrationImages(
          source: path, locations: locations, count: count, recipe: recipe, threads: threads)
      subject = try VerificationSubject(calibrating: graph, on: chosen, options: options)
    }

    let scores = try network.resolveLayer(nil)
    try subject.check(graph, scores: scores, model: network.path)
    let classes = try VerificationClasses(graph, scores: scores, labels: known)
    // A network without a classifier has no embedding: its output is compared alone.
    let embedding = (try? network.resolveLayer("embedding")) ?? scores
    let outputs = [subject.network.has(embedding) ? embedding : scores, scores]
    let comparison = EngineComparison(
      int8: try NetworkEngine(subject.network, outputs: outputs, instructionSet: .best),
      float32: try NetworkEngine(graph, outputs: outputs, instructionSet: .best), recipe: recipe,
      classes: classes, calibrated: subject.calibrated)
    let results = try comparison.run(source.images, threads: threads, progress: progress)
    guard !results.isEmpty else { throw NetworkVerificationError.noImages(source: path) }

    let sample = LayerNoise.sample(of: results.map { source.images[$0.index] }, count: layerImages)
    let hold = results.filter { !$0.isCalibrated }
    return NetworkVerification(
      compared: VerificationMeasures(results),
      heldOut: hold.isEmpty || hold.count == results.count ? nil : VerificationMeasures(hold),
      failed: source.images.count - results.count, calibrationImages: subject.calibrationImages,
      origin: subject.origin, layer: outputs[0], withoutClasses: classes.reason,
      layers: try LayerNoise.measure(
        subject.network, graph, recipe: recipe, images: sample, threads: threads),
      layerImages: sample.count)
  }
}

public enum NetworkVerificationError: Error, Sendable, Hashable, CustomStringConvertible {
  case noImages(source: String)
  /// A store whose networks are all of other models.
  case otherNetworks(store: String, names: [String], model: String)
  /// A store that keeps the model's network in float32.
  case storedAsFloat(store: String, model: String)
  case notQuantized(path: String)
  /// An int8 file that is not of this model.
  case otherModel(int8: String, model: String, reason: String)

  public var description: String {
    switch self {
    case .noImages(let source):
      "There is nothing to verify on: \(source) has no image that can be decoded."
    case .otherNetworks(let store, let names, let model):
      "\(store) has \(names.joined(separator: ", ")), made of another file than \(model). Give the model it was "
        + "made of, or --calibrate FOLDER to verify this one on the store's images."
    case .storedAsFloat(let store, let model):
      "\(store) keeps \(model) in float32, so there is no int8 in it to verify; give --calibrate FOLDER to make "
        + "one."
    case .notQuantized(let path):
      "\(path) is no quantized network; --int8 takes a file of `synoptic network quantize`."
    case .otherModel(let int8, let model, let reason): "\(int8) was not made of \(model): \(reason)."
    }
  }
}
