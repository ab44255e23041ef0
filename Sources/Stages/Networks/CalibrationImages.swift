import Corpus
import Digest
import Imaging
import Network
import Quantization

/// The images of a folder that a network is calibrated on: those of the smallest SHA-256 that can be decoded, as the
/// `network` stage takes them.
public struct CalibrationImages: Sendable {
  public let source: String
  public let count: Int
  public let recipe: PreprocessingRecipe
  public let threads: Int
  /// By digest; each content once.
  let locations: [ImageLocation]
  private let reader = ImageReader()

  /// - Parameter folder: or a manifest.
  /// - Throws: `CorpusError`, `NetworkFileError`.
  public init(folder: String, count: Int = 300, recipe: PreprocessingRecipe, threads: Int) throws {
    let locations = try FolderImages(folder).entries.map(\.location)
    try self.init(
      source: folder, locations: locations, count: count, recipe: recipe, threads: threads)
  }

  init(
    source: String, locations: [ImageLocation], count: Int, recipe: PreprocessingRecipe, threads: Int
  ) throws {
    guard count > 0 else { throw NetworkFileError.invalidCount(name: "The count of images", value: count) }
    let reader = reader
    let digests = try ParallelWork.map(count: locations.count, threads: threads) { index in
      try? reader.digest(of: locations[index]).digest
    }
    var seen: Set<SHA256Digest> = []
    let readable = zip(digests, locations).compactMap { digest, location in
      digest.map { (digest: $0, location: location) }
    }
    self.locations = readable.sorted {
      ($0.digest, $0.location.description) < ($1.digest, $1.location.description)
    }
    .filter { seen.insert($0.digest).inserted }.map(\.location)
    self.source = source
    self.count = count
    self.recipe = recipe
    self.threads = threads
  }

  /// - Returns: the network, how many images it was calibrated on, and the locations tried for them.
  /// - Throws: `CalibrationError.noImages`, `QuantizationError`.
  func quantize(_ graph: Graph, options: QuantizationOptions) throws -> (
    network: QuantizedNetwork, images: Int, tried: ArraySlice<ImageLocation>
  ) {
    let (calibration, seen, tried) = try CalibrationRun.run(
      graph, recipe: recipe, candidates: locations, count: count, threads: threads,
      bytes: { [reader] in try? reader.bytes(of: $0) })
    guard seen > 0 else { throw CalibrationError.noImages(source: source, found: locations.count) }
    let network = try QuantizedNetwork.quantize(
      graph, calibration: calibration, inputRange: PixelTables.range(of: recipe.normalizationTable()),
      options: options)
    return (try network.keeping(recipe), seen, locations.prefix(tried))
  }
}

/// The readable entries of a folder or manifest, in the source's order.
struct FolderImages {
  let entries: [CorpusEntry]

  /// - Throws: `CorpusError`; `NetworkFileError.emptyFolder`.
  init(_ path: String) throws {
    var entries: [CorpusEntry] = []
    try ImageSources.open(path).scan { entry in
      if entry.problem == nil { entries.append(entry) }
    }
    guard !entries.isEmpty else { throw NetworkFileError.emptyFolder(path) }
    self.entries = entries
  }
}
