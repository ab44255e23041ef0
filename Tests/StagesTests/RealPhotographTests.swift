import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite(
  .enabled(
    if: SharedData.isPresent && FileManager.default.fileExists(atPath: SharedData.efficientNetLite0.path),
    "needs the photographs and the network of the shared folder"))
struct `Real photographs through EfficientNet-Lite0` {
  private func workshop(photographs count: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let photographs = try SharedData.photographs()
    for index in stride(from: 0, to: photographs.count, by: max(1, photographs.count / count)).prefix(count) {
      let source = photographs[index].path
      let name = source.dropFirst(SharedData.images.path.count + 1)
      try folder.write("images/\(name)", Array(Data(contentsOf: URL(fileURLWithPath: source))))
    }
    try folder.write(
      "pipeline.yaml",
      """
      store: store.sqlite
      stages:
        photos:    { uses: images, source: images }
        network:   { uses: network, model: \(SharedData.efficientNetLite0.path), labels: ilsvrc2012,
                     calibrate: { images: photos, count: 40 } }
        embedding: { uses: features, network: network, images: photos }
        index:     { uses: index, features: embedding }
      """)
    return folder
  }

  @Test func `are indexed, recognized, and found again by their bytes`() async throws {
    let folder = try workshop(photographs: 40)
    let file = try PipelineFile.load(folder.path("pipeline.yaml"), registry: .synoptic)
    let store = try StoreFile.open(file.storePath, mode: .create)
    let report = try await Runner(database: store).run(file)
    #expect(report.exit == .done && report["embedding"]?.items.done == 40)

    try await store.read { db throws in
      let space = try SpaceRecord.resolve("embedding", in: db)
      #expect(space.dimension == 1_280)
      let labels = try #require(try space.labels(in: db))
      let images = try ImageListing().fetch(db)
      let right = try images.filter { image in
        let best = try FeatureRow.predictions(content: image.contentID ?? 0, space: space, in: db).first
        return best.map { labels[$0.classIndex] } == image.wnid
      }
      #expect(right.count >= 30, "\(right.count) of 40 recognized")

      let embedder = try ImageEmbedder(space: space, predictions: 1, in: db)
      for image in images.prefix(3) {
        let embedding = try embedder.embed(file: folder.path("images/" + image.path))
        let found = try NearestNeighbours(of: embedding.vector, in: space, count: 3).fetch(db)
        #expect(found.first?.path == image.path)
        #expect((found.first?.score ?? 0) > 0.999)
      }
    }
  }

  @Test func `are seen by int8 as by float32`() throws {
    let folder = try workshop(photographs: 24)
    let network = try NetworkFile.load(SharedData.efficientNetLite0.path)
    let verification = try NetworkVerification.run(
      network, images: folder.path("images"), count: 24, threads: 2)
    let compared = verification.compared
    #expect(compared.images == 24)
    #expect(compared.logitCosine.mean > 0.998, "\(compared)")
    #expect(compared.logitCosine.min > 0.985, "\(compared)")
    #expect((compared.top1Agreement ?? 0) >= 0.95, "\(compared)")
    // Stem, 16 blocks of two or three convolutions, head, pool and classifier.
    #expect(verification.layers.count > 50)
    #expect(verification.layers.allSatisfy { $0.decibels > 12 }, "\(verification.layers)")
  }
}
