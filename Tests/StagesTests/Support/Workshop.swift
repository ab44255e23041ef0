import Digest
import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport

@testable import Stages

/// A folder with images, a tiny network, a hierarchy and a pipeline file over them.
final class Workshop: Sendable {
  let folder: TemporaryFolder

  static let wnids = ["n02084071", "n02121808", "n01503061", "n02512053"]

  /// - Parameter images: how many, spread over four classes.
  init(images: Int = 24) throws {
    folder = try TemporaryFolder()
    try folder.write("tiny.onnx", GeneratedONNX.bytes())
    try folder.write("labels.txt", Self.wnids.joined(separator: "\n"))
    try folder.write("structure.xml", Self.structure)
    for index in 0..<images { try addImage(index) }
    try folder.write("pipeline.yaml", Self.pipeline)
  }

  static let pipeline = """
    store: store.sqlite
    stages:
      taxonomy:  { uses: synsets,  source: structure.xml }
      photos:    { uses: images,   source: images, synsets: taxonomy }
      network:   { uses: network,  model: tiny.onnx, labels: labels.txt, preprocess: plain,
                   calibrate: { images: photos, count: 10 } }
      embedding: { uses: features, network: network, images: photos, predictions: 2, batch: 4 }
      index:     { uses: index,    features: embedding }
    """

  static let structure = """
    <?xml version="1.0" encoding="UTF-8"?>
    <ImageNetStructure><releaseData>test</releaseData>
    <synset wnid="n00015388" words="animal, beast" gloss="a living organism">
      <synset wnid="n02084071" words="dog, domestic dog" gloss="a member of the genus Canis"/>
      <synset wnid="n02121808" words="domestic cat, cat" gloss="any domesticated member of the genus Felis"/>
      <synset wnid="n01503061" words="bird" gloss="warm-blooded egg-laying vertebrates"/>
      <synset wnid="n02512053" words="fish" gloss="any of various aquatic vertebrates"/>
    </synset></ImageNetStructure>
    """

  var storePath: String { folder.path("store.sqlite") }

  static func path(_ index: Int) -> String { "\(wnids[index % 4])/\(index).png" }

  @discardableResult
  func addImage(_ index: Int, seed: Int? = nil) throws -> String {
    try folder.write("images/" + Self.path(index), GeneratedPNG.bytes(seed: seed ?? index))
  }

  func file(_ overrides: [String] = []) throws(PipelineError) -> PipelineFile {
    try PipelineFile.load(
      folder.path("pipeline.yaml"), registry: .synoptic, overrides: overrides, environment: [:])
  }

  @discardableResult
  func run(
    _ overrides: [String] = [], threads: Int = 2, control: RunControl = RunControl(),
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) async throws -> RunReport {
    let file = try file(overrides)
    let store = try StoreFile.open(file.storePath, mode: .create)
    defer { try? StoreFile.close(store) }
    return try await Runner(database: store, threads: threads, control: control, progress: progress).run(file)
  }

  func plan(_ overrides: [String] = []) throws -> Plan {
    try Planner(file(overrides)).plan(database: StoreFile.openReadOnly(storePath))
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try StoreFile.openReadOnly(storePath).read(body)
  }

  func digest() throws -> SHA256Digest { try read(StoreDigest.compute) }
}
